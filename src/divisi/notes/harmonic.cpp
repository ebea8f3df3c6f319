// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/harmonic.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/notes/note.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace divisi {
namespace {

constexpr double kHighestShare = 0.8;  // of the axis: above, a comb would be a single line at its edge
constexpr float kNoiseFloor = 1e-6F;   // of a triangle's height, everywhere: no row is in no column

void check(std::span<const double> frequencies_hz, double resolution_hz, const HarmonicOptions& options) {
  if (frequencies_hz.size() < 2) {
    throw InvalidInput("frequencies_hz", "2 or more", std::to_string(frequencies_hz.size()));
  }
  if (!(frequencies_hz.front() >= 0.0) || !std::isfinite(frequencies_hz.back()) ||
      std::ranges::adjacent_find(frequencies_hz, std::greater_equal<>()) != frequencies_hz.end()) {
    throw InvalidInput("frequencies_hz", "rising numbers, 0 or more", "others");
  }
  if (!(resolution_hz > 0.0)) throw InvalidInput("resolution_hz", "more than 0", to_text(resolution_hz));
  if (options.lowest_midi < 0 || options.highest_midi > 127 || options.lowest_midi > options.highest_midi) {
    throw InvalidInput("lowest_midi and highest_midi", "0..127, rising",
                       std::to_string(options.lowest_midi) + " and " + std::to_string(options.highest_midi));
  }
  if (!(std::abs(options.tuning_cents) <= 100.0))
    throw InvalidInput("tuning_cents", "-100..100", to_text(options.tuning_cents));
  if (options.harmonics < 1) throw InvalidInput("harmonics", "1 or more", std::to_string(options.harmonics));
  if (options.noise_shapes < 0) {
    throw InvalidInput("noise_shapes", "0 or more", std::to_string(options.noise_shapes));
  }
}

// Half the distance between the neighbours of a row.
double spacing(std::span<const double> frequencies_hz, std::size_t row) {
  const std::size_t low = row == 0 ? 0 : row - 1;
  const std::size_t high = std::min(row + 1, frequencies_hz.size() - 1);
  return (frequencies_hz[high] - frequencies_hz[low]) / static_cast<double>(high - low);
}

void to_unit_sum(std::span<float> column) {
  double sum = 0.0;
  for (const float x : column) sum += static_cast<double>(x);
  for (float& x : column) x = static_cast<float>(static_cast<double>(x) / std::max(sum, 1e-30));
}

// Where harmonics meet in a row, the higher one counts: W is an outline and not a sum of energies.
void draw_comb(std::span<const double> frequencies_hz, double pitch_hz, double resolution_hz,
               const HarmonicOptions& options, std::span<float> column) {
  const double mistuned = std::exp2(options.tolerance_cents / 1200.0) - 1.0;
  for (int h = 1; h <= options.harmonics; ++h) {
    const double line_hz = h * pitch_hz;
    if (line_hz > frequencies_hz.back()) break;
    const double height = std::pow(h, -options.decay);
    for (std::size_t i = 0; i < frequencies_hz.size(); ++i) {
      const double reach = resolution_hz + line_hz * mistuned + 0.5 * spacing(frequencies_hz, i);
      const double distance = std::abs(frequencies_hz[i] - line_hz) / reach;
      if (distance >= 1.0) continue;
      const double value = height * (0.5 + 0.5 * std::cos(std::numbers::pi * distance));
      column[i] = std::max(column[i], static_cast<float>(value));
    }
  }
  to_unit_sum(column);
}

void draw_noise(std::span<const double> frequencies_hz, int shape, int shapes, std::span<float> column) {
  const double lowest_hz = frequencies_hz[frequencies_hz.front() > 0.0 ? 0 : 1];
  const double low = std::log(lowest_hz);
  const double step = (std::log(frequencies_hz.back()) - low) / std::max(1, shapes - 1);
  for (std::size_t i = 0; i < frequencies_hz.size(); ++i) {
    const double at = std::log(std::max(frequencies_hz[i], lowest_hz)) - low;
    const double distance = shapes == 1 ? 0.0 : std::abs(at - shape * step) / step;
    // White noise has in a band the root of its width.
    column[i] = static_cast<float>(std::max(1.0 - distance, 0.0) * std::sqrt(spacing(frequencies_hz, i)));
    column[i] += kNoiseFloor;
  }
  to_unit_sum(column);
}

}  // namespace

std::vector<int> harmonic_pitches(const HarmonicOptions& options, double highest_hz) {
  std::vector<int> pitches;
  for (int midi = options.lowest_midi; midi <= options.highest_midi; ++midi) {
    if (hz_of_midi(midi) < kHighestShare * highest_hz) pitches.push_back(midi);
  }
  return pitches;
}

HarmonicStart harmonic_start(std::span<const double> frequencies_hz, double resolution_hz,
                             const HarmonicOptions& options) {
  check(frequencies_hz, resolution_hz, options);
  HarmonicStart start;
  start.pitches = harmonic_pitches(options, frequencies_hz.back());
  const auto pitches = static_cast<Index>(start.pitches.size());
  start.W = Matrix(static_cast<Index>(frequencies_hz.size()), pitches + options.noise_shapes);
  for (Index k = 0; k < pitches; ++k) {
    const double pitch_hz =
        hz_of_midi(start.pitches[static_cast<std::size_t>(k)] + options.tuning_cents / 100.0);
    draw_comb(frequencies_hz, pitch_hz, resolution_hz, options, start.W.col(k));
  }
  for (int n = 0; n < options.noise_shapes; ++n)
    draw_noise(frequencies_hz, n, options.noise_shapes, start.W.col(pitches + n));
  return start;
}

}  // namespace divisi
