// SPDX-License-Identifier: Apache-2.0
// What a file of sound is made of: its container, its depth, and what was found in it.
#pragma once

#include "divisi/core/matrix.h"

#include <string>
#include <string_view>
#include <vector>

namespace divisi {

/// The files that can be written.
enum class Container { kWav, kFlac, kOgg, kMp3 };

/// How one sample is stored. Eight bits are signed or unsigned as the container wants it.
enum class Depth { kU8, kS16, kS24, kS32, kFloat, kDouble };

[[nodiscard]] bool is_integer(Depth depth);

/// Bytes of one sample.
[[nodiscard]] int bytes_of(Depth depth);

/// The distance between two neighbouring values where full scale is ±1: 2^-7, 2^-15, 2^-23 or 2^-31, and 0
/// for floating point.
[[nodiscard]] double unit_in_last_place(Depth depth);

/// "wav", "flac", "ogg", "mp3": the usual end of the file's name, without the dot.
[[nodiscard]] std::string_view extension_of(Container container);

/// The depth that a file of this container has when `wanted` is asked for. WAV takes all of them; FLAC has 8,
/// 16 and 24 bits, and 24 stand in for more; Ogg Vorbis and MP3 have none, which is kFloat.
[[nodiscard]] Depth depth_in(Container container, Depth wanted);

/// What is known about a stretch of a file that was read.
struct AudioFacts {
  int rate_hz = 0;
  int channels = 0;
  Index frames = 0;              ///< of the stretch
  Depth depth = Depth::kFloat;   ///< kFloat where the file has none (lossy files, files decoded by ffmpeg)
  std::string container;         ///< for people: "WAV", "FLAC", "MP3", "M4A (ffmpeg)"
  bool lossy = false;            ///< the samples are not those that were recorded
  double peak = 0.0;             ///< the largest magnitude in the stretch, full scale 1
  std::vector<int> channel_map;  ///< libsndfile's SF_CHANNEL_MAP_* of each channel, or empty
  std::vector<std::string> warnings;  ///< one line each, for people
};

}  // namespace divisi
