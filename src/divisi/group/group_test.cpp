// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/error.h"
#include "divisi/group/by_hand.h"
#include "divisi/group/cluster.h"
#include "divisi/group/envelope.h"
#include "divisi/group/kmeans.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace divisi {
namespace {

constexpr double kStepS = 0.01;

std::string refusal(const std::vector<std::string>& lists) {
  try {
    group_by_hand(lists, 6);
  } catch (const InvalidInput& error) {
    return error.got();
  }
  return "accepted";
}

TEST(GroupByHand, CountsFromOneAndKnowsRanges) {
  const Grouping groups = group_by_hand({"1,3", "4-6"}, 6);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].components, (std::vector<int>{0, 2}));
  EXPECT_EQ(groups[1].components, (std::vector<int>{3, 4, 5}));
}

TEST(GroupByHand, RefusesWhatIsNoComponentOrStandsTwice) {
  for (const char* list : {"0", "7", "1.5", "-1", "a", "1,,2", "", "2-", "-"}) {
    EXPECT_EQ(refusal({list}), "'" + std::string(list) + "'");
  }
  EXPECT_EQ(refusal({"5-3"}), "'5-3'");
  EXPECT_EQ(refusal({"1,2", "2"}), "component 2 twice");
}

TEST(Kmeans, FindsSeparatedClustersAndLeavesNoneEmpty) {
  const Table points{{0, 0}, {0.1, 0}, {5, 5}, {5.1, 5}, {0, 0.1}, {9, 0}};
  const auto labels = kmeans(points, 3);
  EXPECT_EQ(labels[0], labels[1]);
  EXPECT_EQ(labels[0], labels[4]);
  EXPECT_EQ(labels[2], labels[3]);
  EXPECT_NE(labels[0], labels[2]);
  EXPECT_NE(labels[5], labels[0]);
  EXPECT_NE(labels[5], labels[2]);
  const auto equal_points = kmeans(Table(4, std::vector<double>{1.0}), 3);
  for (const int cluster : {0, 1, 2}) EXPECT_NE(std::ranges::find(equal_points, cluster), equal_points.end());
}

// Six notes of two instruments: one with only low partials that decay fast over frequency, one bright; each
// plays its three notes one after another, both at once.
Factors two_instruments(std::vector<double>& frequencies_hz) {
  const Index bins = 513;
  const Index frames = 30;
  Factors factors{.W = Matrix(bins, 6), .H = Matrix(6, frames)};
  frequencies_hz.clear();
  for (Index i = 0; i < bins; ++i) frequencies_hz.push_back(8000.0 * static_cast<double>(i) / 512.0);
  for (Index k = 0; k < 6; ++k) {
    const bool bright = k % 2 == 1;
    const Index pair = k / 2;
    const double pitch = 12.0 + 2.0 * static_cast<double>(pair);
    double sum = 0.0;
    for (Index i = 0; i < bins; ++i) {
      const auto bin = static_cast<double>(i);
      const double comb = std::pow(std::abs(std::cos(3.14159265 * bin / pitch)), 40.0) + 1e-4;
      factors.W(i, k) = static_cast<float>(comb * std::exp(-bin / (bright ? 300.0 : 40.0)));
      sum += static_cast<double>(factors.W(i, k));
    }
    for (float& w : factors.W.col(k)) w = static_cast<float>(static_cast<double>(w) / sum);
    for (Index t = 0; t < frames; ++t) factors.H(k, t) = t / 10 == k / 2 ? 1.0F : 0.001F;
  }
  return factors;
}

TEST(GroupByTimbre, PutsTheNotesOfOneInstrumentTogether) {
  std::vector<double> frequencies_hz;
  const Factors factors = two_instruments(frequencies_hz);
  const Grouping groups = group_by_timbre(factors, {frequencies_hz, kStepS}, 2);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].components, (std::vector<int>{0, 2, 4}));
  EXPECT_EQ(groups[1].components, (std::vector<int>{1, 3, 5}));
  EXPECT_NE(groups[0].reason.find("alike in timbre"), std::string::npos);
}

TEST(GroupByTimbre, LooksAtAllOfAShapeThatLastsAndMoves) {
  std::vector<double> frequencies_hz;
  const Factors plain = two_instruments(frequencies_hz);
  // The same instruments: each shape begins with nothing and goes on with its spectrum, and sounds 2 bins up.
  Factors moving{
      .W = Matrix(plain.W.rows(), 12), .H = Matrix(18, plain.H.cols()), .time_shifts = 2, .pitch_shifts = 3};
  for (Index k = 0; k < 6; ++k) {
    std::ranges::copy(plain.W.col(k), moving.W.col(6 + k).begin());
    for (Index t = 0; t < plain.H.cols(); ++t) moving.H(12 + k, t) = plain.H(k, t);
  }
  const Grouping groups = group_by_timbre(moving, {frequencies_hz, kStepS}, 2);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].components, (std::vector<int>{0, 2, 4}));
  EXPECT_EQ(groups[1].components, (std::vector<int>{1, 3, 5}));
}

