// SPDX-License-Identifier: Apache-2.0
#include "divisi/compute/reconstruct.h"

#include "divisi/compute/linalg.h"
#include "divisi/core/random.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace divisi {
namespace {

constexpr Index kBins = 11;
constexpr Index kFrames = 9;
constexpr Index kComponents = 3;

Factors random_factors(Index time_shifts, Index pitch_shifts) {
  Random random(5);
  Factors factors{.W = Matrix(kBins, time_shifts * kComponents),
                  .H = Matrix(pitch_shifts * kComponents, kFrames),
                  .time_shifts = time_shifts,
                  .pitch_shifts = pitch_shifts};
  for (float& w : factors.W.values()) w = static_cast<float>(random.uniform());
  for (float& h : factors.H.values()) h = static_cast<float>(random.uniform());
  return factors;
}

// The definition in core/factors.h, word for word.
double lambda(const Factors& factors, const std::vector<int>& components, Index i, Index j) {
  double sum = 0.0;
  for (Index tau = 0; tau < factors.time_shifts; ++tau) {
    for (Index phi = 0; phi < factors.pitch_shifts; ++phi) {
      if (i - phi < 0 || j - tau < 0) continue;
      for (const int k : components) {
        sum += static_cast<double>(factors.W(i - phi, tau * kComponents + k)) *
               static_cast<double>(factors.H(phi * kComponents + k, j - tau));
      }
    }
  }
  return sum;
}

TEST(Reconstruct, IsTheDoubleSumOverShiftsForEveryStretch) {
  for (const Index time_shifts : {1, 2, 4, 12}) {      // 12: longer than the sound
    for (const Index pitch_shifts : {1, 3, 11, 14}) {  // 14: further than there are bins
      const Factors factors = random_factors(time_shifts, pitch_shifts);
      for (const std::vector<int>& components : {std::vector<int>{1}, {2, 0}, {0, 1, 2}}) {
        for (const Index first : {0, 1, 5, 9}) {
          const Matrix found = reconstruct(factors, components, first, kFrames - first);
          ASSERT_EQ(found.rows(), kBins);
          ASSERT_EQ(found.cols(), kFrames - first);
          for (Index i = 0; i < kBins; ++i) {
            for (Index j = 0; j < found.cols(); ++j) {
              const double expected = lambda(factors, components, i, first + j);
              ASSERT_NEAR(static_cast<double>(found(i, j)), expected, 1e-5 * (1.0 + expected));
            }
          }
        }
      }
    }
  }
}

TEST(Reconstruct, PlainFactorsAreOneProductToTheBit) {
  const Factors factors = random_factors(1, 1);
  Matrix expected(kBins, kFrames);
  multiply(factors.W, factors.H, expected);
  EXPECT_TRUE(
      std::ranges::equal(reconstruct(factors, std::vector{0, 1, 2}, 0, kFrames).values(), expected.values()));
}

TEST(Reconstruct, NoComponentsMakeSilence) {
  const Matrix found = reconstruct(random_factors(2, 2), {}, 3, 2);
  EXPECT_TRUE(std::ranges::all_of(found.values(), [](float x) { return x == 0.0F; }));
}

}  // namespace
}  // namespace divisi
