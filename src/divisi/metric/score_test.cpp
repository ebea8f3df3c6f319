// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/score.h"

#include "divisi/core/random.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

namespace divisi {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Table = std::vector<std::vector<std::optional<double>>>;

double total(const Table& values, const std::vector<Index>& permutation) {
  double sum = 0.0;
  for (std::size_t row = 0; row < values.size(); ++row) {
    sum += values[row][static_cast<std::size_t>(permutation[row])].value_or(0.0);
  }
  return sum;
}

Table random_table(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  Table values(size, std::vector<std::optional<double>>(size));
  for (auto& row : values) {
    for (auto& value : row) value = 60.0 * random.uniform() - 30.0;
  }
  return values;
}

std::vector<Index> identity(std::size_t size) {
  std::vector<Index> order(size);
  std::iota(order.begin(), order.end(), Index{0});
  return order;
}

TEST(Decibels, AreTenTimesTheLogarithmOfEnergies) {
  EXPECT_DOUBLE_EQ(*decibels(100.0, 1.0), 20.0);
  EXPECT_DOUBLE_EQ(*decibels(1.0, 2.0), 10.0 * std::log10(0.5));
}

TEST(Decibels, NoErrorIsInfiniteAndNothingAtAllIsUndefined) {
  EXPECT_EQ(decibels(1.0, 0.0), kInfinity);
  EXPECT_EQ(decibels(1.0, 1e-21), kInfinity);
  EXPECT_LT(*decibels(1.0, 1e-19), 200.0);
  EXPECT_EQ(decibels(0.0, 1.0), -kInfinity);
  EXPECT_EQ(decibels(0.0, 0.0), std::nullopt);
}

TEST(Medians, AreOverTheDefinedWindows) {
  const auto window = [](std::optional<double> sdr, std::optional<double> sir) {
    return Scores{.sources = {{.sdr = sdr, .isr = std::nullopt, .sir = sir, .sar = std::nullopt}},
                  .permutation = {0}};
  };
  const std::vector<Scores> windows = {window(5.0, 1.0), window(std::nullopt, kInfinity),
                                       window(1.0, kInfinity), window(2.0, 3.0)};
  const auto result = medians(windows);
  ASSERT_EQ(result.size(), 1U);
  EXPECT_EQ(result[0].sdr, 2.0);
  EXPECT_EQ(result[0].isr, std::nullopt);
  EXPECT_EQ(result[0].sir, kInfinity);  // between 3 and infinity
}

TEST(Medians, OfAnEvenNumberAreBetweenTheMiddleTwo) {
  std::vector<Scores> windows;
  for (const double value : {4.0, 1.0, 2.0, 9.0}) {
    windows.push_back({.sources = {{.sdr = value}}, .permutation = {0}});
  }
  EXPECT_EQ(medians(windows)[0].sdr, 3.0);
}

TEST(Medians, OfNoWindowsAreNone) {
  EXPECT_TRUE(medians({}).empty());
}

TEST(BestPermutation, IsThatOfEnumeration) {
  for (std::size_t size = 1; size <= 6; ++size) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Table values = random_table(size, 100 * size + seed);
      double best = -kInfinity;
      std::vector<Index> order = identity(size);
      do {
        best = std::max(best, total(values, order));
      } while (std::next_permutation(order.begin(), order.end()));
      EXPECT_NEAR(total(values, best_permutation(values)), best, 1e-9) << size << " sources, seed " << seed;
    }
  }
}

TEST(BestPermutation, FindsAHiddenOneOfTwenty) {
  const std::size_t size = 20;
  Table values = random_table(size, 7);
  std::vector<Index> hidden = identity(size);
  std::reverse(hidden.begin() + 3, hidden.end());
  for (std::size_t row = 0; row < size; ++row) values[row][static_cast<std::size_t>(hidden[row])] = 31.0;
  EXPECT_EQ(best_permutation(values), hidden);
}

TEST(BestPermutation, KeepsTheGivenOrderAmongEqualOnes) {
  const Table same(5, std::vector<std::optional<double>>(5, 3.25));
  EXPECT_EQ(best_permutation(same), identity(5));
  const Table undefined(4, std::vector<std::optional<double>>(4));
  EXPECT_EQ(best_permutation(undefined), identity(4));
}

TEST(BestPermutation, TakesInfiniteAndUndefinedValues) {
  const Table values = {
      {1.0, kInfinity, std::nullopt}, {-kInfinity, 5.0, std::nullopt}, {2.0, 2.0, std::nullopt}};
  EXPECT_EQ(best_permutation(values), (std::vector<Index>{1, 2, 0}));
}

}  // namespace
}  // namespace divisi
