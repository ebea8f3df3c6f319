// SPDX-License-Identifier: Apache-2.0
// Factors that a person changes by hand, for a run that goes on from them: one component in two, several in
// one, and stretches in which a component is silent.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/factor/nmf.h"

#include <span>
#include <string>
#include <vector>

namespace divisi {

/// V's share of component k (from 0), V ⊙ Λ_k / Λ: bins × frames.
Matrix share_of(ConstMatrixView V, const Factors& factors, Index k);

/// `factors` with `halves`, two components, in the place of component k: they are k and k + 1, what came
/// after k moves up by one. Where H of k is 0, theirs is too if `keep_zeros`. Shifts and frames are the same.
Factors with_halves(const Factors& factors, Index k, const Factors& halves, bool keep_zeros);

/// Component k as two of K + 1, found by nmf() in its share of V with the shifts of `factors`; `options` has
/// the rest. Cancelled by the observer: factors without W.
Factors split(ConstMatrixView V, const Factors& factors, Index k, NmfOptions options,
              const Observer& observer = {});

/// `components` (from 0, ascending, two at least) as one, in the place of the first: W their mean, weighted
/// by what each makes in all, H their sum. For β = 1 no single component is closer to what they make.
Factors merged(const Factors& factors, std::span<const Index> components);

/// W of `components` (from 0), in their order, as those of a run that is to find others beside them; no H.
Factors shapes_of(const Factors& factors, std::span<const Index> components);

/// A stretch in which `components` (from 0) are silent, or all others are (`only`), in seconds of V's first
/// column on.
struct ActivationMark {
  std::vector<Index> components;
  bool only = false;
  double from_s = 0.0;
  double to_s = 0.0;
};

/// `factors` with H = 0 for what `marks` silence, in the frames whose centres lie in the stretch and, of
/// shapes that last, in the T − 1 before it. Zeros elsewhere are lifted unless `keep_zeros`, so that whatever
/// is free may sound. Throws InvalidInput for a component that is not there, a stretch that ends before it
/// begins or is outside of the columns, and where nothing could sound at all.
Factors with_marks(Factors factors, std::span<const ActivationMark> marks, double step_s, bool keep_zeros);

/// The --fixed list that holds W and H of all of `components` but those (from 0, ascending) that are `free`.
std::vector<std::string> fixed_but(std::span<const Index> free, Index components);

}  // namespace divisi
