// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/bss_eval.h"

#include "divisi/compute/threads.h"
#include "divisi/metric/evaluation.h"

#include <algorithm>

namespace divisi {
namespace {

std::size_t at(Index index) {
  return static_cast<std::size_t>(index);
}

Scores score_window(const Signals& window, Index sources, const BssEvalOptions& options, Ratios ratios) {
  const Index channels = window.cols() / (2 * sources);
  CorrelationSums sums(window.cols(), sources * channels, options.taps);
  sums.add({window, 0, window.rows()});
  const Projections projections(sums.finish(), sources, channels);
  const FilterBank bank(projections, choose_pairs(projections, options.best_permutation));
  Decomposition parts(bank);
  parts.add({window, 0, window.rows() + options.taps - 1});
  return scores_of(parts.energies(), bank.pairs(), ratios);
}

WindowSweepOptions sweep_options(const WindowOptions& windows, Index count, const BssEvalOptions& options) {
  return {.window = windows.window, .hop = windows.hop, .count = count, .threads = options.threads};
}

// Every thread holds the factor of a window: no more of them than 512 MiB take, were they all dense.
int threads_for_factors(const Comparison& comparison, const BssEvalOptions& options) {
  constexpr Index kValues = Index{1} << 26;
  const Index unknowns = comparison.sources() * comparison.channels() * options.taps;
  const Index room = std::max<Index>(1, kValues / (unknowns * unknowns));
  const int wanted = options.threads > 0 ? options.threads : available_threads();
  return static_cast<int>(std::min<Index>(wanted, room));
}

WindowedScores only_window(Comparison& comparison, const BssEvalOptions& options, Ratios ratios,
                           const Observer& observer) {
  Scores scores = score_whole(comparison, options, ratios, observer);
  if (scores.cancelled) return {.cancelled = true};
  return with_medians({std::move(scores)});
}

WindowedScores framewise(Comparison& comparison, const BssEvalOptions& options, const WindowOptions& windows,
                         Ratios ratios, const Observer& observer) {
  check(comparison, options, ratios);
  check(windows, options);
  const Index count = window_count(comparison, windows);
  if (count < 2) return only_window(comparison, options, ratios, observer);
  std::vector<Scores> scores(at(count));
  std::vector<std::vector<bool>> silent(at(count));
  const auto visit = [&](Index index, const Signals& window) {
    silent[at(index)] = silent_sounds(window, comparison.channels());
    scores[at(index)] = score_window(window, comparison.sources(), options, ratios);
  };
  WindowSweepOptions way = sweep_options(windows, count, options);
  way.threads = threads_for_factors(comparison, options);
  if (!sweep_windows(comparison, way, visit, observer)) return {.cancelled = true};
  const std::vector<bool> out = windows_left_out(silent, windows.silent);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (out[i]) scores[i] = no_scores(comparison.sources());
  }
  return with_medians(std::move(scores));
}

// The mean SIR of each pair over the windows in which it is defined.
std::vector<std::vector<std::optional<double>>> mean_sir(const std::vector<std::vector<Energies>>& windows,
                                                         const FilterBank& bank, Index sources) {
  // What an infinite one counts as: with infinity the others would not count at all.
  constexpr double kLargest = 400.0;
  std::vector<std::vector<std::optional<double>>> result(at(sources),
                                                         std::vector<std::optional<double>>(at(sources)));
  for (std::size_t pair = 0; pair < bank.pairs().size(); ++pair) {
    double sum = 0.0;
    int defined = 0;
    for (const auto& energies : windows) {
      const auto sir = score(energies[pair], Ratios::kImages).sir;
      if (!sir) continue;
      sum += std::clamp(*sir, -kLargest, kLargest);
      ++defined;
    }
    const auto [reference, estimate] = bank.pairs()[pair];
    if (defined > 0) result[at(reference)][at(estimate)] = sum / defined;
  }
  return result;
}

std::vector<Pair> all_pairs(Index sources) {
  std::vector<Pair> pairs;
  for (Index i = 0; i < sources * sources; ++i) pairs.push_back({i / sources, i % sources});
  return pairs;
}

// Zero, and with that no score, where nobody is to be scored in a window or one of a pair is silent in it.
void forget_silent(std::vector<Energies>& energies, const FilterBank& bank, const std::vector<bool>& silent,
                   bool everyone) {
  const std::size_t sources = silent.size() / 2;
  for (std::size_t pair = 0; pair < energies.size(); ++pair) {
    const auto [reference, estimate] = bank.pairs()[pair];
    if (everyone || silent[at(reference)] || silent[sources + at(estimate)]) energies[pair] = {};
  }
}

// The energies of the pairs that `permutation` puts together, out of those of all pairs.
std::vector<Energies> chosen(const std::vector<Energies>& energies, const FilterBank& bank,
                             const std::vector<Pair>& pairs) {
  std::vector<Energies> result;
  for (const Pair& pair : pairs) {
    const auto same = [&](const Pair& other) {
      return other.reference == pair.reference && other.estimate == pair.estimate;
    };
    const auto found = std::find_if(bank.pairs().begin(), bank.pairs().end(), same);
    result.push_back(energies[at(found - bank.pairs().begin())]);
  }
  return result;
}

}  // namespace

