// SPDX-License-Identifier: Apache-2.0
// libsndfile, reading: from an open file, once, from its first frame to its last.
#pragma once

#include "divisi/audio/descriptor.h"
#include "divisi/audio/format.h"

#include <memory>

namespace divisi {

class Decoder {
 public:
  /// `file`: seekable; must outlive this. Throws Error(kInput) where libsndfile does not take it.
  explicit Decoder(const Descriptor& file);
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

  /// What the header says. `frames` is a claim (0 where there is none), `peak` is not known.
  [[nodiscard]] const AudioFacts& claims() const;

  /// Reads on into `block` (interleaved, a multiple of the channels long) and returns the frames read: 0 at
  /// the end. Throws Error(kInput) where the file is damaged.
  Index read(std::span<double> block);

  /// Leaves out `frames` and returns how many there were to leave out. Exact to the sample in every format.
  Index skip(Index frames);

  /// Whether seek() can: where frames have a fixed size, and in FLAC.
  [[nodiscard]] bool can_seek() const;

  /// The next read starts at this frame of the file, exactly. False, and anywhere, where that cannot be.
  bool seek(Index frame);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether libsndfile knows files of this name, so that nothing else need try when it refuses one.
bool has_known_extension(const std::filesystem::path& path);

}  // namespace divisi
