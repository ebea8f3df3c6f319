// SPDX-License-Identifier: Apache-2.0
// What every metric starts from: references, and the estimates that are held against them.
#pragma once

#include "divisi/core/audio.h"
#include "divisi/core/matrix.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace divisi {

/// Several sounds side by side: a row is a frame, a column one channel of one sound.
using Signals = BasicMatrixView<const double>;

/// `n` references and `n` estimates of one length, rate and number of channels, read in step. The sounds are
/// read as often as a metric needs and must outlive this object; so nothing of the length of the file is held
/// here.
class Comparison {
 public:
  /// Throws InvalidInput naming both where the numbers of sounds, channels, rates or lengths differ, or there
  /// are none. In messages sounds count from 1: "reference 2", "estimate 1".
  Comparison(std::span<AudioSource* const> references, std::span<AudioSource* const> estimates);
  Comparison(std::span<const Audio> references, std::span<const Audio> estimates);

  [[nodiscard]] Index sources() const { return sources_; }
  [[nodiscard]] Index channels() const { return channels_; }
  [[nodiscard]] Index frames() const { return frames_; }
  /// Of the signals: 2 × sources × channels, the references first.
  [[nodiscard]] Index columns() const { return 2 * sources_ * channels_; }

  /// The column of channel `channel` of a reference or an estimate.
  [[nodiscard]] Index reference(Index source, Index channel) const { return source * channels_ + channel; }
  [[nodiscard]] Index estimate(Index source, Index channel) const {
    return reference(sources_ + source, channel);
  }

  /// The next read starts at the first frame again.
  void rewind();

  /// Reads the next out.rows() frames, which must be there, into `out`. Throws InvalidInput with the position
  /// (frames from 0, channels from 1) of a sample that is not a finite number, and where a sound ends early.
  void read(BasicMatrixView<double> out);

 private:
  void check();
  [[nodiscard]] std::string name(std::size_t sound) const;
  void read_sound(std::size_t sound, BasicMatrixView<double> out);

  std::vector<std::unique_ptr<AudioSource>> owned_;
  std::vector<AudioSource*> sounds_;  // the references, then the estimates
  Index sources_ = 0;
  Index channels_ = 0;
  Index frames_ = 0;
  Index position_ = 0;
  std::vector<double> interleaved_;
};

}  // namespace divisi
