// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/sweep.h"

#include "divisi/factor/fourier_sweep.h"
#include "divisi/factor/tile_sweep.h"

#include <algorithm>

namespace divisi {

void Sweep::update_columns(const Task& task, Index first, Index frames, const float* numerator,
                           const float* denominator, Index stride, const Matrix& unit_sums) const {
  Activations& H = *task.H;
  if (denominator != nullptr || linear()) {
    task.update_columns({first, frames, H.frame(first), numerator, stride, denominator, stride});
    return;
  }
  for (Index j = first; j < first + frames;) {
    const Index met = std::min(extent_.time_shifts, extent_.frames - j);  // shifts that end within V
    const Index whole = extent_.frames - extent_.time_shifts + 1;
    const Index count = j < whole ? std::min(whole, first + frames) - j : 1;
    task.update_columns(
        {j, count, H.frame(j), numerator + (j - first) * stride, stride, unit_sums.col(met - 1).data(), 0});
    j += count;
  }
}

std::unique_ptr<Sweep> make_sweep(ConstMatrixView V, const Extent& extent, const Objective& objective,
                                  int threads, Reading reading) {
  if (!reading.drop && FourierSweep::is_faster(extent, objective)) {
    return std::make_unique<FourierSweep>(V, extent, objective, threads);
  }
  return std::make_unique<TileSweep>(V, extent, objective, threads, std::move(reading));
}

}  // namespace divisi
