// SPDX-License-Identifier: Apache-2.0
// What of a sound moves, without what stands still: voices and strokes, without held notes.
#pragma once

#include "divisi/core/audio.h"
#include "divisi/transform/stft.h"

#include <optional>
#include <vector>

namespace divisi {

/// A sound without what stands still for longer than a frame of about 256 ms. In frames that long a voice,
/// whose pitch is never still, is spread over its neighbouring bins as strokes are, and not in a line as a
/// held note (Tachibana, Ono, Ono & Sagayama, Melody line estimation in homophonic music audio signals based
/// on temporal-variability of melodic source, 2010). Of each bin the share P² / (S² + P²) is left, where S is
/// the median of the magnitude (over the channels) in 17 frames and P that in 17 bins (FitzGerald,
/// Harmonic/percussive separation using median filtering, 2010). Reads `source`, which must outlive it, in
/// blocks.
class FluctuatingSource : public AudioSource {
 public:
  explicit FluctuatingSource(AudioSource& source, int threads = 0);

  [[nodiscard]] int rate_hz() const override { return source_.rate_hz(); }
  [[nodiscard]] int channels() const override { return source_.channels(); }
  [[nodiscard]] Index frames() const override { return source_.frames(); }
  Index read(std::span<double> block) override;
  void rewind() override;

 private:
  void begin();
  void go_on();

  AudioSource& source_;
  StftSpec spec_;
  int threads_;
  std::optional<StftReader> reader_;
  std::vector<OverlapAdd> inverses_;       // a channel each
  std::vector<std::vector<float>> ready_;  // a channel each: samples that were not read yet
  Spectrum spectra_;                       // the last frames, from `first_` on
  Matrix magnitudes_;                      // theirs
  Index first_ = 0;
  Index done_ = 0;  // frames that were given to inverses_
};

}  // namespace divisi
