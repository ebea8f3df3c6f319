// SPDX-License-Identifier: Apache-2.0
// Sound at another rate (soxr, very high quality). The phase is linear and the delay taken out, so that every
// sample stays at its time.
#pragma once

#include "divisi/core/audio.h"

#include <memory>
#include <span>
#include <vector>

namespace divisi {

/// The frames that `frames` at `from_hz` become at `to_hz`: frames × to / from, rounded up.
[[nodiscard]] Index resampled_frames(Index frames, int from_hz, int to_hz);

/// Resamples what is pushed into it. An object is used by one thread at a time; equal input gives equal bits,
/// however it is cut into blocks.
class StreamResampler {
 public:
  /// Throws Error(kUsage) where a rate or the channels are not positive, or the rates too far apart for soxr.
  StreamResampler(int from_hz, int to_hz, int channels);
  StreamResampler(StreamResampler&&) noexcept;
  StreamResampler& operator=(StreamResampler&&) noexcept;
  ~StreamResampler();

  /// Takes `in` (interleaved) and appends to `out` what is ready by now.
  void process(std::span<const double> in, std::vector<double>& out);
  /// Appends the rest, so that all of `out` is resampled_frames() of all of `in`. Nothing can follow.
  void finish(std::vector<double>& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A source at another rate; `source` must outlive it and is read by it alone.
class ResampledSource : public AudioSource {
 public:
  /// Throws as StreamResampler does.
  ResampledSource(AudioSource& source, int rate_hz);

  [[nodiscard]] int rate_hz() const override { return rate_hz_; }
  [[nodiscard]] int channels() const override { return source_.channels(); }
  [[nodiscard]] Index frames() const override;
  Index read(std::span<double> block) override;
  void rewind() override;

 private:
  void refill();

  AudioSource& source_;
  int rate_hz_;
  StreamResampler resampler_;
  std::vector<double> in_;
  std::vector<double> ready_;  // resampled, of which the samples from `taken_` on have not been read yet
  std::size_t taken_ = 0;
  bool at_end_ = false;
};

}  // namespace divisi
