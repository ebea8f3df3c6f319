// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/lead_model.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/group/cluster.h"
#include "divisi/pipeline/spatial.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace divisi {
namespace {

constexpr double kLeastRateHz = 1000.0;
constexpr double kLeastFrameSeconds = 0.08;  // in shorter ones a low voice has no harmonics
constexpr double kLineBins = 1.2;            // standard deviation of a harmonic
constexpr Index kBells = 30;

// Harmonics of height 1/h, lines as wide as a Hann window's, for each pitch; last what has none.
Matrix sources_of(Index bins, double bin_hz, const PitchGrid& grid) {
  Matrix E(bins, grid.count() + 1);
  for (int u = 0; u < grid.count(); ++u) {
    const auto column = E.col(u);
    const double first = grid.hz(u) / bin_hz;
    for (int h = 1; h * first < static_cast<double>(bins); ++h) {
      const auto middle = static_cast<Index>(std::lround(h * first));
      for (Index i = std::max<Index>(0, middle - 6); i <= std::min(bins - 1, middle + 6); ++i) {
        const double away = (static_cast<double>(i) - h * first) / kLineBins;
        column[static_cast<std::size_t>(i)] += static_cast<float>(std::exp(-0.5 * away * away) / h);
      }
    }
    const float sum = std::reduce(column.begin(), column.end(), 0.0F);
    for (float& e : column) e /= sum;
  }
  std::ranges::fill(E.col(grid.count()), 1.0F / static_cast<float>(bins));
  return E;
}

// Bells that overlap by half and add up to 1, evenly spaced on the mel axis.
Matrix bells_of(Index bins, double bin_hz) {
  const auto mel = [bin_hz](Index i) { return std::log1p(static_cast<double>(i) * bin_hz / 700.0); };
  const double apart = mel(bins - 1) / static_cast<double>(kBells - 1);
  Matrix P(bins, kBells);
  for (Index b = 0; b < kBells; ++b) {
    for (Index i = 0; i < bins; ++i) {
      const double away = std::abs(mel(i) / apart - static_cast<double>(b));
      P(i, b) = away < 1.0 ? static_cast<float>(0.5 + 0.5 * std::cos(away * std::numbers::pi)) : 0.0F;
    }
  }
  return P;
}

// `matrix` for each channel, below each other: its columns in all at once, of the same sum.
Matrix repeated(const Matrix& matrix, Index channels) {
  Matrix stacked(matrix.rows() * channels, matrix.cols());
  for (Index k = 0; k < matrix.cols(); ++k) {
    for (Index c = 0; c < channels; ++c)
      std::ranges::transform(matrix.col(k), stacked.col(k).begin() + c * matrix.rows(),
                             [channels](float e) { return e / static_cast<float>(channels); });
  }
  return stacked;
}

// `matrix` for each channel, with columns of its own.
Matrix blocks_of(const Matrix& matrix, Index channels) {
  Matrix blocks(matrix.rows() * channels, matrix.cols() * channels);
  for (Index c = 0; c < channels; ++c) {
    for (Index k = 0; k < matrix.cols(); ++k)
      std::ranges::copy(matrix.col(k), blocks.col(c * matrix.cols() + k).begin() + c * matrix.rows());
  }
  return blocks;
}

Factors beside(const Factors& a, const Factors& b) {
  Factors all{.W = Matrix(a.W.rows(), a.W.cols() + b.W.cols()),
              .H = Matrix(a.H.rows() + b.H.rows(), a.H.cols())};
  std::ranges::copy(a.W.values(), all.W.values().begin());
  std::ranges::copy(b.W.values(), all.W.values().begin() + std::ssize(a.W.values()));
  for (Index j = 0; j < a.H.cols(); ++j) {
    std::ranges::copy(a.H.col(j), all.H.col(j).begin());
    std::ranges::copy(b.H.col(j), all.H.col(j).begin() + a.H.rows());
  }
  return all;
}

// The notes as one component: their mean shape, by level, and their sum.
Factors as_one(const Factors& notes) {
  Factors one{.W = Matrix(notes.W.rows(), 1), .H = Matrix(1, notes.H.cols())};
  for (Index j = 0; j < notes.H.cols(); ++j)
    one.H(0, j) = std::reduce(notes.H.col(j).begin(), notes.H.col(j).end(), 0.0F);
  const double level = std::accumulate(notes.H.values().begin(), notes.H.values().end(), 1e-30);
  for (Index n = 0; n < notes.components(); ++n) {
    double own = 0.0;
    for (Index j = 0; j < notes.H.cols(); ++j) own += static_cast<double>(notes.H(n, j));
    std::ranges::transform(
        notes.W.col(n), one.W.col(0), one.W.col(0).begin(),
        [share = static_cast<float>(own / level)](float w, float sum) { return sum + share * w; });
  }
  return one;
}

SourceGroup group_of(std::string reason, int first, int count) {
  SourceGroup group{.components = std::vector<int>(static_cast<std::size_t>(count)),
                    .reason = std::move(reason)};
  std::iota(group.components.begin(), group.components.end(), first);
  return group;
}

// The last `count` components.
Factors last_of(const Factors& factors, Index count) {
  Factors last{.W = Matrix(factors.W.rows(), count), .H = Matrix(count, factors.H.cols())};
  const Index first = factors.components() - count;
  for (Index k = 0; k < count; ++k) {
    std::ranges::copy(factors.W.col(first + k), last.W.col(k).begin());
    for (Index j = 0; j < factors.H.cols(); ++j) last.H(k, j) = factors.H(first + k, j);
  }
  return last;
}

// What goes with the voice, in groups of its `shapes` components, counted from 0.
Grouping accompaniment(const Separation& found, int shapes, int groups) {
  if (groups == 1) return {group_of("what goes with the voice", 0, shapes)};
  const Factors rest = last_of(found.fit.factors, shapes);
  std::vector<Factors> channels;
  for (const Factors& factors : found.channel_factors) channels.push_back(last_of(factors, shapes));
  const TimbreFacts facts{.frequencies_hz = frequencies_hz(found),
                          .step_s = static_cast<double>(found.spec.hop) / found.rate_hz,
                          .directions = directions(channels)};
  return group_by_timbre(rest, facts, groups);
}

}  // namespace

