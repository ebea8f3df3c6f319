// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/sweep.h"

#include "divisi/factor/fourier_sweep.h"
#include "divisi/factor/tile_sweep.h"

#include <algorithm>

namespace divisi {

void Sweep::update_columns(const Task& task, const Columns& columns, const Matrix& unit_sums) const {
  Columns run = columns;
  run.h = task.H->frame(run.first);
  if (run.denominator != nullptr || linear()) return task.update_columns(run);
  const Index end = columns.first + columns.frames;
  const Index whole = extent_.frames - extent_.time_shifts + 1;
  for (Index j = columns.first; j < end; j += run.frames) {
    const Index met = std::min(extent_.time_shifts, extent_.frames - j);  // shifts that end within V
    run.first = j;
    run.frames = j < whole ? std::min(whole, end) - j : 1;
    run.h = task.H->frame(j);
    run.numerator = columns.numerator + (j - columns.first) * columns.numerator_stride;
    run.denominator = unit_sums.col(met - 1).data();
    run.denominator_stride = 0;
    task.update_columns(run);
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
