// SPDX-License-Identifier: Apache-2.0
// Sound for the tests of this room.
#pragma once

#include "divisi/core/audio.h"
#include "divisi/core/random.h"

#include <cmath>
#include <numbers>

namespace divisi {

/// Two decaying tones in turn over a little noise, differently loud in each channel, with silence at the end.
inline Audio test_sound(int channels, Index frames = 12000, int rate_hz = 8000) {
  Random random(21);
  Audio audio{.rate_hz = rate_hz, .channels = channels, .samples = {}};
  for (Index n = 0; n < frames; ++n) {
    const double t = static_cast<double>(n) / rate_hz;
    const bool second = std::fmod(t, 0.5) > 0.25;
    const double envelope = t < 1.4 ? std::exp(-8.0 * std::fmod(t, 0.25)) : 0.0;
    for (int c = 0; c < channels; ++c) {
      const double tone = std::sin(2.0 * std::numbers::pi * (second ? 1320.0 : 440.0) * t + c);
      const double noise = t < 1.4 ? 0.02 * (random.uniform() - 0.5) : 0.0;
      const double value = 0.4 * envelope * tone / (1.0 + (second ? c : channels - c - 1)) + noise;
      audio.samples.push_back(static_cast<float>(std::nearbyint(value * 32768.0) / 32768.0));
    }
  }
  return audio;
}

}  // namespace divisi
