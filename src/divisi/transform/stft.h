// SPDX-License-Identifier: Apache-2.0
// The short-time Fourier transform and its inverse, streaming: neither holds more than a few frames.
//
// Frame j is centred on sample j · hop; beyond both ends of the signal there is silence. The inverse is the
// least-squares one of Griffin & Lim (Signal estimation from modified short-time Fourier transform, 1984, eq.
// 6): windowed again, overlapped, and divided by the sum of the squared windows that really fell on each
// sample. It therefore gives back the input for every window and hop whose squared windows leave no gap, at
// the edges too.
#pragma once

#include "divisi/compute/fft.h"
#include "divisi/core/audio.h"
#include "divisi/core/observer.h"
#include "divisi/core/spectrum.h"
#include "divisi/transform/log_axis.h"
#include "divisi/transform/window.h"

#include <vector>

namespace divisi {

/// The power of two that is nearest, in octaves, to `seconds` at this rate; 2 at least.
int frame_near(double seconds, double rate_hz);

struct StftSpec {
  Index fft = 2048;  ///< samples in a frame, any number from 2
  Index hop = 512;   ///< samples from one frame to the next
  Window window = Window::kHann;

  [[nodiscard]] Index bins() const { return fft / 2 + 1; }
  /// Frames that cover `samples` samples.
  [[nodiscard]] Index frames(Index samples) const { return (samples + hop - 1) / hop + 1; }

  friend bool operator==(const StftSpec&, const StftSpec&) = default;
};

/// Throws InvalidInput where `spec` cannot be inverted: a size below 2, a hop outside 1..fft, or squared
/// windows whose sum somewhere falls below a thousandth of its maximum.
void check(const StftSpec& spec);

/// The spectra of a source, in order.
class StftReader {
 public:
  /// Starts at the beginning of `source`, which must outlive the reader. Throws InvalidInput as check() does.
  StftReader(AudioSource& source, const StftSpec& spec, int threads);

  [[nodiscard]] Index frames() const { return frames_; }

  /// The next `count` frames, fewer at the end, none after it.
  Spectrum read(Index count);

 private:
  void fill(Index samples);

  AudioSource& source_;
  StftSpec spec_;
  int threads_;
  std::vector<float> window_;
  std::vector<RealFft<float>> ffts_;
  std::vector<std::vector<float>> queue_;  // a channel each: samples from the next frame's first on
  Index frames_;
  Index position_ = 0;  // the next frame
};

/// The inverse for one channel: frames in, samples out.
class OverlapAdd {
 public:
  /// `samples`: length of the signal that comes out. Throws InvalidInput as check() does.
  OverlapAdd(const StftSpec& spec, Index samples);

  /// Adds the next frame's spectrum and appends to `out` the samples that no later frame can change.
  void add(std::span<const std::complex<float>> spectrum, std::vector<float>& out);

 private:
  StftSpec spec_;
  Index samples_;
  std::vector<float> window_;
  RealFft<float> fft_;
  std::vector<float> frame_;
  std::vector<float> sum_;     // of the windowed frames, from the present frame's first sample on
  std::vector<float> weight_;  // of the squared windows, likewise
  Index position_ = 0;         // the next frame
};

/// V = (mean over the channels of |X|²)^(power/2); bins × frames. For one channel |X|^power. Channels in
/// opposite phase do not cancel. With an `axis`, which is made for this STFT, V has its bins. Cancelled by
/// the observer: a matrix without columns. Throws InvalidInput as check() does.
Matrix spectrogram(AudioSource& source, const StftSpec& spec, double power, int threads = 0,
                   const Observer& observer = {}, const LogAxis* axis = nullptr);

/// The columns of V that belong to `spectrum`.
Matrix magnitudes(const Spectrum& spectrum, double power);

/// The whole STFT of sound in memory.
Spectrum stft(const Audio& audio, const StftSpec& spec);

/// Its inverse: `samples` samples at `rate_hz`.
Audio istft(const Spectrum& spectrum, const StftSpec& spec, Index samples, int rate_hz);

}  // namespace divisi
