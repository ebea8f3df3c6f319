// SPDX-License-Identifier: Apache-2.0
// The second half of the main path: masks → stems, in blocks, so that no stem is ever whole in memory.
#pragma once

#include "divisi/pipeline/separate.h"

namespace divisi {

/// Takes what render() makes, in order of time.
class StemSink {
 public:
  StemSink() = default;
  StemSink(const StemSink&) = delete;
  StemSink& operator=(const StemSink&) = delete;
  virtual ~StemSink() = default;

  /// The next frames of the mixture as magnitudes (bins × n).
  virtual void spectrum(const Matrix& mixture) = 0;

  /// The next samples, interleaved, of the mixture as it was read and of each source.
  virtual void samples(std::span<const double> mixture, const std::vector<std::vector<double>>& stems) = 0;
};

/// Masks the mixture's STFT, all channels with the same masks unless components have directions, or filters
/// it where there is a demixing, and hands stems of the mixture's rate, channels and length to `sink`. Where
/// the masks add up to one and nothing is resampled, so do the stems, exactly. False: cancelled.
bool render(AudioSource& mixture, const Separation& separation, const Settings& settings, StemSink& sink,
            const Observer& observer = {});

}  // namespace divisi
