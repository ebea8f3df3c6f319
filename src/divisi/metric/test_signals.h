// SPDX-License-Identifier: Apache-2.0
// Signals for this room's tests, and projections written straight from their definition.
#pragma once

#include "divisi/core/audio.h"
#include "divisi/core/random.h"

#include <cmath>
#include <vector>

namespace divisi::test {

using Signal = std::vector<double>;

/// White noise in (−½, ½).
inline Audio noise(std::uint64_t seed, Index frames, int channels = 1) {
  Random random(seed);
  Audio audio{.rate_hz = 8000, .channels = channels, .samples = {}};
  for (Index i = 0; i < frames * channels; ++i)
    audio.samples.push_back(static_cast<float>(random.uniform() - 0.5));
  return audio;
}

inline Audio silence(Index frames, int channels = 1) {
  return {.rate_hz = 8000,
          .channels = channels,
          .samples = std::vector<float>(static_cast<std::size_t>(frames * channels))};
}

/// a x + b y, sample by sample.
inline Audio mix(float a, const Audio& x, float b, const Audio& y) {
  Audio out = x;
  for (std::size_t i = 0; i < out.samples.size(); ++i) out.samples[i] = a * x.samples[i] + b * y.samples[i];
  return out;
}

/// `x` later by `delay` frames, of the same length.
inline Audio delayed(const Audio& x, Index delay) {
  Audio out = x;
  const auto shift = static_cast<std::size_t>(delay * x.channels);
  for (std::size_t i = 0; i < out.samples.size(); ++i)
    out.samples[i] = i < shift ? 0.0F : x.samples[i - shift];
  return out;
}

/// Frames [from, to) turned into silence.
inline Audio muted(Audio x, Index from, Index to) {
  std::fill(x.samples.begin() + from * x.channels, x.samples.begin() + to * x.channels, 0.0F);
  return x;
}

inline Audio part(const Audio& x, Index from, Index to) {
  Audio out = x;
  out.samples.assign(x.samples.begin() + from * x.channels, x.samples.begin() + to * x.channels);
  return out;
}

/// One channel, later by `delay` and followed by silence up to frames + taps − 1.
inline Signal column(const Audio& x, Index channel, Index delay, Index taps) {
  Signal out(static_cast<std::size_t>(x.frames() + taps - 1));
  for (Index t = 0; t < x.frames(); ++t) {
    out[static_cast<std::size_t>(t + delay)] =
        static_cast<double>(x.samples[static_cast<std::size_t>(t * x.channels + channel)]);
  }
  return out;
}

inline double inner(const Signal& a, const Signal& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

inline void add(Signal& to, double factor, const Signal& x) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * x[i];
}

inline Signal minus(Signal a, const Signal& b) {
  add(a, -1.0, b);
  return a;
}

/// An orthonormal basis of all channels of `sounds` and their delays, by Gram–Schmidt with a second pass.
inline std::vector<Signal> basis(const std::vector<Audio>& sounds, Index taps) {
  std::vector<Signal> result;
  for (const Audio& sound : sounds) {
    for (Index channel = 0; channel < sound.channels; ++channel) {
      for (Index delay = 0; delay < taps; ++delay) {
        Signal next = column(sound, channel, delay, taps);
        const double before = inner(next, next);
        for (int pass = 0; pass < 2; ++pass) {
          for (const Signal& q : result) add(next, -inner(q, next), q);
        }
        const double left = inner(next, next);
        if (left <= 1e-12 * before) continue;
        for (double& value : next) value /= std::sqrt(left);
        result.push_back(std::move(next));
      }
    }
  }
  return result;
}

inline Signal project(const std::vector<Signal>& basis, const Signal& x) {
  Signal out(x.size());
  for (const Signal& q : basis) add(out, inner(q, x), q);
  return out;
}

}  // namespace divisi::test