TEST(GroupByTimbre, QuietComponentsGoWhereTheyOverlapMost) {
  std::vector<double> frequencies_hz;
  Factors factors = two_instruments(frequencies_hz);
  // The last one has the dark instrument's shape, and is too quiet to have a say.
  std::ranges::copy(factors.W.col(0), factors.W.col(5).begin());
  for (Index t = 0; t < factors.H.cols(); ++t) factors.H(5, t) = 1e-4F * factors.H(0, t);
  const Grouping groups = group_by_timbre(factors, {frequencies_hz, kStepS}, 2);
  EXPECT_EQ(groups[0].components, (std::vector<int>{0, 2, 4, 5}));
  EXPECT_EQ(groups[1].components, (std::vector<int>{1, 3}));
}

TEST(GroupByTimbre, NoisesHaveNoSay) {
  std::vector<double> frequencies_hz;
  Factors factors = two_instruments(frequencies_hz);
  // Loud, and unlike all others, at the time of the second component.
  std::ranges::fill(factors.W.col(5), 1.0F / static_cast<float>(factors.W.rows()));
  for (Index t = 0; t < factors.H.cols(); ++t) factors.H(5, t) = 9.0F * factors.H(1, t);
  const TimbreFacts facts{.frequencies_hz = frequencies_hz, .step_s = kStepS, .noises = 1};
  EXPECT_EQ(group_by_timbre(factors, facts, 2)[0].components.size(), 3U);
}

TEST(Envelopes, TellStruckFromHeldSounds) {
  Matrix H(3, 400);
  for (Index t = 0; t < 400; ++t) {
    H(0, t) = std::exp(-0.05F * static_cast<float>(t % 100));  // 5 per second, struck every second
    H(1, t) = t % 100 < 80 ? 1.0F : 0.001F;
    H(2, t) = 0.0F;
  }
  const Table found = envelopes(H, kStepS);
  EXPECT_NEAR(found[0][0], -5.0 / 3.0, 0.1);
  EXPECT_NEAR(found[1][0], 0.0, 0.1);
  EXPECT_GT(found[1][2], found[0][2] + 1.0);
  EXPECT_EQ(found[2], std::vector<double>(4, 0.0));
}

TEST(GroupByTimbre, GivesEverySourceAComponentAndRefusesTheImpossible) {
  std::vector<double> frequencies_hz;
  const Factors factors = two_instruments(frequencies_hz);
  for (int sources = 1; sources <= 6; ++sources) {
    const Grouping groups = group_by_timbre(factors, {frequencies_hz, kStepS}, sources);
    ASSERT_EQ(groups.size(), static_cast<std::size_t>(sources));
    std::size_t members = 0;
    for (const auto& group : groups) {
      EXPECT_FALSE(group.components.empty());
      members += group.components.size();
    }
    EXPECT_EQ(members, 6U);
  }
  EXPECT_THROW(group_by_timbre(factors, {frequencies_hz, kStepS}, 7), InvalidInput);
  EXPECT_THROW(group_by_timbre(factors, {frequencies_hz, kStepS}, 0), InvalidInput);
}

TEST(GroupByTimbre, SilentFactorsAreGroupedAllTheSame) {
  const Factors silent{.W = Matrix(65, 4), .H = Matrix(4, 3)};
  EXPECT_EQ(group_by_timbre(silent, {std::vector<double>(65, 100.0), kStepS}, 2).size(), 2U);
}

TEST(MelCepstra, DoNotDependOnTheLevel) {
  std::vector<double> frequencies_hz;
  Factors factors = two_instruments(frequencies_hz);
  const Table before = mel_cepstra(factors.W, frequencies_hz);
  for (float& w : factors.W.values()) w *= 1000.0F;
  const Table after = mel_cepstra(factors.W, frequencies_hz);
  for (std::size_t c = 0; c < 12; ++c) EXPECT_NEAR(before[3][c], after[3][c], 1e-4);
}

TEST(Overlaps, CountTheFramesInWhichBothSound) {
  Matrix H(3, 4);
  for (const Index t : {0, 1, 2}) H(0, t) = 1.0F;
  for (const Index t : {2, 3}) H(1, t) = 5.0F;
  const Table shares = overlaps(H);
  EXPECT_DOUBLE_EQ(shares[0][1], 0.5);
  EXPECT_DOUBLE_EQ(shares[1][0], 0.5);
  EXPECT_DOUBLE_EQ(shares[0][0], 1.0);
  EXPECT_DOUBLE_EQ(shares[0][2], 0.0);
}

}  // namespace
}  // namespace divisi
