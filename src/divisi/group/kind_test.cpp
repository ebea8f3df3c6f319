// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/kind.h"

#include "divisi/group/cluster.h"
#include "divisi/group/confidence.h"

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
  const Grouping groups = group_by_kind(factors, {frequencies(), 0.01}, 2);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].components, (std::vector<int>{0, 1}));
  EXPECT_EQ(groups[1].components, (std::vector<int>{2, 3}));
  EXPECT_NE(group_by_timbre(factors, frequencies(), 2)[0].components, groups[0].components);
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

TEST(GroupByKind, LeavesAStrayEventToTimbre) {
  Factors factors = tones_and_strokes();
  for (Index j = 0; j < kFrames; ++j) {
    for (const Index stroke : {2, 3}) factors.H(stroke, j) *= 0.05F;
  }
  const Grouping groups = group_by_kind(factors, {frequencies(), 0.01}, 2);
  const Grouping by_timbre = group_by_timbre(factors, frequencies(), 2);
  for (const std::size_t s : {0U, 1U}) EXPECT_EQ(groups[s].components, by_timbre[s].components);
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
