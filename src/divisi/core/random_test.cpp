// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/random.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

TEST(Random, TheSameSeedGivesTheSameNumbersEverywhere) {
  Random random(0);
  // mt19937_64 with seed 0 starts with 2947667278772165694 (C++ standard's engine, checked with numpy's
  // MT19937-64).
  EXPECT_DOUBLE_EQ(random.uniform(), 2947667278772165694.0 * 0x1p-64);
}

TEST(Random, IsUniformAndNeverZero) {
  Random random(1);
  double sum = 0.0;
  for (int i = 0; i < 10000; ++i) {
    const double value = random.uniform();
    ASSERT_GT(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.01);
}

}  // namespace
}  // namespace divisi
