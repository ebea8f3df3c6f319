// SPDX-License-Identifier: Apache-2.0
// A recording's spectrogram as it is seen from near and from far, in bounded memory.
//
// Level l has a frame for 2^l of the STFT's: of each bin the largest. The coarse levels, all of them of a
// song, are made in one pass over the recording and stay in memory; a tile of a finer one is made anew
// whenever it is asked for, from the stretch of the recording that it shows. A byte counts half decibels down
// from a level that no frame can pass, so that it can be written before the loudest is known; 0 is everything
// below.
#pragma once

#include "divisi/core/observer.h"
#include "divisi/transform/stft.h"

#include "samples.h"

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace divisi::studio {

/// All of it may be called from any thread.
class Picture {
 public:
  /// Nothing is seen before make(). `id` tells it from the others of a session.
  Picture(std::shared_ptr<Samples> samples, const StftSpec& spec, int id);

  /// Makes what is missing of the levels that stay. Stage "transform". False where the observer cancels: what
  /// is there stays, and the next call goes on behind it. Throws Error(kInput) where the recording cannot be
  /// read.
  bool make(const Observer& observer);

  [[nodiscard]] int id() const { return id_; }
  [[nodiscard]] const StftSpec& spec() const { return spec_; }
  [[nodiscard]] Index bins() const { return spec_.bins(); }
  /// Of level 0.
  [[nodiscard]] Index frames() const { return frames_; }
  /// Frames of a tile, of every level: a power of two.
  [[nodiscard]] Index tile_frames() const { return tile_frames_; }
  /// The first level that stays in memory.
  [[nodiscard]] int first_kept() const { return first_kept_; }
  /// Frames of level 0 that the levels in memory show by now.
  [[nodiscard]] Index done() const;
  /// The largest magnitude of these: √(mean of |X|² over the channels).
  [[nodiscard]] double most() const;
  /// What a byte of 255 stands for, in dB over most().
  [[nodiscard]] double top_db() const;

  /// A tile: frames index·tile_frames … of a level, bins bytes each, a frame after the other; fewer at the
  /// level's end. Throws InvalidInput where there is none, Error(kInput) where the recording cannot be read.
  [[nodiscard]] std::string tile(int level, Index index) const;

 private:
  using Table = std::array<std::uint8_t, 32768>;
  struct Worker;
  struct Level {
    Index frames = 0;
    std::string cells;  // bins × frames; empty where the level does not stay
  };
  static Table table();
  float show(Worker& worker, Index first, Index count, int level, std::span<char> cells) const;
  void take(Index first, Index count, const std::string& cells, float most);

  const std::shared_ptr<Samples> samples_;
  const StftSpec spec_;
  const int id_;
  const Index frames_;
  const Index tile_frames_;
  const double reference_;  // a magnitude that no frame can pass
  const Table byte_of_;     // of an energy against the reference, by the upper bits of the float
  int first_kept_ = 0;

  mutable std::mutex mutex_;  // of everything below
  std::vector<Level> levels_;
  Index done_ = 0;
  float most_energy_ = 0.0F;
};

}  // namespace divisi::studio
