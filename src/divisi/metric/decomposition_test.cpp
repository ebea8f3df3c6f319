// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/decomposition.h"

#include "divisi/metric/test_signals.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

constexpr Index kTaps = 20;
constexpr Index kFrames = 700;
constexpr Index kColumns = 4;  // two references, two estimates

class DecompositionTest : public testing::Test {
 protected:
  DecompositionTest() {
    const Audio a = test::noise(1, kFrames);
    const Audio b = test::noise(2, kFrames);
    for (const Audio& audio :
         {a, b, test::mix(0.7F, a, 0.2F, b), test::mix(0.5F, b, 0.3F, test::noise(3, kFrames))}) {
      for (const float sample : audio.samples) values_.push_back(static_cast<double>(sample));
    }
  }

  [[nodiscard]] Signals signals() const { return {values_.data(), kFrames, kColumns, kFrames}; }

  [[nodiscard]] Projections projections() const {
    CorrelationSums sums(kColumns, 2, kTaps);
    sums.add({signals(), 0, kFrames});
    return Projections(sums.finish(), 2, 1);
  }

  void silence(Index column) { std::fill_n(values_.begin() + column * kFrames, kFrames, 0.0); }

  std::vector<double> values_;
};

TEST_F(DecompositionTest, PartsAreOrthogonal) {
  const FilterBank bank(projections(), {{0, 0}, {1, 1}, {0, 1}});
  Decomposition parts(bank);
  parts.add({signals(), 0, kFrames + kTaps - 1});
  for (const Energies& e : parts.energies()) {
    EXPECT_NEAR(e.projected, e.filtered + e.interference, 1e-9);
    EXPECT_NEAR(e.estimate, e.projected + e.artifact, 1e-9);
    EXPECT_NEAR(e.filtered_error, e.interference + e.artifact, 1e-9);
    EXPECT_NEAR(e.target_error, e.spatial + e.filtered_error, 1e-9);
  }
}

TEST_F(DecompositionTest, StretchesAddUpToTheWhole) {
  const FilterBank bank(projections(), {{0, 0}, {1, 1}});
  Decomposition whole(bank);
  whole.add({signals(), 0, kFrames + kTaps - 1});
  Decomposition stretches(bank);
  stretches.add({signals(), 0, 300});
  stretches.add({signals(), 300, 1});
  stretches.add({signals(), 301, kFrames - 301 + kTaps - 1});
  for (std::size_t pair = 0; pair < 2; ++pair) {
    EXPECT_NEAR(stretches.energies()[pair].artifact, whole.energies()[pair].artifact, 1e-9);
    EXPECT_NEAR(stretches.energies()[pair].spatial, whole.energies()[pair].spatial, 1e-9);
    EXPECT_NEAR(stretches.energies()[pair].projected, whole.energies()[pair].projected, 1e-9);
  }
}

TEST_F(DecompositionTest, TheRoughEnergiesAreThoseOfTheFilters) {
  const Projections all = projections();
  const FilterBank bank(all, {{0, 0}, {1, 0}});
  Decomposition parts(bank);
  parts.add({signals(), 0, kFrames + kTaps - 1});
  for (std::size_t pair = 0; pair < 2; ++pair) {
    const Energies rough = all.rough(bank.pairs()[pair]);
    EXPECT_NEAR(rough.filtered, parts.energies()[pair].filtered, 1e-9);
    EXPECT_NEAR(rough.interference, parts.energies()[pair].interference, 1e-9);
  }
}

TEST_F(DecompositionTest, ASilentPairHasNoEnergies) {
  silence(1);
  silence(2);
  const Projections all = projections();
  EXPECT_TRUE(all.silent_reference(1));
  EXPECT_TRUE(all.silent_estimate(0));
  EXPECT_FALSE(all.silent_reference(0));
  EXPECT_FALSE(all.silent_estimate(1));
  const FilterBank bank(all, {{0, 0}, {1, 1}, {0, 1}});
  Decomposition parts(bank);
  parts.add({signals(), 0, kFrames + kTaps - 1});
  EXPECT_EQ(parts.energies()[0].target + parts.energies()[0].estimate, 0.0);
  EXPECT_EQ(parts.energies()[1].estimate, 0.0);
  EXPECT_GT(parts.energies()[2].estimate, 0.0);
  EXPECT_EQ(parts.energies()[2].interference, 0.0);
}

TEST(Energies, Add) {
  Energies sum{.target = 1.0, .artifact = 2.0};
  sum += Energies{.target = 3.0, .target_error = 5.0};
  EXPECT_EQ(sum.target, 4.0);
  EXPECT_EQ(sum.artifact, 2.0);
  EXPECT_EQ(sum.target_error, 5.0);
}

}  // namespace
}  // namespace divisi
