// SPDX-License-Identifier: Apache-2.0
// What the headers of files claim, against what is there.
#pragma once

#include "divisi/core/matrix.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace divisi {

class Descriptor;

/// A WAV header that was never completed: a pipe, or a recorder that was cut off, leaves the sizes at zero.
struct UnfinishedWav {
  std::int64_t size_position =
      0;                   ///< where the four bytes of the data chunk's size are, from the file's start
  bool was_piped = false;  ///< the whole header says "unknown", as is usual in a pipe
};

/// Nothing where `file` is no WAV file, or one whose sizes can be believed.
std::optional<UnfinishedWav> find_unfinished_wav(const Descriptor& file);

/// One line for people where libsndfile's `log` of opening a file says that the header promises more than
/// there is, else
/// "". `frames`: what there is; `frame_bytes`: bytes of one frame, or 0 where that is not constant. Sizes
/// that pipes write for "unknown" are no promise.
std::string truncation_warning(std::string_view log, Index frames, int frame_bytes);

/// The line for a file that has fewer frames than its header promises.
std::string missing_frames_warning(Index promised, Index frames);

}  // namespace divisi
