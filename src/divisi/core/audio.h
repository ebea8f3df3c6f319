// SPDX-License-Identifier: Apache-2.0
// Sound, in memory or read in blocks.
#pragma once

#include "divisi/core/matrix.h"

#include <span>
#include <vector>

namespace divisi {

/// Sound in memory: `channels` interleaved, full scale ±1.
struct Audio {
  int rate_hz = 0;
  int channels = 0;
  std::vector<float> samples;  ///< frames × channels, interleaved

  [[nodiscard]] Index frames() const {
    return channels > 0 ? static_cast<Index>(samples.size()) / channels : 0;
  }
};

/// Sound that is read in blocks, as often as one likes: what makes an hour fit into memory.
/// Samples are double so that every depth of file (32-bit integers too) passes through unchanged.
class AudioSource {
 public:
  AudioSource() = default;
  AudioSource(const AudioSource&) = delete;
  AudioSource& operator=(const AudioSource&) = delete;
  virtual ~AudioSource() = default;

  [[nodiscard]] virtual int rate_hz() const = 0;
  [[nodiscard]] virtual int channels() const = 0;
  [[nodiscard]] virtual Index frames() const = 0;

  /// Reads on into `block` (interleaved, a multiple of `channels` long) and returns the frames read: fewer
  /// than asked for only at the end. Throws Error(kInput) where the sound cannot be read.
  virtual Index read(std::span<double> block) = 0;

  /// The next read starts at the first frame again.
  virtual void rewind() = 0;
};

/// Audio in memory as a source; `audio` must outlive it.
class MemorySource : public AudioSource {
 public:
  explicit MemorySource(const Audio& audio) : audio_(audio) {}

  [[nodiscard]] int rate_hz() const override { return audio_.rate_hz; }
  [[nodiscard]] int channels() const override { return audio_.channels; }
  [[nodiscard]] Index frames() const override { return audio_.frames(); }
  Index read(std::span<double> block) override;
  void rewind() override { position_ = 0; }

 private:
  const Audio& audio_;
  std::size_t position_ = 0;
};

}  // namespace divisi
