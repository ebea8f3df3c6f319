// SPDX-License-Identifier: Apache-2.0
#include "divisi/mask/mask.h"

#include "divisi/core/error.h"
#include "divisi/core/random.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace divisi {
namespace {

constexpr Index kBins = 9;
constexpr Index kFrames = 12;

Factors random_factors(Index components, float level = 1.0F, Index time_shifts = 1, Index pitch_shifts = 1) {
  Random random(2);
  Factors factors{.W = Matrix(kBins, time_shifts * components),
                  .H = Matrix(pitch_shifts * components, kFrames),
                  .time_shifts = time_shifts,
                  .pitch_shifts = pitch_shifts};
  for (float& w : factors.W.values()) w = static_cast<float>(random.uniform());
  for (float& h : factors.H.values()) h = level * static_cast<float>(random.uniform());
  return factors;
}

float model(const Factors& factors, const std::vector<int>& components, Index i, Index t) {
  float sum = 0.0F;
  for (Index tau = 0; tau < std::min(factors.time_shifts, t + 1); ++tau) {
    for (Index phi = 0; phi < std::min(factors.pitch_shifts, i + 1); ++phi) {
      for (const int k : components) {
        sum += factors.W(i - phi, tau * factors.components() + k) *
               factors.H(phi * factors.components() + k, t - tau);
      }
    }
  }
  return sum;
}

const Grouping kGroups{{{0, 3}, ""}, {{1}, ""}, {{2, 4}, ""}};

TEST(Masks, WienerIsTheRatioOfThePowers) {
  const Factors factors = random_factors(5);
  const Matrix V(kBins, 4);
  for (const double exponent : {0.7, 1.0, 1.5, 2.0}) {
    const Masks masks(factors, kGroups, {.exponent = exponent});
    const auto found = masks.at(3, V);
    ASSERT_EQ(found.size(), 3U);
    for (Index i = 0; i < kBins; ++i) {
      for (Index j = 0; j < 4; ++j) {
        double total = 0.0;
        for (const auto& group : kGroups) {
          total += std::pow(static_cast<double>(model(factors, group.components, i, 3 + j)), exponent);
        }
        const double share =
            std::pow(static_cast<double>(model(factors, {0, 3}, i, 3 + j)), exponent) / total;
        EXPECT_NEAR(static_cast<double>(found[0](i, j)), share, 1e-5);
      }
    }
  }
}

TEST(Masks, AddUpToOneHoweverLoudTheSoundIs) {
  const Matrix V(kBins, kFrames);
  for (const float level : {0.0F, 1e-30F, 1e-12F, 1.0F, 1e12F, 1e30F}) {
    const Factors factors = random_factors(5, level);
    for (const MaskKind kind : {MaskKind::kWiener, MaskKind::kBinary}) {
      const Masks masks(factors, kGroups, {.kind = kind, .exponent = 2.0});
      EXPECT_TRUE(masks.complete());
      const auto found = masks.at(0, V);
      for (std::size_t cell = 0; cell < V.values().size(); ++cell) {
        const float sum = found[0].values()[cell] + found[1].values()[cell] + found[2].values()[cell];
        EXPECT_NEAR(sum, 1.0, 1e-6) << level;
      }
    }
  }
}

TEST(Masks, BinaryGivesEachCellToTheLoudest) {
  const Factors factors = random_factors(5);
  const auto found = Masks(factors, kGroups, {.kind = MaskKind::kBinary}).at(0, Matrix(kBins, kFrames));
  for (Index i = 0; i < kBins; ++i) {
    for (Index t = 0; t < kFrames; ++t) {
      const float own = model(factors, {1}, i, t);
      const bool wins = own > model(factors, {0, 3}, i, t) && own > model(factors, {2, 4}, i, t);
      EXPECT_EQ(found[1](i, t), wins ? 1.0F : 0.0F);
    }
  }
}

TEST(Masks, ShapesThatLastAndMoveCountAsWhatTheyMake) {
  for (const auto& [time_shifts, pitch_shifts] : {std::pair<Index, Index>{4, 1}, {3, 5}, {1, 4}}) {
    const Factors factors = random_factors(5, 1.0F, time_shifts, pitch_shifts);
    const Grouping groups{kGroups[0], kGroups[1]};  // components 3 and 5 are the rest
    Matrix V(kBins, 6);
    for (float& v : V.values()) v = 9.0F;
    const auto wiener = Masks(factors, groups, {.exponent = 2.0}).at(5, V);
    const auto binary = Masks(factors, groups, {.kind = MaskKind::kBinary}).at(5, V);
    const auto none = Masks(factors, groups, {.kind = MaskKind::kNone}).at(5, V);
    for (Index i = 0; i < kBins; ++i) {
      for (Index j = 0; j < 6; ++j) {
        const float one = model(factors, {0, 3}, i, 5 + j);
        const float two = model(factors, {1}, i, 5 + j);
        const float rest = model(factors, {2, 4}, i, 5 + j);
        const float total = one * one + two * two + rest * rest;
        EXPECT_NEAR(wiener[0](i, j), one * one / total, 1e-5);
        EXPECT_NEAR(wiener[1](i, j), two * two / total, 1e-5);
        EXPECT_EQ(binary[1](i, j), two > one && two > rest ? 1.0F : 0.0F);
        EXPECT_NEAR(none[0](i, j), one / 9.0F, 1e-5);
      }
    }
  }
}

TEST(Masks, ComponentsInNoGroupKeepTheirShare) {
  const Factors factors = random_factors(5);
  const Matrix V(kBins, kFrames);
  const auto all = Masks(factors, kGroups, {}).at(0, V);
  const Masks partial(factors, {kGroups[0], kGroups[1]}, {});
  EXPECT_FALSE(partial.complete());
  EXPECT_EQ(partial.sources(), 2);
  const auto some = partial.at(0, V);
  for (std::size_t cell = 0; cell < V.values().size(); ++cell) {
    EXPECT_NEAR(some[0].values()[cell], all[0].values()[cell], 1e-6);
  }
}

TEST(Masks, NoneGivesTheComponentsOwnMagnitude) {
  const Factors factors = random_factors(5);
  Matrix V(kBins, kFrames);
  for (float& v : V.values()) v = 4.0F;
  V(2, 2) = 0.0F;
  const Masks masks(factors, kGroups, {.kind = MaskKind::kNone, .power = 2.0});
  EXPECT_FALSE(masks.complete());
  const auto found = masks.at(0, V);
  EXPECT_NEAR(found[1](5, 6) * 2.0F, std::sqrt(model(factors, {1}, 5, 6)), 1e-6);
  EXPECT_EQ(found[1](2, 2), 0.0F);
}

TEST(Masks, AComponentThatIsNotThereIsRefused) {
  const Factors factors = random_factors(2);
  EXPECT_THROW(Masks(factors, {{{2}, ""}}, {}), InvalidInput);
  EXPECT_THROW(Masks(factors, {{{-1}, ""}}, {}), InvalidInput);
}

}  // namespace
}  // namespace divisi
