// SPDX-License-Identifier: Apache-2.0
#include "divisi/transform/stft.h"

#include "divisi/compute/threads.h"
#include "divisi/core/error.h"

#include <algorithm>
#include <cmath>

namespace divisi {
namespace {

constexpr Index kBlockFrames = 64;
constexpr int kTransforms = 8;  // tasks of a block, each with a plan of its own

std::size_t size_of(Index value) {
  return static_cast<std::size_t>(value);
}

}  // namespace

int frame_near(double seconds, double rate_hz) {
  return 1 << static_cast<int>(std::max(1.0, std::round(std::log2(seconds * rate_hz))));
}

void check(const StftSpec& spec) {
  if (spec.fft < 2) throw InvalidInput("fft", "2 or more samples", std::to_string(spec.fft));
  if (spec.hop < 1 || spec.hop > spec.fft) {
    throw InvalidInput("hop", "1.." + std::to_string(spec.fft) + " samples (fft)", std::to_string(spec.hop));
  }
  const auto window = make_window(spec.window, spec.fft);
  std::vector<double> sums(size_of(spec.hop), 0.0);
  for (std::size_t n = 0; n < window.size(); ++n) {
    sums[n % sums.size()] += static_cast<double>(window[n]) * static_cast<double>(window[n]);
  }
  const auto [least, most] = std::minmax_element(sums.begin(), sums.end());
  if (*least < 1e-3 * *most) {
    throw InvalidInput("hop",
                       "a hop whose " + std::string(kWindowNames.at(static_cast<std::size_t>(spec.window))) +
                           " windows of " + std::to_string(spec.fft) +
                           " samples overlap without gaps (fft/2 always does)",
                       std::to_string(spec.hop));
  }
}

StftReader::StftReader(AudioSource& source, const StftSpec& spec, int threads)
    : source_(source),
      spec_(spec),
      threads_(threads),
      frames_(spec.hop > 0 ? spec.frames(source.frames()) : 0) {
  check(spec);
  window_ = make_window(spec.window, spec.fft);
  for (int i = 0; i < kTransforms; ++i) ffts_.emplace_back(spec.fft);
  queue_.assign(size_of(source.channels()), std::vector<float>(size_of(spec.fft / 2), 0.0F));
  source_.rewind();
}

// Makes every queue at least `samples` long, with silence after the source's end.
void StftReader::fill(Index samples) {
  const Index missing = samples - std::ssize(queue_.front());
  if (missing <= 0) return;
  const std::size_t channels = queue_.size();
  std::vector<double> block(size_of(missing) * channels, 0.0);
  source_.read(block);
  for (std::size_t c = 0; c < channels; ++c) {
    auto& queue = queue_[c];
    for (std::size_t i = c; i < block.size(); i += channels) queue.push_back(static_cast<float>(block[i]));
  }
}

Spectrum StftReader::read(Index count) {
  count = std::min(count, frames_ - position_);
  if (count <= 0) return {spec_.bins(), source_.channels(), 0};
  fill((count - 1) * spec_.hop + spec_.fft);
  Spectrum spectrum(spec_.bins(), source_.channels(), count);
  parallel_for(kTransforms, threads_, [&](int task) {
    std::vector<float> frame(size_of(spec_.fft));
    for (Index j = task; j < count; j += kTransforms) {
      for (Index c = 0; c < spectrum.channels(); ++c) {
        const float* samples = queue_[size_of(c)].data() + j * spec_.hop;
        std::transform(window_.begin(), window_.end(), samples, frame.begin(), std::multiplies<>());
        ffts_[size_of(task)].forward(frame, spectrum.at(j, c));
      }
    }
  });
  for (auto& queue : queue_) queue.erase(queue.begin(), queue.begin() + count * spec_.hop);
  position_ += count;
  return spectrum;
}

OverlapAdd::OverlapAdd(const StftSpec& spec, Index samples)
    : spec_((check(spec), spec)),
      samples_(samples),
      window_(make_window(spec.window, spec.fft)),
      fft_(spec.fft),
      frame_(size_of(spec.fft)),
      sum_(size_of(spec.fft), 0.0F),
      weight_(size_of(spec.fft), 0.0F) {}

void OverlapAdd::add(std::span<const std::complex<float>> spectrum, std::vector<float>& out) {
  fft_.inverse(spectrum, frame_);
  for (std::size_t n = 0; n < frame_.size(); ++n) {
    sum_[n] += frame_[n] * window_[n];
    weight_[n] += window_[n] * window_[n];
  }
  const Index first = position_ * spec_.hop - spec_.fft / 2;  // the sample that sum_[0] stands for
  const bool last = ++position_ == spec_.frames(samples_);
  const Index end = last ? samples_ : std::min(first + spec_.hop, samples_);
  for (Index n = std::max<Index>(first, 0); n < end; ++n)
    out.push_back(sum_[size_of(n - first)] / weight_[size_of(n - first)]);
  for (auto* ring : {&sum_, &weight_}) {
    std::shift_left(ring->begin(), ring->end(), spec_.hop);
    std::fill(ring->end() - spec_.hop, ring->end(), 0.0F);
  }
}

Matrix magnitudes(const Spectrum& spectrum, double power) {
  Matrix V(spectrum.bins(), spectrum.frames());
  const auto channels = static_cast<double>(spectrum.channels());
  for (Index j = 0; j < V.cols(); ++j) {
    const auto column = V.col(j);
    for (std::size_t i = 0; i < column.size(); ++i) {
      double energy = 0.0;  // double: the square of a float spectrum may be beyond float
      for (Index c = 0; c < spectrum.channels(); ++c)
        energy += std::norm(std::complex<double>(spectrum.at(j, c)[i]));
      const double mean = energy / channels;
      column[i] = static_cast<float>(power == 1.0 ? std::sqrt(mean) : std::pow(mean, 0.5 * power));
    }
  }
  return V;
}

Matrix spectrogram(AudioSource& source, const StftSpec& spec, double power, int threads,
                   const Observer& observer, const LogAxis* axis) {
  assert(axis == nullptr || axis->linear_bins() == spec.bins());
  StftReader reader(source, spec, threads);
  Matrix V(axis != nullptr ? axis->bins() : spec.bins(), reader.frames());
  for (Index first = 0; first < reader.frames(); first += kBlockFrames) {
    Matrix block = magnitudes(reader.read(kBlockFrames), power);
    if (axis != nullptr) block = axis->to_log(block);
    std::copy(block.values().begin(), block.values().end(), V.col(first).begin());
    const double done = static_cast<double>(first) / static_cast<double>(reader.frames());
    if (!keep_going(observer, {.stage = "transform", .fraction = done})) return {V.rows(), 0};
  }
  return V;
}

Spectrum stft(const Audio& audio, const StftSpec& spec) {
  MemorySource source(audio);
  StftReader reader(source, spec, 1);
  return reader.read(reader.frames());
}

Audio istft(const Spectrum& spectrum, const StftSpec& spec, Index samples, int rate_hz) {
  assert(spectrum.frames() == spec.frames(samples) && spectrum.bins() == spec.bins());
  const auto channels = size_of(spectrum.channels());
  Audio audio{.rate_hz = rate_hz, .channels = static_cast<int>(channels), .samples = {}};
  audio.samples.resize(size_of(samples) * channels);
  for (std::size_t c = 0; c < channels; ++c) {
    OverlapAdd inverse(spec, samples);
    std::vector<float> signal;
    for (Index j = 0; j < spectrum.frames(); ++j) inverse.add(spectrum.at(j, static_cast<Index>(c)), signal);
    for (std::size_t n = 0; n < signal.size(); ++n) audio.samples[n * channels + c] = signal[n];
  }
  return audio;
}

}  // namespace divisi
