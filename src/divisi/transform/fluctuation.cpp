// SPDX-License-Identifier: Apache-2.0
#include "divisi/transform/fluctuation.h"

#include "divisi/compute/threads.h"

#include <algorithm>
#include <array>

namespace divisi {
namespace {

constexpr double kFrameSeconds = 0.256;
constexpr Index kAround = 8;  // frames or bins on each side that a median is taken of
constexpr Index kBlock = 64;  // frames that are read at a time

using Neighbours = std::array<float, 2 * kAround + 1>;

float median(Neighbours& values, Index count) {
  float* const middle = values.data() + count / 2;
  std::nth_element(values.data(), middle, values.data() + count);
  return *middle;
}

// Of each bin of frame j, the share that does not stand still.
std::vector<float> moving_share(const Matrix& V, Index j) {
  std::vector<float> share(static_cast<std::size_t>(V.rows()));
  const Index from = std::max<Index>(0, j - kAround);
  const Index to = std::min(V.cols(), j + kAround + 1);
  Neighbours values{};
  for (Index i = 0; i < V.rows(); ++i) {
    for (Index t = from; t < to; ++t) values[static_cast<std::size_t>(t - from)] = V(i, t);
    const double still = median(values, to - from);
    const Index low = std::max<Index>(0, i - kAround);
    const Index high = std::min(V.rows(), i + kAround + 1);
    for (Index f = low; f < high; ++f) values[static_cast<std::size_t>(f - low)] = V(f, j);
    const double moving = median(values, high - low);
    share[static_cast<std::size_t>(i)] =
        static_cast<float>(moving * moving / (still * still + moving * moving + 1e-30));
  }
  return share;
}

}  // namespace

FluctuatingSource::FluctuatingSource(AudioSource& source, int threads)
    : source_(source), spec_{.fft = frame_near(kFrameSeconds, source.rate_hz())}, threads_(threads) {
  spec_.fft = std::max<Index>(spec_.fft, 4);
  spec_.hop = spec_.fft / 4;
  begin();
}

void FluctuatingSource::rewind() {
  begin();
}

void FluctuatingSource::begin() {
  source_.rewind();
  reader_.emplace(source_, spec_, threads_);
  const auto channels = static_cast<std::size_t>(source_.channels());
  inverses_.clear();
  for (std::size_t c = 0; c < channels; ++c) inverses_.emplace_back(spec_, source_.frames());
  ready_.assign(channels, {});
  spectra_ = {};
  magnitudes_ = {};
  first_ = done_ = 0;
}

// Reads a block more, and gives what is known to both sides to the inverse.
void FluctuatingSource::go_on() {
  const Index kept = std::min(spectra_.frames(), 2 * kAround);
  const Spectrum next = reader_->read(kBlock);
  Spectrum spectra(spec_.bins(), source_.channels(), kept + next.frames());
  const auto copy = [&](const Spectrum& from, Index frame, Index to) {
    for (Index c = 0; c < from.channels(); ++c)
      std::ranges::copy(from.at(frame, c), spectra.at(to, c).begin());
  };
  for (Index j = 0; j < kept; ++j) copy(spectra_, spectra_.frames() - kept + j, j);
  for (Index j = 0; j < next.frames(); ++j) copy(next, j, kept + j);
  first_ += spectra_.frames() - kept;
  spectra_ = std::move(spectra);
  magnitudes_ = magnitudes(spectra_, 1.0);
  const bool is_last = first_ + spectra_.frames() == reader_->frames();
  const Index from = done_ - first_;
  const Index to = is_last ? spectra_.frames() : std::max(from, spectra_.frames() - kAround);
  std::vector<std::vector<float>> shares(static_cast<std::size_t>(to - from));
  parallel_for(static_cast<int>(to - from), threads_, [&](int task) {
    shares[static_cast<std::size_t>(task)] = moving_share(magnitudes_, from + task);
  });
  for (Index j = from; j < to; ++j) {
    const auto& share = shares[static_cast<std::size_t>(j - from)];
    for (Index c = 0; c < spectra_.channels(); ++c) {
      const auto values = spectra_.at(j, c);
      std::vector<std::complex<float>> moving(values.begin(), values.end());
      for (std::size_t i = 0; i < moving.size(); ++i) moving[i] *= share[i];
      inverses_[static_cast<std::size_t>(c)].add(moving, ready_[static_cast<std::size_t>(c)]);
    }
  }
  done_ = first_ + to;
}

Index FluctuatingSource::read(std::span<double> block) {
  const auto channels = ready_.size();
  const std::size_t wanted = block.size() / channels;
  while (ready_.front().size() < wanted && done_ < reader_->frames()) go_on();
  const std::size_t count = std::min(wanted, ready_.front().size());
  for (std::size_t c = 0; c < channels; ++c) {
    auto& ready = ready_[c];
    for (std::size_t n = 0; n < count; ++n) block[n * channels + c] = static_cast<double>(ready[n]);
    ready.erase(ready.begin(), ready.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return static_cast<Index>(count);
}

}  // namespace divisi
