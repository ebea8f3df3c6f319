// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/divergence.h"

#include <array>
#include <cmath>
#include <gtest/gtest.h>

namespace divisi {
namespace {

double divergence_of(float v, float lambda, double beta) {
  return divergence(std::span(&v, 1), std::span(&lambda, 1), beta);
}

TEST(Divergence, KnownValues) {
  EXPECT_NEAR(divergence_of(2.0F, 1.0F, 0.0), 2.0 - std::log(2.0) - 1.0, 1e-12);
  EXPECT_NEAR(divergence_of(2.0F, 1.0F, 1.0), 2.0 * std::log(2.0) - 1.0, 1e-12);
  EXPECT_NEAR(divergence_of(5.0F, 2.0F, 2.0), 4.5, 1e-12);
  EXPECT_NEAR(divergence_of(4.0F, 1.0F, 0.5), (2.0 - 0.5 - 2.0) / -0.25, 1e-12);
  EXPECT_NEAR(divergence_of(2.0F, 1.0F, 3.0), (8.0 + 2.0 - 6.0) / 6.0, 1e-12);
  EXPECT_NEAR(divergence_of(2.0F, 1.0F, -1.0), (0.5 - 2.0 + 2.0) / 2.0, 1e-12);
  EXPECT_NEAR(divergence_of(0.0F, 3.0F, 1.0), 3.0, 1e-12);
}

TEST(Divergence, IsZeroForEqualsPositiveElseAndContinuousInBeta) {
  for (const double beta : {-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
    EXPECT_EQ(divergence_of(0.7F, 0.7F, beta), 0.0);
    for (const float lambda : {0.1F, 0.69F, 0.69999F, 0.70001F, 5.0F}) {
      const double here = divergence_of(0.7F, lambda, beta);
      EXPECT_GT(here, 0.0);
      EXPECT_NEAR(divergence_of(0.7F, lambda, beta + 1e-5) / here, 1.0, 1e-3) << beta << " " << lambda;
    }
  }
}

TEST(Divergence, UpdateTermsAreThePowers) {
  const std::array<float, 3> v{0.0F, 1.0F, 2.5F};
  const std::array<float, 3> lambda{0.5F, 1e-3F, 40.0F};
  std::array<float, 3> r{};
  std::array<float, 3> q{};
  for (const double beta : {-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
    update_terms(v, lambda, beta, r, q);
    for (std::size_t i = 0; i < v.size(); ++i) {
      const auto x = static_cast<double>(v.at(i));
      const auto y = static_cast<double>(lambda.at(i));
      EXPECT_NEAR(static_cast<double>(q.at(i)) / std::pow(y, beta - 1.0), 1.0, 1e-5) << beta;
      EXPECT_NEAR(static_cast<double>(r.at(i)) / std::pow(y, beta - 2.0), x, 1e-5) << beta;
    }
  }
}

TEST(Divergence, NamesAreTheFields) {
  EXPECT_EQ(divergence_name(1.0), "Kullback–Leibler divergence");
  EXPECT_EQ(divergence_name(0.5), "β-divergence (β = 0.5)");
}

}  // namespace
}  // namespace divisi