Scores bss_eval_sources(Comparison& comparison, const BssEvalOptions& options, const Observer& observer) {
  return score_whole(comparison, options, Ratios::kSources, observer);
}

Scores bss_eval_images(Comparison& comparison, const BssEvalOptions& options, const Observer& observer) {
  return score_whole(comparison, options, Ratios::kImages, observer);
}

WindowedScores bss_eval_sources_framewise(Comparison& comparison, const BssEvalOptions& options,
                                          const WindowOptions& windows, const Observer& observer) {
  return framewise(comparison, options, windows, Ratios::kSources, observer);
}

WindowedScores bss_eval_images_framewise(Comparison& comparison, const BssEvalOptions& options,
                                         const WindowOptions& windows, const Observer& observer) {
  return framewise(comparison, options, windows, Ratios::kImages, observer);
}

WindowedScores bss_eval_v4(Comparison& comparison, const BssEvalOptions& options,
                           const WindowOptions& windows, const Observer& observer) {
  check(comparison, options, Ratios::kImages);
  check(windows, options);
  if (windows.window >= comparison.frames())
    return only_window(comparison, options, Ratios::kImages, observer);
  const auto projections = project(comparison, options, part_of(observer, 0.0, 0.5));
  if (!projections) return {.cancelled = true};
  const Index sources = comparison.sources();
  const FilterBank bank(*projections,
                        options.best_permutation ? all_pairs(sources) : choose_pairs(*projections, false));
  const Index count = window_count(comparison, windows);
  std::vector<std::vector<Energies>> energies(at(count));
  std::vector<std::vector<bool>> silent(at(count));
  const auto visit = [&](Index index, const Signals& window) {
    silent[at(index)] = silent_sounds(window, comparison.channels());
    Decomposition parts(bank);
    parts.add({window, 0, window.rows() + options.taps - 1});
    energies[at(index)] = parts.energies();
  };
  if (!sweep_windows(comparison, sweep_options(windows, count, options), visit,
                     part_of(observer, 0.5, 1.0))) {
    return {.cancelled = true};
  }
  const std::vector<bool> out = windows_left_out(silent, windows.silent);
  for (std::size_t i = 0; i < out.size(); ++i) forget_silent(energies[i], bank, silent[i], out[i]);
  const std::vector<Pair> pairs =
      options.best_permutation ? pairs_of(best_permutation(mean_sir(energies, bank, sources))) : bank.pairs();
  std::vector<Scores> scores;
  scores.reserve(energies.size());
  for (const auto& window : energies) {
    scores.push_back(scores_of(chosen(window, bank, pairs), pairs, Ratios::kImages));
  }
  return with_medians(std::move(scores));
}

}  // namespace divisi
