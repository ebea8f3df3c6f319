// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/transcribe.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/factor/nmf.h"
#include "divisi/notes/attacks.h"
#include "divisi/notes/bands.h"
#include "divisi/notes/events.h"
#include "divisi/notes/harmonic.h"
#include "divisi/pipeline/analysis_source.h"
#include "divisi/transform/stft.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace divisi {
namespace {

constexpr int kHighestRate = 22050;  // harmonics above 8 kHz tell pitches no better apart
constexpr double kLongWindowSeconds = 0.186;
constexpr double kShortWindowSeconds = 0.0465;
constexpr double kHopSeconds = 0.01;
constexpr int kIterations = 40;    // 20 to 100 find the same notes
constexpr double kLineBins = 2.0;  // half the main lobe of a Hann window
constexpr Index kBlock = 256;      // frames

// The nearest size that an FFT does fast: 4, 5, 6 or 7 times a power of two.
Index fast_size(double samples) {
  Index best = 4;
  for (Index power = 1; power <= (1 << 20); power *= 2) {
    for (const Index factor : {4, 5, 6, 7}) {
      const Index size = factor * power;
      if (std::abs(static_cast<double>(size) - samples) < std::abs(static_cast<double>(best) - samples))
        best = size;
    }
  }
  return best;
}

// What is seen through one window.
struct View {
  StftSpec spec;
  Bands bands;
  Matrix V;  // bands × frames, where a full-scale sine has the same level for every window
  Matrix H;  // (pitches + noise shapes) × frames
  double seconds = 0.0;

  View(int rate_hz, double window_s, double bands_per_semitone)
      : spec{.fft = fast_size(window_s * rate_hz),
             .hop = std::max<Index>(1, std::lround(kHopSeconds * rate_hz))},
        bands(spec.bins(), static_cast<double>(rate_hz) / static_cast<double>(spec.fft), bands_per_semitone) {
    spec.hop = std::min(spec.hop, spec.fft / 4);
  }
};

// False: cancelled.
bool look(View& view, AudioSource& sound, int threads, const Observer& observer) {
  sound.rewind();
  StftReader reader(sound, view.spec, threads);
  view.V = Matrix(view.bands.size(), reader.frames());
  for (Index first = 0; first < reader.frames();) {
    const double done = static_cast<double>(first) / static_cast<double>(reader.frames());
    if (!keep_going(observer, {.stage = "transform", .fraction = done})) return false;
    const Matrix block = magnitudes(reader.read(kBlock), 1.0);
    if (block.cols() == 0) break;
    view.bands.pool(block, view.V.view().cols(first, block.cols()));
    first += block.cols();
  }
  const auto scale = 1.0F / static_cast<float>(view.spec.fft);
  for (float& v : view.V.values()) v *= scale;
  return true;
}

constexpr double kTuningStepCents = 10.0;
constexpr int kTuningIterations = 10;
constexpr Index kTuningFrames = 400;  // evenly taken from the whole

// Every component equally loud at first, in each frame as loud as V.
Matrix level_start(const Matrix& V, Index components) {
  Matrix H(components, V.cols());
  for (Index t = 0; t < V.cols(); ++t) {
    const auto column = V.col(t);
    const float level = std::accumulate(column.begin(), column.end(), 0.0F) / static_cast<float>(components);
    std::ranges::fill(H.col(t), level);
  }
  return H;
}

HarmonicStart combs(const View& view, int rate_hz, double tuning_cents) {
  const double bin_hz = static_cast<double>(rate_hz) / static_cast<double>(view.spec.fft);
  return harmonic_start(view.bands.frequencies_hz(), kLineBins * bin_hz, {.tuning_cents = tuning_cents});
}

Fit explain(const Matrix& V, Matrix W, int iterations, int threads, const Observer& observer) {
  const Index components = W.cols();
  return nmf(
      V, {.components = components, .beta = 1.0, .iterations = iterations, .fix_w = true, .threads = threads},
      {.W = std::move(W), .H = level_start(V, components)}, observer);
}

// By how many cents A4 is higher than 440 Hz: with the right combs the cost is the lowest.
double tuning_of(const View& view, int rate_hz, int threads, const Observer& observer) {
  const Index frames = std::min(kTuningFrames, view.V.cols());
  Matrix sample(view.V.rows(), frames);
  for (Index t = 0; t < frames; ++t)
    std::ranges::copy(view.V.col(t * view.V.cols() / frames), sample.col(t).begin());
  double best_cents = 0.0;
  double best_cost = std::numeric_limits<double>::infinity();
  for (int step = -4; step <= 5; ++step) {
    const double cents = kTuningStepCents * step;
    const Fit fit = explain(sample, combs(view, rate_hz, cents).W, kTuningIterations, threads,
                            part_of(observer, 0.1 * (step + 4), 0.1 * (step + 5)));
    if (fit.stop == Stop::kCancelled) break;
    const double cost = fit.costs.back().cost;
    if (cost >= best_cost) continue;
    best_cost = cost;
    best_cents = cents;
  }
  return best_cents;
}

// Finds H. The pitches are the first rows; false: cancelled.
bool listen(View& view, HarmonicStart start, int threads, std::vector<int>& pitches,
            const Observer& observer) {
  pitches = std::move(start.pitches);
  Fit fit = explain(view.V, std::move(start.W), kIterations, threads, observer);
  view.H = std::move(fit.factors.H);
  view.seconds = fit.seconds;
  return fit.stop != Stop::kCancelled;
}

Matrix first_rows(const Matrix& H, Index rows) {
  Matrix part(rows, H.cols());
  for (Index t = 0; t < H.cols(); ++t) std::copy_n(H.col(t).begin(), rows, part.col(t).begin());
  return part;
}

bool is_silent(const Matrix& V) {
  return std::ranges::all_of(V.values(), [](float v) { return v == 0.0F; });
}

}  // namespace