bool may_hold_voice(const Separation& found, bool is_asked) {
  if (is_asked && found.rate_hz < kLeastRateHz)
    throw InvalidInput("init", "another than voice below 1000 Hz", to_text(found.rate_hz) + " Hz");
  const bool is_short = static_cast<double>(found.spec.fft) < kLeastFrameSeconds * found.rate_hz;
  const bool is_silent = std::ranges::none_of(found.V.values(), [](float v) { return v > 0.0F; });
  return !is_silent && (is_asked || (!is_short && found.rate_hz >= kLeastRateHz));
}

PitchGrid voice_grid(double rate_hz) {
  return {.highest_hz = std::min(800.0, 0.4 * rate_hz)};
}

LeadStart lead_start(Index bins, double bin_hz, const PitchGrid& grid, std::vector<int> melody,
                     Index channels) {
  return {.E = repeated(sources_of(bins, bin_hz, grid), channels),
          .P = blocks_of(bells_of(bins, bin_hz), channels),
          .melody = std::move(melody)};
}

void take_lead(LeadFit fit, Index channels, double power, Separation& found) {
  std::vector<Factors> lead;
  std::vector<Factors> rest;
  if (channels > 1) {
    unstack(fit.lead, channels, power, lead);
    unstack(fit.rest, channels, power, rest);
  }
  found.channel_factors.clear();
  for (std::size_t c = 0; c < lead.size(); ++c) found.channel_factors.push_back(beside(lead[c], rest[c]));
  found.refinement.emplace();
  found.refinement->component.assign(static_cast<std::size_t>(fit.lead.components()), 0);
  for (int k = 1; k <= static_cast<int>(fit.rest.components()); ++k) found.refinement->component.push_back(k);
  found.refinement->factors = beside(fit.lead, fit.rest);
  found.fit.factors = beside(as_one(fit.lead), fit.rest);
  found.fit.costs = std::move(fit.costs);
  found.fit.iterations = found.fit.costs.back().iteration;
  found.fit.stop = Stop::kIterations;
  found.fit.restart = 0;
}

std::string glides_text(double gliding) {
  return "its pitch glides in " + to_fixed(100.0 * gliding, 0) +
         " % of its frames: a voice, by source and filter";
}

void group_lead(Separation& found, const std::string& reason, int sources) {
  const auto shapes = static_cast<int>(found.fit.factors.components()) - 1;
  const auto notes = static_cast<int>(found.refinement->factors.components()) - shapes;
  found.groups = {group_of(reason, 0, 1)};
  found.refinement->groups = {group_of(reason, 0, notes)};
  for (const SourceGroup& group : accompaniment(found, shapes, sources - 1)) {
    const auto add = [&group](int first, Grouping& groups) {
      SourceGroup& added = groups.emplace_back(group);
      for (int& k : added.components) k += first;
    };
    add(1, found.groups);
    add(notes, found.refinement->groups);
  }
}

}  // namespace divisi
