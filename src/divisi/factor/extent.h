// SPDX-License-Identifier: Apache-2.0
// The sizes of a factorization and the unit that it works in.
#pragma once

#include "divisi/core/matrix.h"

namespace divisi {

struct Extent {
  Index bins = 0;
  Index frames = 0;
  Index components = 0;    ///< K
  Index time_shifts = 1;   ///< T: τ = 0 … T − 1
  Index pitch_shifts = 1;  ///< F: φ = 0 … F − 1
  Index channels = 1;      ///< blocks of rows, which share a component's shape: panning.h

  /// Columns of W.
  [[nodiscard]] Index shapes() const { return time_shifts * components; }
  /// Rows of H.
  [[nodiscard]] Index levels() const { return pitch_shifts * components; }
  /// Columns of the stacked W, in which every shape stands for each of its shifts: K' = T·F·K.
  [[nodiscard]] Index stacked() const { return time_shifts * levels(); }
};

/// What is minimized: D_β(V·scale + ε | Λ + ε)
///   + sparsity · Σ_k ‖w_k‖₂ ‖h_k‖₁ + smoothness · Σ_k ‖w_k‖₂² Σ_φt (h^φ_kt − h^φ_k,t−1)²,
/// where w_k is all of a component's shape. The norms of W in the penalties make them independent of how
/// scale is shared between W and H.
struct Objective {
  double beta = 1.0;
  double sparsity = 0.0;
  double smoothness = 0.0;
  float scale = 1.0F;      ///< V is multiplied by it as it is read
  float epsilon = 1e-10F;  ///< keeps β ≤ 0 finite on silence; acts as one more component that never changes

  [[nodiscard]] bool penalized() const { return sparsity > 0.0 || smoothness > 0.0; }
};

/// Nothing in W or H gets smaller but what is 0 and stays 0 (NmfOptions::keep_zeros): no solver leaves it.
constexpr float kFloor = 1e-30F;

}  // namespace divisi
