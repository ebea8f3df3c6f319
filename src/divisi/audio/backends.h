// SPDX-License-Identifier: Apache-2.0
// What reads and writes sound here, for people.
#pragma once

#include <string>

namespace divisi {

/// The name and version of the library for audio files.
std::string audio_backend();

/// The name and version of the library for resampling.
std::string resampling_backend();

/// The first line that `ffmpeg -version` prints, or that there is none and what that means.
std::string ffmpeg_version();

}  // namespace divisi
