// SPDX-License-Identifier: Apache-2.0
// W with every shape repeated for each of its shifts, laid out in tiles for the kernels.
#pragma once

#include "divisi/compute/aligned.h"
#include "divisi/compute/tiles.h"
#include "divisi/factor/extent.h"

#include <vector>

namespace divisi {

/// Stacked column x = (T − 1 − τ)·F·K + φ·K + k is W^τ_k moved up by φ bins, so that it meets value x of the
/// window of H that ends at a frame. What leaves the axis at its upper end is lost.
class StackedShapes {
 public:
  StackedShapes(const Extent& extent, const KernelSet& set);

  /// Takes W (bins × (T·K)); the second layout only where H's sums are wanted.
  void load(const Matrix& W, bool for_activations);

  [[nodiscard]] Index tiles() const { return tiles_; }
  [[nodiscard]] Index padded() const { return padded_; }  ///< K' rounded up to whole vectors
  [[nodiscard]] const float* for_model(Index tile) const { return w_.data() + tile * padded_ * rows_; }
  [[nodiscard]] const float* for_activations(Index tile) const {
    return packed_.data() + tile * padded_ * rows_;
  }

 private:
  Extent extent_;
  const KernelSet& set_;
  Index rows_;
  Index tiles_;
  Index padded_;
  AlignedFloats w_;
  AlignedFloats packed_;
};

/// Sums taken in the stacked layout (tiles of `rows` bins, `padded` columns each), folded back to W's: bins ×
/// (T·K).
Matrix fold_shapes(const Extent& extent, const AlignedFloats& stacked, Index rows, Index padded);

}  // namespace divisi
