// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/audio.h"

#include <array>
#include <gtest/gtest.h>

namespace divisi {
namespace {

TEST(MemorySource, ReadsInBlocksToTheEndAndAgain) {
  const Audio audio{.rate_hz = 8000, .channels = 2, .samples = {1, 2, 3, 4, 5, 6}};
  MemorySource source(audio);
  EXPECT_EQ(source.frames(), 3);
  std::array<double, 4> block{};
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_EQ(source.read(block), 2);
    EXPECT_EQ(block[3], 4.0);
    EXPECT_EQ(source.read(block), 1);
    EXPECT_EQ(block[1], 6.0);
    EXPECT_EQ(source.read(block), 0);
    source.rewind();
  }
}

TEST(MemorySource, NothingIsAnEmptySource) {
  const Audio audio{.rate_hz = 8000, .channels = 1, .samples = {}};
  MemorySource source(audio);
  std::array<double, 4> block{};
  EXPECT_EQ(source.read(block), 0);
}

}  // namespace
}  // namespace divisi
