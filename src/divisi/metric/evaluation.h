// SPDX-License-Identifier: Apache-2.0
// The steps that the versions of BSS Eval have in common.
#pragma once

#include "divisi/metric/bss_eval.h"
#include "divisi/metric/decomposition.h"

#include <optional>
#include <vector>

namespace divisi {

/// Which of the two sets of ratios of bss_eval.h.
enum class Ratios { kSources, kImages };

/// Throw InvalidInput, as bss_eval.h has it.
void check(const Comparison& comparison, const BssEvalOptions& options, Ratios ratios);
void check(const WindowOptions& windows, const BssEvalOptions& options);

/// ⌊(frames − window + hop) / hop⌋, not below 0.
Index window_count(const Comparison& comparison, const WindowOptions& windows);

/// The projections on the references of whole files, by one reading of them. Nothing where the observer
/// cancelled.
std::optional<Projections> project(Comparison& comparison, const BssEvalOptions& options,
                                   const Observer& observer);

/// The pairs that are to be scored: each reference with the estimate of the best permutation or with that of
/// its own number.
std::vector<Pair> choose_pairs(const Projections& projections, bool best);

/// Each reference with the estimate at its place in `permutation`.
std::vector<Pair> pairs_of(const std::vector<Index>& permutation);

SourceScore score(const Energies& energies, Ratios ratios);

/// `energies`: those of `pairs`, which are in the order of the references.
Scores scores_of(const std::vector<Energies>& energies, const std::vector<Pair>& pairs, Ratios ratios);

/// Scores of whole files, with filters of their own.
Scores score_whole(Comparison& comparison, const BssEvalOptions& options, Ratios ratios,
                   const Observer& observer);

/// The windows that nobody is scored in, as `policy` has it, from which sounds are silent in each window.
std::vector<bool> windows_left_out(const std::vector<std::vector<bool>>& silent, SilentWindow policy);

/// Which sounds are silent in a window, the references first.
std::vector<bool> silent_sounds(const Signals& window, Index channels);

/// No score for any of the references, in the given order.
Scores no_scores(Index sources);

WindowedScores with_medians(std::vector<Scores> windows);

}  // namespace divisi
