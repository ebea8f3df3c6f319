// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/drum_start.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace divisi {
namespace {

// 10 Hz a bin up to 20 kHz; a low hit in frame 5, a high one in frame 12.
struct DrumStart : testing::Test {
  std::vector<double> frequencies = [] {
    std::vector<double> hz(2001);
    for (std::size_t i = 0; i < hz.size(); ++i) hz[i] = 10.0 * static_cast<double>(i);
    return hz;
  }();
  Matrix V = Matrix(2001, 20);

  void SetUp() override {
    for (Index j = 5; j < 9; ++j) V(8, j) = 10.0F;
    for (Index j = 12; j < 14; ++j) {
      for (Index i = 900; i < 1500; ++i) V(i, j) = 0.05F;
    }
  }
};

TEST_F(DrumStart, ShapesAreBandsThatDieAway) {
  const Factors start = drum_start(V, frequencies, 0.01, 4);
  EXPECT_EQ(start.components(), 3);
  for (Index drum = 0; drum < 3; ++drum) {
    double sum = 0.0;
    for (Index tau = 0; tau < 4; ++tau) {
      const auto shape = start.W.col(tau * 3 + drum);
      sum += std::accumulate(shape.begin(), shape.end(), 0.0);
      if (tau == 0) continue;
      EXPECT_LT(shape[8], start.W.col((tau - 1) * 3 + drum)[8]);
    }
    EXPECT_NEAR(sum, 1.0, 1e-4);
  }
  EXPECT_GT(start.W(8, 0), 100.0F * start.W(1000, 0));  // the kick is where the low hit is
  EXPECT_GT(start.W(1000, 2), start.W(8, 2));           // the hi-hat where the high one is
}

TEST_F(DrumStart, ActivationsRiseWithTheHitsAndAreNeverZero) {
  const Factors start = drum_start(V, frequencies, 0.01, 4);
  const auto peak = [&](Index drum) {
    Index best = 0;
    for (Index j = 0; j < 20; ++j) {
      EXPECT_GT(start.H(drum, j), 0.0F);
      if (start.H(drum, j) > start.H(drum, best)) best = j;
    }
    return best;
  };
  EXPECT_GE(peak(0), 5);
  EXPECT_LE(peak(0), 6);
  EXPECT_GE(peak(2), 12);
  EXPECT_LE(peak(2), 13);
}

TEST_F(DrumStart, SilenceGivesFiniteNumbers) {
  const Factors start = drum_start(Matrix(2001, 20), frequencies, 0.01, 4);
  for (const float w : start.W.values()) ASSERT_TRUE(std::isfinite(w));
  for (const float h : start.H.values()) ASSERT_TRUE(std::isfinite(h));
}

}  // namespace
}  // namespace divisi
