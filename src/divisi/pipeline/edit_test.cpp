// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/edit.h"

#include "divisi/compute/reconstruct.h"
#include "divisi/core/error.h"
#include "divisi/factor/start.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace divisi {
namespace {

constexpr Index kBins = 30;
constexpr Index kFrames = 50;

// With W of unit sums, as a run leaves it.
Factors some_factors(Index components, Index time_shifts = 1, Index pitch_shifts = 1) {
  Factors factors = random_start(Extent{kBins, kFrames, components, time_shifts, pitch_shifts}, 1.0, 5);
  for (Index k = 0; k < components; ++k) {
    float sum = 0.0F;
    for (Index column = k; column < factors.W.cols(); column += components)
      sum += std::reduce(factors.W.col(column).begin(), factors.W.col(column).end(), 0.0F);
    for (Index column = k; column < factors.W.cols(); column += components) {
      for (float& w : factors.W.col(column)) w /= sum;
    }
  }
  return factors;
}

Matrix model(const Factors& factors) {
  std::vector<int> every(static_cast<std::size_t>(factors.components()));
  std::iota(every.begin(), every.end(), 0);
  return reconstruct(factors, every, 0, factors.H.cols());
}

double apart(const Matrix& a, const Matrix& b) {
  double error = 0.0;
  double power = 0.0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    error += std::pow(static_cast<double>(a.values()[i] - b.values()[i]), 2);
    power += std::pow(static_cast<double>(b.values()[i]), 2);
  }
  return std::sqrt(error / power);
}

TEST(Edit, SharesAddUpToV) {
  const Factors factors = some_factors(4, 2, 3);
  const Matrix V = model(some_factors(2));
  Matrix sum(kBins, kFrames);
  for (Index k = 0; k < 4; ++k) {
    const Matrix share = share_of(V, factors, k);
    for (std::size_t i = 0; i < sum.values().size(); ++i) sum.values()[i] += share.values()[i];
  }
  EXPECT_LT(apart(sum, V), 1e-5);
}

TEST(Edit, ASplitFindsTheTwoThatWereOne) {
  const Factors truth = some_factors(3);
  const Matrix V = model(truth);
  const std::vector<Index> pair{1, 2};
  const Factors one = merged(truth, pair);
  const Factors found = split(V, one, 1, {.iterations = 500, .tolerance = 0.0, .restarts = 3});
  ASSERT_EQ(found.components(), 3);
  ASSERT_EQ(found.H.rows(), 3);
  EXPECT_TRUE(std::ranges::equal(found.W.col(0), one.W.col(0)));
  EXPECT_LT(apart(model(found), V), 0.7 * apart(model(one), V));
}

TEST(Edit, ASplitKeepsOrderShiftsAndZeros) {
  Factors factors = some_factors(3, 2, 2);
  const Factors halves = some_factors(2, 2, 2);
  factors.H(1, 7) = 0.0F;
  const Factors found = with_halves(factors, 1, halves, true);
  ASSERT_EQ(found.W.cols(), 8);
  ASSERT_EQ(found.H.rows(), 8);
  for (Index tau = 0; tau < 2; ++tau) {
    EXPECT_TRUE(std::ranges::equal(found.W.col(tau * 4), factors.W.col(tau * 3)));
    EXPECT_TRUE(std::ranges::equal(found.W.col(tau * 4 + 1), halves.W.col(tau * 2)));
    EXPECT_TRUE(std::ranges::equal(found.W.col(tau * 4 + 2), halves.W.col(tau * 2 + 1)));
    EXPECT_TRUE(std::ranges::equal(found.W.col(tau * 4 + 3), factors.W.col(tau * 3 + 2)));
  }
  EXPECT_EQ(found.H(7, 9), factors.H(5, 9));
  EXPECT_EQ(found.H(1, 7), 0.0F);
  EXPECT_EQ(found.H(2, 7), 0.0F);
  EXPECT_GT(found.H(5, 7), 0.0F);  // of the same component, a pitch up
  EXPECT_GT(with_halves(factors, 1, halves, false).H(1, 7), 0.0F);
}

