// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/evaluation.h"

#include "divisi/core/error.h"

#include <algorithm>
#include <numeric>

namespace divisi {
namespace {

std::size_t at(Index index) {
  return static_cast<std::size_t>(index);
}

std::vector<Index> given_order(Index sources) {
  std::vector<Index> order(at(sources));
  std::iota(order.begin(), order.end(), Index{0});
  return order;
}

SweepOptions sweep_options(const BssEvalOptions& options, Index tail) {
  constexpr Index kBlocks = 8;  // to a stretch: its threads cost a hundredth of it
  return {.rows = kBlocks * (transform_size(options.taps) - options.taps + 1),
          .history = options.taps - 1,
          .tail = tail,
          .threads = options.threads};
}

}  // namespace

void check(const Comparison& comparison, const BssEvalOptions& options, Ratios ratios) {
  if (options.taps < 1) throw InvalidInput("taps", "1 or more", std::to_string(options.taps));
  if (ratios == Ratios::kSources && comparison.channels() != 1) {
    throw InvalidInput("bss_eval_sources", "1 channel (bss_eval_images takes more)",
                       std::to_string(comparison.channels()));
  }
  if (comparison.frames() < options.taps) {
    throw InvalidInput(
        "reference 1",
        std::to_string(options.taps) + " frames or more (the length of the distortion filters)",
        std::to_string(comparison.frames()) + " frames");
  }
}

void check(const WindowOptions& windows, const BssEvalOptions& options) {
  if (windows.window < options.taps) {
    throw InvalidInput(
        "window", std::to_string(options.taps) + " frames or more (the length of the distortion filters)",
        std::to_string(windows.window));
  }
  if (windows.hop < 1) throw InvalidInput("hop", "1 frame or more", std::to_string(windows.hop));
}

Index window_count(const Comparison& comparison, const WindowOptions& windows) {
  return std::max<Index>(0, (comparison.frames() - windows.window + windows.hop) / windows.hop);
}

std::optional<Projections> project(Comparison& comparison, const BssEvalOptions& options,
                                   const Observer& observer) {
  std::vector<CorrelationSums> lanes;
  lanes.reserve(at(kLanes));
  for (Index lane = 0; lane < kLanes; ++lane) {
    lanes.emplace_back(comparison.columns(), comparison.sources() * comparison.channels(), options.taps);
  }
  const auto add = [&](Index lane, const Stretch& stretch) { lanes[at(lane)].add(stretch); };
  if (!sweep(comparison, sweep_options(options, 0), add, observer)) return std::nullopt;
  for (std::size_t lane = 1; lane < lanes.size(); ++lane) lanes[0].add(lanes[lane]);
  return Projections(lanes[0].finish(), comparison.sources(), comparison.channels());
}

std::vector<Pair> pairs_of(const std::vector<Index>& permutation) {
  std::vector<Pair> pairs;
  pairs.reserve(permutation.size());
  for (const Index estimate : permutation) pairs.push_back({std::ssize(pairs), estimate});
  return pairs;
}

std::vector<Pair> choose_pairs(const Projections& projections, bool best) {
  const Index sources = projections.sources();
  if (!best) return pairs_of(given_order(sources));
  std::vector<std::vector<std::optional<double>>> sir(at(sources));
  for (Index reference = 0; reference < sources; ++reference) {
    for (Index estimate = 0; estimate < sources; ++estimate) {
      const bool silent = projections.silent_reference(reference) || projections.silent_estimate(estimate);
      const Energies rough = silent ? Energies{} : projections.rough({reference, estimate});
      sir[at(reference)].push_back(decibels(rough.filtered, rough.interference));
    }
  }
  return pairs_of(best_permutation(sir));
}

SourceScore score(const Energies& energies, Ratios ratios) {
  const auto sir = decibels(energies.filtered, energies.interference);
  const auto sar = decibels(energies.projected, energies.artifact);
  if (ratios == Ratios::kSources) {
    return {.sdr = decibels(energies.filtered, energies.filtered_error), .sir = sir, .sar = sar};
  }
  return {.sdr = decibels(energies.target, energies.target_error),
          .isr = decibels(energies.target, energies.spatial),
          .sir = sir,
          .sar = sar};
}

Scores scores_of(const std::vector<Energies>& energies, const std::vector<Pair>& pairs, Ratios ratios) {
  Scores result;
  for (const Energies& parts : energies) result.sources.push_back(score(parts, ratios));
  for (const Pair& pair : pairs) result.permutation.push_back(pair.estimate);
  return result;
}

Scores no_scores(Index sources) {
  return scores_of(std::vector<Energies>(at(sources)), pairs_of(given_order(sources)), Ratios::kSources);
}

Scores score_whole(Comparison& comparison, const BssEvalOptions& options, Ratios ratios,
                   const Observer& observer) {
  check(comparison, options, ratios);
  const auto projections = project(comparison, options, part_of(observer, 0.0, 0.5));
  if (!projections) return {.cancelled = true};
  const FilterBank bank(*projections, choose_pairs(*projections, options.best_permutation));
  std::vector<Decomposition> lanes;
  for (Index lane = 0; lane < kLanes; ++lane) lanes.emplace_back(bank);
  const auto add = [&](Index lane, const Stretch& stretch) { lanes[at(lane)].add(stretch); };
  if (!sweep(comparison, sweep_options(options, options.taps - 1), add, part_of(observer, 0.5, 1.0))) {
    return {.cancelled = true};
  }
  std::vector<Energies> energies(bank.pairs().size());
  for (const Decomposition& lane : lanes) {
    for (std::size_t pair = 0; pair < energies.size(); ++pair) energies[pair] += lane.energies()[pair];
  }
  return scores_of(energies, bank.pairs(), ratios);
}

std::vector<bool> silent_sounds(const Signals& window, Index channels) {
  std::vector<bool> result(at(window.cols() / channels), true);
  for (Index column = 0; column < window.cols(); ++column) {
    const auto samples = window.col(column);
    const bool sounds = std::any_of(samples.begin(), samples.end(), [](double x) { return x != 0.0; });
    if (sounds) result[at(column / channels)] = false;
  }
  return result;
}

std::vector<bool> windows_left_out(const std::vector<std::vector<bool>>& silent, SilentWindow policy) {
  std::vector<bool> result(silent.size(), false);
  if (policy == SilentWindow::kThat || silent.empty()) return result;
  for (std::size_t sound = 0; sound < silent.front().size(); ++sound) {
    const auto here = [sound](const std::vector<bool>& window) { return window[sound]; };
    if (std::all_of(silent.begin(), silent.end(), here)) continue;
    for (std::size_t window = 0; window < silent.size(); ++window) {
      if (silent[window][sound]) result[window] = true;
    }
  }
  return result;
}

WindowedScores with_medians(std::vector<Scores> windows) {
  WindowedScores result{.windows = std::move(windows)};
  result.medians = medians(result.windows);
  return result;
}

}  // namespace divisi
