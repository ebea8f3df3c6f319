// SPDX-License-Identifier: Apache-2.0
// What some of the components make together.
#pragma once

#include "divisi/core/factors.h"

#include <span>
#include <vector>

namespace divisi {

/// Λ_ij = Σ_τ Σ_φ Σ_k W^τ_{i−φ,k} H^φ_{k,j−τ} over some components k: Λ as factors.h has it, a stretch of
/// frames at a time. A matrix product for each φ, of W's shapes side by side over τ with H's rows moved by τ;
/// for plain NMF that is one product.
class Reconstruction {
 public:
  /// `components`: counted from 0, each below factors.components(). `factors` must outlive this.
  Reconstruction(const Factors& factors, std::span<const int> components);

  /// Λ (bins × frames) of the frames from `first` on; first + frames ≤ columns of H.
  [[nodiscard]] Matrix at(Index first, Index frames) const;

 private:
  [[nodiscard]] Matrix moved_rows(Index pitch, Index first, Index frames) const;

  const Factors& factors_;
  std::vector<int> components_;
  Matrix shapes_;  // bins × (T · components)
};

/// One stretch of it.
Matrix reconstruct(const Factors& factors, std::span<const int> components, Index first, Index frames);

}  // namespace divisi
