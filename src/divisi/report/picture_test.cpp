// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/picture.h"

#include "divisi/core/error.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

int level(const SpectrogramPicture& picture, std::size_t cell) {
  return std::to_integer<int>(picture.levels().at(cell));
}

TEST(SpectrogramPicture, ACellIsItsDistanceToTheLoudestInHalfDecibels) {
  SpectrogramPicture picture(2, 3, 100);
  picture.add(Matrix(2, 2, {1.0F, 10.0F, 0.0F, 0.1F}));
  picture.add(Matrix(2, 1, {10.0F, 1e-9F}));
  EXPECT_EQ(picture.coarser(), 0);
  EXPECT_EQ(picture.cols(), 3);
  EXPECT_DOUBLE_EQ(picture.most(), 10.0);
  EXPECT_EQ(level(picture, 0), 215);  // −20 dB
  EXPECT_EQ(level(picture, 1), 255);
  EXPECT_EQ(level(picture, 2), 0);
  EXPECT_EQ(level(picture, 3), 175);  // −40 dB
  EXPECT_EQ(level(picture, 4), 255);
  EXPECT_EQ(level(picture, 5), 0);
}

TEST(SpectrogramPicture, OfALongRecordingAColumnIsTheLoudestOfItsFrames) {
  SpectrogramPicture picture(2, 9, 6);
  EXPECT_EQ(picture.coarser(), 2);
  EXPECT_EQ(picture.cols(), 3);
  Matrix V(2, 9);
  V(0, 3) = 1.0F;  // one short stroke in the first four
  V(1, 8) = 0.1F;
  picture.add(V.view().cols(0, 5));
  picture.add(V.view().cols(5, 4));
  EXPECT_EQ(level(picture, 0), 255);
  EXPECT_EQ(level(picture, 2), 0);
  EXPECT_EQ(level(picture, 5), 215);
}

TEST(SpectrogramPicture, HasItsBoundWhateverTheLength) {
  for (const Index frames : {1, 1000, 1001, 310'000, 50'000'000}) {
    const SpectrogramPicture picture(1025, frames, 40'000);
    EXPECT_LE(picture.bins() * picture.cols(), 40'000) << frames;
    EXPECT_GE(picture.cols() * (Index{1} << picture.coarser()), frames);
  }
  EXPECT_EQ(SpectrogramPicture(1025, 500, 3).cols(), 1);
}

TEST(SpectrogramPicture, SilenceIsDark) {
  SpectrogramPicture picture(1, 2, 10);
  picture.add(Matrix(1, 2));
  EXPECT_EQ(picture.most(), 0.0);
  EXPECT_EQ(picture.levels(), std::vector<std::byte>(2));
}

TEST(SpectrogramPicture, RefusesWhatHasNoCells) {
  EXPECT_THROW(SpectrogramPicture(0, 1, 10), InvalidInput);
  EXPECT_THROW(SpectrogramPicture(1, 0, 10), InvalidInput);
}

TEST(Coarse, KeepsTheLargestOfEachRow) {
  const Matrix result = coarse(Matrix(2, 3, {1, 6, 3, 4, 5, 2}), 1);
  ASSERT_EQ(result.cols(), 2);
  EXPECT_EQ(std::vector<float>(result.values().begin(), result.values().end()),
            (std::vector<float>{3, 6, 5, 2}));
}

}  // namespace
}  // namespace divisi
