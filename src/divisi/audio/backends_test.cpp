// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/backends.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

TEST(AudioBackends, NameTheirLibraries) {
  EXPECT_NE(audio_backend().find("libsndfile"), std::string::npos);
  EXPECT_NE(resampling_backend().find("soxr"), std::string::npos);
  const std::string ffmpeg = ffmpeg_version();
  EXPECT_TRUE(ffmpeg.starts_with("ffmpeg version") || ffmpeg.starts_with("none")) << ffmpeg;
}

}  // namespace
}  // namespace divisi
