// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/tile_sweep.h"

namespace divisi {

std::unique_ptr<Sweep> make_sweep(ConstMatrixView V, const Extent& extent, const Objective& objective,
                                  int threads) {
  return std::make_unique<TileSweep>(V, extent, objective, threads);
}

}  // namespace divisi