Transcription transcribe(AudioSource& recording, const Settings& settings, const Observer& observer) {
  const int rate_hz = settings.rate_hz.value_or(std::min(recording.rate_hz(), kHighestRate));
  AnalysisSource analysis(recording, rate_hz);
  View precise(rate_hz, kLongWindowSeconds, 5.0);
  View prompt(rate_hz, kShortWindowSeconds, 2.0);
  prompt.spec.hop = precise.spec.hop = std::min(prompt.spec.hop, precise.spec.hop);
  Transcription result;
  result.cancelled = !look(precise, analysis.get(), settings.threads, part_of(observer, 0.0, 0.5)) ||
                     !look(prompt, analysis.get(), settings.threads, part_of(observer, 0.5, 1.0));
  if (result.cancelled || is_silent(precise.V)) return result;

  PitchActivations found;
  found.tuning_cents = tuning_of(precise, rate_hz, settings.threads, part_of(observer, 0.0, 0.2));
  const auto hear = [&](View& view, std::vector<int>& pitches, double begin, double end) {
    return listen(view, combs(view, rate_hz, found.tuning_cents), settings.threads, pitches,
                  part_of(observer, begin, end));
  };
  std::vector<int> pitches;
  result.cancelled = !hear(precise, found.pitches, 0.2, 0.7) || !hear(prompt, pitches, 0.7, 1.0);
  if (result.cancelled) return result;
  result.tuning_hz = hz_of_midi(69.0 + found.tuning_cents / 100.0);
  found.pitches.resize(std::min(found.pitches.size(), pitches.size()));
  const auto rows = static_cast<Index>(found.pitches.size());
  found.frame_s = static_cast<double>(precise.spec.hop) / rate_hz;
  found.long_window_s = static_cast<double>(precise.spec.fft) / rate_hz;
  found.attacks = find_attacks(prompt.V, found.frame_s);
  for (Index t = 0; t < precise.H.cols(); ++t) {
    const auto all = precise.H.col(t);
    found.total.push_back(std::accumulate(all.begin(), all.end(), 0.0));
  }
  found.precise = first_rows(precise.H, rows);
  found.prompt = first_rows(prompt.H, rows);
  result.notes = find_notes(found, {.threshold_db = settings.threshold_db});
  result.seconds = precise.seconds + prompt.seconds;
  return result;
}

}  // namespace divisi
