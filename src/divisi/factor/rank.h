// SPDX-License-Identifier: Apache-2.0
// How many components a matrix has: several estimates, of which the first one is used.
#pragma once

#include "divisi/core/matrix.h"
#include "divisi/core/observer.h"

#include <cstdint>

namespace divisi {

struct RankOptions {
  Index most = 32;       ///< components to begin with, and the highest estimate
  Index frames = 256;    ///< columns of V that are looked at, at most, evenly spread; a third for the others
  int iterations = 100;  ///< of the relevance determination; 40 of the others
  std::uint64_t seed = 0;  ///< of the starts and of what is held out
};

/// Estimates of the number of components; 1 at least.
struct RankEstimates {
  int relevance = 1;  ///< components that matter (automatic relevance determination)
  int elbow = 1;      ///< where one component more lowers the cost by less than 5 %
  int held_out = 1;   ///< what explains entries best that it was not shown
};

/// V (bins × frames, ≥ 0) under the Kullback–Leibler divergence, its mean taken as 1:
///   relevance: NMF with a prior on each component's size whose scale λ_k is found with it (Tan & Févotte,
///     Automatic relevance determination in nonnegative matrix factorization with the β-divergence, 2013,
///     algorithm 1 with ℓ1, a = 5, φ = 1 and b by their eq. 38); counted are components of more than 1 % of
///     the largest one's λ_k − b/c;
///   elbow: K raised from 1, 2, 3, 4, 6, 8 … until (D_K'/D_K)^(1/(K'−K)) > 0.95;
///   held_out: K of the same whose fit to 90 % of the entries has the least divergence on the other 10 %
///     (Kanagal & Sindhwani, Rank selection in low-rank matrix approximations, 2010).
/// Cancelled by the observer: what was known by then. Throws InvalidInput for entries that are negative or
/// not finite.
RankEstimates estimate_rank(ConstMatrixView V, const RankOptions& options = {},
                            const Observer& observer = {});

}  // namespace divisi
