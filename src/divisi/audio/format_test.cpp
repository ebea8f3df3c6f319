// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/format.h"

#include <cmath>
#include <gtest/gtest.h>

namespace divisi {
namespace {

TEST(Format, TheUnitInTheLastPlaceFollowsFromTheBytes) {
  for (const Depth depth : {Depth::kU8, Depth::kS16, Depth::kS24, Depth::kS32}) {
    EXPECT_TRUE(is_integer(depth));
    EXPECT_EQ(unit_in_last_place(depth), std::ldexp(1.0, 1 - 8 * bytes_of(depth)));
  }
  for (const Depth depth : {Depth::kFloat, Depth::kDouble}) {
    EXPECT_FALSE(is_integer(depth));
    EXPECT_EQ(unit_in_last_place(depth), 0.0);
  }
  EXPECT_EQ(bytes_of(Depth::kFloat), 4);
  EXPECT_EQ(bytes_of(Depth::kDouble), 8);
}

TEST(Format, AContainerKeepsADepthOrTakesTheNextItHas) {
  for (const Depth depth : {Depth::kU8, Depth::kS32, Depth::kFloat, Depth::kDouble}) {
    EXPECT_EQ(depth_in(Container::kWav, depth), depth);
    EXPECT_EQ(depth_in(Container::kOgg, depth), Depth::kFloat);
    EXPECT_EQ(depth_in(Container::kMp3, depth), Depth::kFloat);
  }
  EXPECT_EQ(depth_in(Container::kFlac, Depth::kU8), Depth::kU8);
  EXPECT_EQ(depth_in(Container::kFlac, Depth::kS16), Depth::kS16);
  EXPECT_EQ(depth_in(Container::kFlac, Depth::kS32), Depth::kS24);
  EXPECT_EQ(depth_in(Container::kFlac, Depth::kFloat), Depth::kS24);
}

TEST(Format, EachContainerHasItsExtension) {
  EXPECT_EQ(extension_of(Container::kWav), "wav");
  EXPECT_EQ(extension_of(Container::kFlac), "flac");
  EXPECT_EQ(extension_of(Container::kOgg), "ogg");
  EXPECT_EQ(extension_of(Container::kMp3), "mp3");
}

}  // namespace
}  // namespace divisi
