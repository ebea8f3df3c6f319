// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/backends.h"

#include <array>
#include <cstdio>
#include <memory>
#include <sndfile.h>
#include <soxr.h>

namespace divisi {

std::string audio_backend() {
  return sf_version_string();
}

std::string resampling_backend() {
  return soxr_version();
}

std::string ffmpeg_version() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen("ffmpeg -version 2>/dev/null", "r"),
                                                             &pclose);
  std::array<char, 200> line{};
  if (!pipe || std::fgets(line.data(), line.size(), pipe.get()) == nullptr) {
    return "none (needed for m4a, mp4, webm and others that libsndfile does not read)";
  }
  const std::string text = line.data();
  return text.substr(0, text.find(" Copyright"));
}

}  // namespace divisi
