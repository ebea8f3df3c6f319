// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/melody.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>

namespace divisi {
namespace {

// Measured: docs/decisions/0025-a-lead-that-glides.md.
constexpr int kHarmonics = 12;
constexpr double kDecay = 0.7;
constexpr double kMidway = 0.5;
constexpr double kPerSemitone = 0.15;  // of the usual salience, that a step costs
constexpr int kFarSemitones = 4;       // a step of that many costs as much as any other
constexpr double kHighestHz = 5000.0;
constexpr double kRings = 10.0;
constexpr double kSounds = 0.2;
constexpr Index kNear = 3;  // frames

constexpr Index kBlock = 64;

// √V of a frame at any frequency; 0 beyond the last bin.
double root_at(std::span<const float> roots, double bin) {
  const auto below = static_cast<std::size_t>(bin);
  if (below + 1 >= roots.size()) return 0.0;
  const double part = bin - std::floor(bin);
  return (1.0 - part) * static_cast<double>(roots[below]) + part * static_cast<double>(roots[below + 1]);
}

// The sum at the harmonics of `first`, in bins, less half of that midway between them.
double salience_at(std::span<const float> roots, double first) {
  double sum = 0.0;
  double weight = 1.0;
  for (int h = 1; h <= kHarmonics; ++h, weight *= kDecay)
    sum += weight * (root_at(roots, h * first) - kMidway * root_at(roots, (h - 0.5) * first));
  return sum;
}

// `task(frame number, frame)` for each, in order.
template <typename Task>
void for_each_frame(const MagnitudeBlocks& V, const Task& task) {
  for (Index first = 0; first < V.frames; first += kBlock) {
    Matrix block = V.at(first, std::min(kBlock, V.frames - first));
    for (Index j = 0; j < block.cols(); ++j) task(first + j, block.col(j));
  }
}

// Of each pitch (rows) in each frame, and usually 1 for the best.
Matrix salience_of(const MagnitudeBlocks& V, double bin_hz, const PitchGrid& grid) {
  Matrix salience(grid.count(), V.frames);
  std::vector<float> best;
  best.reserve(static_cast<std::size_t>(V.frames));
  for_each_frame(V, [&](Index j, std::span<float> frame) {
    for (float& value : frame) value = std::sqrt(value);
    for (Index u = 0; u < salience.rows(); ++u)
      salience(u, j) = static_cast<float>(salience_at(frame, grid.hz(static_cast<int>(u)) / bin_hz));
    best.push_back(*std::ranges::max_element(salience.col(j)));
  });
  const auto middle = best.begin() + std::ssize(best) / 2;
  std::ranges::nth_element(best, middle);
  if (!(*middle > 0.0F)) return salience;
  for (float& value : salience.values()) value /= *middle;
  return salience;
}

// The best way into each pitch of a frame from those of the one before, and what it is worth.
void step(std::span<const float> salience, const PitchGrid& grid, std::vector<float>& worth,
          std::span<std::int16_t> from) {
  const auto count = std::ssize(worth);
  const Index far = static_cast<Index>(kFarSemitones) * grid.per_semitone;
  const auto cost = static_cast<float>(kPerSemitone / grid.per_semitone);
  const auto anywhere = std::ranges::max_element(worth) - worth.begin();
  const std::vector<float> before = worth;
  for (Index u = 0; u < count; ++u) {
    Index best = anywhere;
    float most = before[static_cast<std::size_t>(anywhere)] - cost * static_cast<float>(far);
    for (Index o = std::max<Index>(0, u - far); o <= std::min(count - 1, u + far); ++o) {
      const float value = before[static_cast<std::size_t>(o)] - cost * static_cast<float>(std::abs(u - o));
      if (value > most) {
        most = value;
        best = o;
      }
    }
    worth[static_cast<std::size_t>(u)] = most + salience[static_cast<std::size_t>(u)];
    from[static_cast<std::size_t>(u)] = static_cast<std::int16_t>(best);
  }
}

}  // namespace

int PitchGrid::count() const {
  return static_cast<int>(std::log2(highest_hz / lowest_hz) * 12.0 * per_semitone);
}

double PitchGrid::hz(int pitch) const {
  return lowest_hz * std::exp2(static_cast<double>(pitch) / (12.0 * per_semitone));
}

std::vector<int> melody_of(const MagnitudeBlocks& V, double bin_hz, const PitchGrid& grid) {
  const auto frames = static_cast<std::size_t>(V.frames);
  const auto pitches = static_cast<std::size_t>(grid.count());
  std::vector<int> melody(frames);
  if (frames == 0) return melody;
  const Matrix salience = salience_of(V, bin_hz, grid);
  std::vector<float> worth(salience.col(0).begin(), salience.col(0).end());
  std::vector<std::int16_t> from(pitches * frames);
  for (std::size_t j = 1; j < frames; ++j) {
    step(salience.col(static_cast<Index>(j)), grid, worth, std::span(from).subspan(j * pitches, pitches));
    const float most = *std::ranges::max_element(worth);
    for (float& value : worth) value -= most;
  }
  melody.back() = static_cast<int>(std::ranges::max_element(worth) - worth.begin());
  for (std::size_t j = frames - 1; j > 0; --j)
    melody[j - 1] = from[j * pitches + static_cast<std::size_t>(melody[j])];
  return melody;
}

std::vector<int> sounding_part(const MagnitudeBlocks& V, double bin_hz, const PitchGrid& grid,
                               std::vector<int> melody) {
  std::vector<double> salience;
  salience.reserve(melody.size());
  for_each_frame(V, [&](Index j, std::span<float> frame) {
    for (float& value : frame) value = std::sqrt(value);
    salience.push_back(salience_at(frame, grid.hz(melody[static_cast<std::size_t>(j)]) / bin_hz));
  });
  std::vector<double> sorted = salience;
  std::ranges::sort(sorted);
  const double least = sorted.empty() ? 0.0 : kSounds * sorted[sorted.size() * 9 / 10];
  for (Index j = 0; j < V.frames; ++j) {
    const auto from = salience.begin() + std::max<Index>(0, j - kNear);
    const auto to = salience.begin() + std::min(V.frames, j + kNear + 1);
    if (std::all_of(from, to, [least](double s) { return s <= least; }))
      melody[static_cast<std::size_t>(j)] = -1;
  }
  return melody;
}

double gliding_share(const MagnitudeBlocks& V, double bin_hz, const PitchGrid& grid,
                     const std::vector<int>& melody) {
  struct Frame {
    double sum = 0.0;
    bool rings = false;  // at its harmonics
  };
  std::vector<Frame> frames(melody.size());
  for_each_frame(V, [&](Index j, std::span<const float> values) {
    Frame& frame = frames[static_cast<std::size_t>(j)];
    frame.sum = std::accumulate(values.begin(), values.end(), 0.0);
    const double first = grid.hz(melody[static_cast<std::size_t>(j)]) / bin_hz;
    const auto energy = [values](double bin) {
      const auto nearest = static_cast<std::size_t>(std::lround(bin));
      return nearest < values.size() ? std::pow(static_cast<double>(values[nearest]), 2) : 0.0;
    };
    double at = 0.0;
    double midway = 0.0;
    for (int h = 1; h * first * bin_hz < kHighestHz; ++h) {
      at += energy(h * first);
      midway += energy((h - 0.5) * first);
    }
    frame.rings = at >= kRings * midway;
  });
  std::vector<double> sums;
  sums.reserve(frames.size());
  for (const Frame& frame : frames) sums.push_back(frame.sum);
  std::ranges::sort(sums);
  const double least = sums.empty() ? 0.0 : kSounds * sums[sums.size() * 9 / 10];
  const int new_note = 3 * grid.per_semitone / 2;
  double sounding = 1e-12;
  double glides = 0.0;
  for (std::size_t j = 2; j < frames.size(); ++j) {
    const std::span last(frames.data() + j - 2, 3);
    if (!std::ranges::all_of(last, [least](const Frame& frame) { return frame.sum > least; })) continue;
    sounding += 1.0;
    const int before = melody[j - 1] - melody[j - 2];
    const int now = melody[j] - melody[j - 1];
    if (before * now > 0 && std::max(std::abs(before), std::abs(now)) < new_note &&
        std::ranges::all_of(last, &Frame::rings))
      glides += 1.0;
  }
  return glides / sounding;
}

}  // namespace divisi
