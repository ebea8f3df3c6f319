// SPDX-License-Identifier: Apache-2.0
// Complex short-time spectra, as they leave the STFT and as masks change them.
#pragma once

#include "divisi/core/matrix.h"

#include <algorithm>
#include <complex>
#include <span>
#include <vector>

namespace divisi {

/// A run of frames: for each frame and channel, `bins` complex values.
class Spectrum {
 public:
  Spectrum() = default;
  Spectrum(Index bins, Index channels, Index frames)
      : values_(static_cast<std::size_t>(bins * channels * frames)),
        bins_(bins),
        channels_(channels),
        frames_(frames) {}

  [[nodiscard]] Index bins() const { return bins_; }
  [[nodiscard]] Index channels() const { return channels_; }
  [[nodiscard]] Index frames() const { return frames_; }

  std::span<std::complex<float>> at(Index frame, Index channel) {
    return {values_.data() + offset(frame, channel), size()};
  }
  [[nodiscard]] std::span<const std::complex<float>> at(Index frame, Index channel) const {
    return {values_.data() + offset(frame, channel), size()};
  }

  /// One channel alone.
  [[nodiscard]] Spectrum channel(Index channel) const {
    Spectrum one(bins_, 1, frames_);
    for (Index j = 0; j < frames_; ++j) {
      const auto from = at(j, channel);
      std::copy(from.begin(), from.end(), one.at(j, 0).begin());
    }
    return one;
  }

 private:
  [[nodiscard]] Index offset(Index frame, Index channel) const {
    assert(frame >= 0 && frame < frames_ && channel >= 0 && channel < channels_);
    return (frame * channels_ + channel) * bins_;
  }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(bins_); }

  std::vector<std::complex<float>> values_;
  Index bins_ = 0;
  Index channels_ = 0;
  Index frames_ = 0;
};

}  // namespace divisi