TEST(Edit, MergedComponentsMakeAsMuchAsBefore) {
  for (const Index shifts : {1, 2}) {
    const Factors factors = some_factors(4, shifts, shifts);
    const std::vector<Index> some{1, 3};
    const Factors one = merged(factors, some);
    ASSERT_EQ(one.components(), 3);
    EXPECT_TRUE(std::ranges::equal(one.W.col(2), factors.W.col(2)));
    EXPECT_FLOAT_EQ(one.H(1, 4), factors.H(1, 4) + factors.H(3, 4));
    EXPECT_FLOAT_EQ(one.H(2, 4), factors.H(2, 4));
    if (shifts > 1) continue;
    // The margins of what they make, of which the best single component for β = 1 is the product.
    const Matrix before = reconstruct(factors, std::vector<int>{1, 3}, 0, kFrames);
    const Matrix after = reconstruct(one, std::vector<int>{1}, 0, kFrames);
    for (Index j = 0; j < kFrames; ++j) {
      const float sum = std::reduce(before.col(j).begin(), before.col(j).end());
      EXPECT_NEAR(std::reduce(after.col(j).begin(), after.col(j).end()), sum, 1e-5F * sum);
    }
    for (Index i = 0; i < kBins; ++i) {
      double sums[2] = {0.0, 0.0};
      for (Index j = 0; j < kFrames; ++j) {
        sums[0] += static_cast<double>(before(i, j));
        sums[1] += static_cast<double>(after(i, j));
      }
      EXPECT_NEAR(sums[1], sums[0], 1e-5 * sums[0]);
    }
  }
}

TEST(Edit, ShapesThatAreKeptAreThoseOfTheirComponents) {
  const Factors factors = some_factors(3, 2, 2);
  const std::vector<Index> some{0, 2};
  const Factors kept = shapes_of(factors, some);
  ASSERT_EQ(kept.components(), 2);
  EXPECT_TRUE(kept.H.empty());
  for (Index tau = 0; tau < 2; ++tau) {
    EXPECT_TRUE(std::ranges::equal(kept.W.col(tau * 2), factors.W.col(tau * 3)));
    EXPECT_TRUE(std::ranges::equal(kept.W.col(tau * 2 + 1), factors.W.col(tau * 3 + 2)));
  }
}

TEST(Edit, MarksSilenceTheirFramesAlone) {
  Factors factors = some_factors(3, 4, 2);
  factors.H(0, 40) = 0.0F;
  const std::vector<ActivationMark> marks{{.components = {1}, .only = false, .from_s = 1.0, .to_s = 1.5},
                                          {.components = {2, 0}, .only = true, .from_s = 2.95, .to_s = 3.0}};
  const Factors found = with_marks(factors, marks, 0.1, false);
  for (Index j = 0; j < kFrames; ++j) {
    const bool not_one = j >= 7 && j <= 15;  // a shape that began three frames before would still sound
    const bool without_one = j >= 27 && j <= 30;
    for (Index row = 0; row < 6; ++row) {
      const bool silent = (not_one && row % 3 == 1) || (without_one && row % 3 == 1);
      EXPECT_EQ(found.H(row, j) == 0.0F, silent) << row << " " << j;
    }
  }
  EXPECT_GT(found.H(0, 40), 0.0F);
  EXPECT_EQ(with_marks(factors, marks, 0.1, true).H(0, 40), 0.0F);
}

TEST(Edit, MarksThatCannotBeAreToldInWords) {
  const Factors factors = some_factors(2);
  const auto refused = [&](std::vector<ActivationMark> marks, const std::string& words) {
    try {
      with_marks(factors, marks, 0.1, false);
      ADD_FAILURE() << words;
    } catch (const InvalidInput& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  };
  refused({{.components = {2}, .from_s = 0.0, .to_s = 1.0}}, "components 1..2, got 3");
  refused({{.components = {0}, .from_s = 1.0, .to_s = 1.0}}, "a stretch within 0-5.00 s, got 1-1");
  refused({{.components = {0}, .from_s = 0.0, .to_s = 1e300}}, "a stretch within");
  refused({{.components = {0}, .from_s = std::nan(""), .to_s = 1.0}}, "a stretch within");
  refused({{.components = {0}, .from_s = 0.0, .to_s = 1.0}, {.components = {1}, .from_s = 0.95, .to_s = 2.0}},
          "none at 1.00 s");
}

TEST(Edit, WhatIsNotFreeIsFixed) {
  const auto list = [](std::vector<Index> free, Index components) { return fixed_but(free, components); };
  using List = std::vector<std::string>;
  EXPECT_EQ(list({1, 2}, 5), (List{"w1", "w4-5", "h1", "h4-5"}));
  EXPECT_EQ(list({0}, 3), (List{"w2-3", "h2-3"}));
  EXPECT_EQ(list({2, 3}, 4), (List{"w1-2", "h1-2"}));
  EXPECT_EQ(list({0, 1}, 2), List{});
}

}  // namespace
}  // namespace divisi
