// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/audio/resample.h"
#include "divisi/core/audio.h"

#include <optional>

namespace divisi {

/// The recording at the rate at which it is analysed: itself where that is its own.
class AnalysisSource {
 public:
  AnalysisSource(AudioSource& source, int rate_hz) : source_(source) {
    if (rate_hz != source.rate_hz()) resampled_.emplace(source, rate_hz);
  }

  AudioSource& get() { return resampled_ ? static_cast<AudioSource&>(*resampled_) : source_; }
  [[nodiscard]] bool is_resampled() const { return resampled_.has_value(); }

 private:
  AudioSource& source_;
  std::optional<ResampledSource> resampled_;
};

}  // namespace divisi
