// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/kind.h"

#include "divisi/group/cluster.h"
#include "divisi/group/confidence.h"
#include "divisi/group/repetition.h"

#include <cmath>
#include <gtest/gtest.h>

namespace divisi {
namespace {

constexpr Index kBins = 257;
constexpr Index kFrames = 120;

// Of four components, the first two are held tones that sound together, the others strokes between them. Each
// tone has the height, and so the place among the ear's bands, of a stroke.
Factors tones_and_strokes() {
  Factors factors{.W = Matrix(kBins, 4), .H = Matrix(4, kFrames)};
  for (Index k = 0; k < 4; ++k) {
    const bool stroke = k >= 2;
    const double centre = k % 2 == 0 ? 40.0 : 160.0;
    double sum = 0.0;
    for (Index i = 0; i < kBins; ++i) {
      const double hill = std::exp(-std::pow((static_cast<double>(i) - centre) / 30.0, 2.0));
      const double w = stroke || i % 8 == 0 ? hill : 0.01 * hill;
      factors.W(i, k) = static_cast<float>(w);
      sum += w;
    }
    for (Index i = 0; i < kBins; ++i) factors.W(i, k) /= static_cast<float>(sum);
    for (Index j = 0; j < kFrames; ++j) {
      const Index since = stroke ? (j + 8) % 30 : j % 30;
      factors.H(k, j) = stroke ? 8.0F * std::exp(-static_cast<float>(since)) : since < 20 ? 1.0F : 0.05F;
    }
  }
  return factors;
}

std::vector<double> frequencies() {
  std::vector<double> hz;
  for (Index i = 0; i < kBins; ++i) hz.push_back(8000.0 * static_cast<double>(i) / (kBins - 1));
  return hz;
}

TEST(GroupByKind, PutsStrokesTogetherAndTonesTogether) {
  const Factors factors = tones_and_strokes();
  const Grouping groups = group_by_kind(factors, {frequencies(), 0.01}, 2).value();
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].components, (std::vector<int>{0, 1}));
  EXPECT_EQ(groups[1].components, (std::vector<int>{2, 3}));
  EXPECT_NE(group_by_timbre(factors, {frequencies(), 0.01}, 2)[0].components, groups[0].components);
}

TEST(GroupByKind, TellsStrokesFromTonesInTimeAlone) {
  const Table kinds = event_kinds(tones_and_strokes());
  for (const std::size_t tone : {0U, 1U}) {
    for (const std::size_t stroke : {2U, 3U}) {
      EXPECT_LT(kinds[tone][0] + 0.3, kinds[stroke][0]);
      EXPECT_LT(kinds[tone][1] + 0.3, kinds[stroke][1]);
    }
  }
  Factors silent = tones_and_strokes();
  for (Index j = 0; j < kFrames; ++j) silent.H(0, j) = 0.0F;
  EXPECT_EQ(event_kinds(silent)[0], (std::vector<double>{0.0, 0.0}));
}

TEST(GroupByKind, AStrayEventIsNoSource) {
  Factors factors = tones_and_strokes();
  for (Index j = 0; j < kFrames; ++j) {
    for (const Index stroke : {2, 3}) factors.H(stroke, j) *= 0.05F;
  }
  EXPECT_FALSE(group_by_kind(factors, {frequencies(), 0.01}, 2).has_value());
}

// Two components that play the same bar four times, and two that sound once, each at a time of its own.
TEST(GroupByRepetition, PartsWhatMovesOnFromWhatComesAgain) {
  Factors factors{.W = Matrix(40, 4), .H = Matrix(4, 80)};
  Matrix V(40, 80);
  for (Index k = 0; k < 4; ++k) {
    for (Index i = 10 * k; i < 10 * k + 10; ++i) factors.W(i, k) = 0.1F;
    for (Index j = 0; j < 80; ++j) {
      const bool bar = k % 2 == 0 && (j / 10 + k / 2) % 2 == 0;
      const bool once = k % 2 == 1 && j >= 20 * k && j < 20 * k + 20;
      factors.H(k, j) = bar ? 1.0F : once ? 1.5F : 0.0F;
      for (Index i = 10 * k; i < 10 * k + 10; ++i) V(i, j) = 0.1F * factors.H(k, j);
    }
  }
  const auto shares = repeating_shares(V, factors, 15);
  const Grouping groups = group_by_repetition(V, factors, 15);
  EXPECT_EQ(groups[0].components, (std::vector<int>{1, 3})) << shares[0] << ' ' << shares[1];
  EXPECT_EQ(groups[1].components, (std::vector<int>{0, 2})) << shares[2] << ' ' << shares[3];
}

TEST(Silhouettes, AreNearOneForWhatIsAlikeAndZeroForWhatIsNot) {
  const Table likeness{{0, 1, 0.1, 0.1}, {1, 0, 0.1, 0.1}, {0.1, 0.1, 0, 0.2}, {0.1, 0.1, 0.2, 0}};
  const auto right = silhouettes(likeness, {0, 0, 1, 1});
  EXPECT_DOUBLE_EQ(right[0], 0.9);
  EXPECT_DOUBLE_EQ(right[3], 0.5);
  EXPECT_DOUBLE_EQ(silhouettes(likeness, {0, 1, 0, 1})[0], 0.0);
  EXPECT_DOUBLE_EQ(silhouettes(likeness, {0, 1, 1, 1})[0], 0.0);
}

}  // namespace
}  // namespace divisi
