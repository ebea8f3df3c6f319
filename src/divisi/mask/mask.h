// SPDX-License-Identifier: Apache-2.0
// From factors to masks: which share of each time-frequency cell of the mixture belongs to which source.
#pragma once

#include "divisi/compute/reconstruct.h"
#include "divisi/core/factors.h"
#include "divisi/core/grouping.h"

#include <array>
#include <string_view>
#include <vector>

namespace divisi {

enum class MaskKind { kWiener, kBinary, kNone };

/// The masks' names, in the order of the enumeration.
inline constexpr std::array<std::string_view, 3> kMaskNames{"wiener", "binary", "none"};

struct MaskOptions {
  MaskKind kind = MaskKind::kWiener;
  double exponent = 1.5;  ///< of the Wiener ratio, > 0
  double power = 1.0;     ///< P of V = |X|^P
};

/// Masks of the sources, a stretch of frames at a time. With Λ_s what the source's components make
/// together, of NMF, NMFD or NMF2D:
///   wiener  M_s = Λ_s^a / Σ_r Λ_r^a      (Févotte, Bertin & Durrieu 2009, eq. 32, has a = 1 on powers)
///   binary  M_s = 1 where Λ_s is the largest, else 0; the first of equals
///   none    M_s = (Λ_s / V)^(1/P): the component's own magnitude with the mixture's phase; not limited to 1
/// Components in no group compete as one more source, the rest, so that Wiener and binary masks add up to 1
/// with it. Where nothing of the model sounds, Wiener shares equally.
class Masks {
 public:
  /// `factors` and what `groups` holds must outlive this. Throws InvalidInput for a component that is not
  /// there.
  Masks(const Factors& factors, const Grouping& groups, const MaskOptions& options);

  /// How many there are, the rest not counted.
  [[nodiscard]] Index sources() const { return sources_; }

  /// Whether the masks of the sources alone add up to 1 everywhere.
  [[nodiscard]] bool complete() const { return complete_; }

  /// A mask (bins × frames of V) for each source; V: the mixture's columns from frame `first` on.
  [[nodiscard]] std::vector<Matrix> at(Index first, ConstMatrixView V) const;

 private:
  [[maybe_unused]] const Factors& factors_;  // for what at() asserts
  MaskOptions options_;
  std::vector<Reconstruction> parts_;  // of each group; the rest, where there is one, is the last
  Index sources_;
  bool complete_;
};

}  // namespace divisi
