// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/direction.h"

#include "divisi/group/cluster.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

constexpr Index kBins = 60;
constexpr Index kFrames = 200;

// Components 0 and 1 are noise bursts, 2 and 3 lines that are held.
Factors drums_and_tones() {
  Factors factors{.W = Matrix(kBins, 4), .H = Matrix(4, kFrames)};
  for (Index k = 0; k < 4; ++k) {
    for (Index i = 0; i < kBins; ++i)
      factors.W(i, k) = k < 2 ? 1.0F / kBins : (i % 10 == k ? 10.0F / kBins : 1e-6F);
    for (Index j = 0; j < kFrames; ++j) {
      const bool sounds = k < 2 ? j % 20 == 3 * k : (j / 50) % 2 == k - 2;
      factors.H(k, j) = sounds ? 1.0F : 1e-6F;
    }
  }
  return factors;
}

TEST(Direction, BurstsAreDrumsAndLinesAreTones) {
  const auto drums = percussiveness(drums_and_tones());
  EXPECT_GT(drums[0], 0.9);
  EXPECT_GT(drums[1], 0.9);
  EXPECT_LT(drums[2], 0.1);
  EXPECT_LT(drums[3], 0.1);
}

TEST(Direction, PartsTonesButNoDrumKit) {
  const Table apart =
      direction_distances(drums_and_tones(), {{1.0, 0.3}, {0.3, 1.0}, {1.0, 0.3}, {0.3, 1.0}});
  EXPECT_LT(apart[0][1], 0.7);
  EXPECT_GT(apart[2][3], 5.0);
  EXPECT_GT(apart[0][2], 2.0);  // one direction, but a drum and a tone
  EXPECT_DOUBLE_EQ(apart[1][1], 0.0);
}

TEST(Direction, DecidesWhereTimbreIsTheSame) {
  Factors factors{.W = Matrix(kBins, 4), .H = Matrix(4, kFrames)};
  std::vector<double> frequencies_hz;
  for (Index i = 0; i < kBins; ++i) frequencies_hz.push_back(100.0 * static_cast<double>(i));
  for (Index k = 0; k < 4; ++k) {
    for (Index i = 0; i < kBins; ++i) factors.W(i, k) = i % (10 + k) == 5 ? 1.0F : 1e-6F;
    for (Index j = 0; j < kFrames; ++j) factors.H(k, j) = j / 50 == k ? 1.0F : 1e-6F;
  }
  const auto groups =
      group_by_timbre(factors, {frequencies_hz, 0.01, {{1.0, 0.2}, {0.2, 1.0}, {1.0, 0.2}, {0.2, 1.0}}}, 2);
  EXPECT_EQ(groups[0].components, (std::vector<int>{0, 2}));
  EXPECT_EQ(groups[1].components, (std::vector<int>{1, 3}));
}

}  // namespace
}  // namespace divisi
