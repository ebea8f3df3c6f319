// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/comb_start.h"

#include "divisi/core/error.h"
#include "divisi/factor/nmf.h"
#include "divisi/notes/harmonic.h"
#include "divisi/pipeline/listen.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/transform/stft.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace divisi {
namespace {

// Measured: docs/decisions/0024-combs.md.
constexpr HarmonicOptions kCombs{.lowest_midi = 36,
                                 .highest_midi = 96,
                                 .tuning_cents = 0.0,
                                 .harmonics = 1000,
                                 .decay = 0.85,
                                 .tolerance_cents = 10.0,
                                 .noise_shapes = 0};
constexpr std::array<double, kNoiseShapes> kNoiseHz{200.0, 1000.0, 4000.0};
constexpr float kFloor = 1e-6F;  // of a shape's maximum, everywhere: what is between the harmonics may grow
constexpr double kFrameS = 0.11;
constexpr int kUpdates = 50;
constexpr int kUpdatesOfH = 20;

// A bell of an octave to each side (one standard deviation).
void draw_noise(std::span<const double> frequencies_hz, double centre_hz, std::span<float> shape) {
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const double octaves = std::log2(std::max(frequencies_hz[i], 1.0) / centre_hz);
    shape[i] = static_cast<float>(std::exp(-0.5 * octaves * octaves));
  }
}

// To unit sum, and nowhere 0.
void lift(std::span<float> shape) {
  const float least = kFloor * *std::ranges::max_element(shape);
  for (float& w : shape) w += least;
  const float sum = std::reduce(shape.begin(), shape.end(), 0.0F);
  for (float& w : shape) w /= sum;
}

}  // namespace

Settings with_combs(const Settings& settings, double rate_hz) {
  if (settings.init != "harmonic") return settings;
  if (settings.model == Model::kNmfd || settings.model == Model::kNmf2d) {
    throw InvalidInput("init",
                       "random, frames or nndsvd beside --model " + to_text(settings, parameter("model")),
                       "harmonic");
  }
  if (settings.frequency == FrequencyScale::kLog)
    throw InvalidInput("frequency", "linear beside --init harmonic", "log");
  if (!settings.fix_w.empty()) throw InvalidInput("fix-w", "none beside --init harmonic", settings.fix_w);
  const int components = static_cast<int>(harmonic_pitches(kCombs, 0.5 * rate_hz).size() + kNoiseHz.size());
  if (settings.components.value_or(components) != components) {
    throw InvalidInput("components", std::to_string(components) + ", the combs of --init harmonic",
                       std::to_string(*settings.components));
  }
  Settings chosen = settings;
  chosen.components = components;
  if (!chosen.sources) chosen.sources = stems_wanted(settings);
  if (!chosen.fft) chosen.fft = frame_near(kFrameS, rate_hz);
  if (!chosen.iterations) chosen.iterations = kUpdates;
  if (!chosen.restarts) chosen.restarts = 1;
  if (chosen.solver == SolverKind::kAuto) chosen.solver = SolverKind::kMultiplicative;
  return chosen;
}

Factors comb_start(ConstMatrixView V, std::span<const double> frequencies_hz, double resolution_hz,
                   int threads, const Observer& observer) {
  const Matrix combs = harmonic_start(frequencies_hz, resolution_hz, kCombs).W;
  Factors start{.W = Matrix(V.rows(), combs.cols() + std::ssize(kNoiseHz))};
  std::ranges::copy(combs.values(), start.W.values().begin());
  for (std::size_t n = 0; n < kNoiseHz.size(); ++n)
    draw_noise(frequencies_hz, kNoiseHz[n], start.W.col(combs.cols() + static_cast<Index>(n)));
  for (Index k = 0; k < start.W.cols(); ++k) lift(start.W.col(k));
  start.H = Matrix(start.W.cols(), V.cols());
  std::ranges::fill(start.H.values(), 1.0F);
  return nmf(V,
             {.components = start.W.cols(),
              .solver = SolverKind::kMultiplicative,
              .iterations = kUpdatesOfH,
              .tolerance = 0.0,
              .fix_w = true,
              .threads = threads},
             start, observer)
      .factors;
}

}  // namespace divisi
