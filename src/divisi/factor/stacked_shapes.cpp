// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/stacked_shapes.h"

#include <algorithm>

namespace divisi {
namespace {

// Calls visit(x, τ·K + k, φ) for every stacked column.
template <typename Visit>
void for_each_column(const Extent& extent, const Visit& visit) {
  Index x = 0;
  for (Index tau = extent.time_shifts - 1; tau >= 0; --tau) {
    for (Index phi = 0; phi < extent.pitch_shifts; ++phi) {
      for (Index k = 0; k < extent.components; ++k, ++x) visit(x, tau * extent.components + k, phi);
    }
  }
}

// Calls part(bin, tile, row in it, count) for the runs of bins from `first` to the last that lie in one tile
// each.
template <typename Part>
void for_each_run(Index first, Index bins, Index rows, const Part& part) {
  for (Index i = first; i < bins;) {
    const Index row = i % rows;
    const Index count = std::min(rows - row, bins - i);
    part(i, i / rows, row, count);
    i += count;
  }
}

}  // namespace

StackedShapes::StackedShapes(const Extent& extent, const KernelSet& set)
    : extent_(extent),
      set_(set),
      rows_(set.height_for(extent.bins).rows),
      tiles_((extent.bins + rows_ - 1) / rows_),
      padded_((extent.stacked() + set.lanes - 1) / set.lanes * set.lanes),
      w_(static_cast<std::size_t>(tiles_ * rows_ * padded_)) {}

void StackedShapes::load(const Matrix& W, bool for_activations) {
  for_each_column(extent_, [&](Index x, Index column, Index phi) {
    const float* from = W.col(column).data();
    for_each_run(std::min(phi, extent_.bins), extent_.bins, rows_,
                 [&](Index bin, Index tile, Index row, Index count) {
                   const float* begin = from + bin - phi;
                   std::copy(begin, begin + count, w_.data() + (tile * padded_ + x) * rows_ + row);
                 });
  });
  if (!for_activations) return;
  packed_.resize(w_.size());
  for (Index tile = 0; tile < tiles_; ++tile) {
    pack_rows(set_, for_model(tile), padded_, rows_, packed_.data() + tile * padded_ * rows_);
  }
}

Matrix fold_shapes(const Extent& extent, const AlignedFloats& stacked, Index rows, Index padded) {
  Matrix folded(extent.bins, extent.shapes());
  for_each_column(extent, [&](Index x, Index column, Index phi) {
    float* to = folded.col(column).data();
    for_each_run(std::min(phi, extent.bins), extent.bins, rows,
                 [&](Index bin, Index tile, Index row, Index count) {
                   const float* from = stacked.data() + (tile * padded + x) * rows + row;
                   for (Index i = 0; i < count; ++i) to[bin - phi + i] += from[i];
                 });
  });
  return folded;
}

}  // namespace divisi
