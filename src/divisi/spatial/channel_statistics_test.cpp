// SPDX-License-Identifier: Apache-2.0
#include "divisi/spatial/channel_statistics.h"

#include "divisi/core/random.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace divisi {
namespace {

constexpr Index kBins = 64;
constexpr Index kFrames = 50;

std::complex<float> noise(Random& random) {
  const double angle = 2.0 * std::numbers::pi * random.uniform();
  return std::complex<float>(std::polar(random.uniform(), angle));
}

// One source a channel with gains; `turned`: with a phase of its own in each cell of the second channel.
ChannelFacts facts_of(const std::vector<std::vector<float>>& gains, bool turned = false) {
  Random random(3);
  const auto channels = static_cast<Index>(gains.front().size());
  Spectrum block(kBins, channels, kFrames);
  for (Index j = 0; j < kFrames; ++j) {
    for (Index i = 0; i < kBins; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const auto& gain = gains[at % gains.size()];
      const auto x = noise(random);
      for (Index c = 0; c < channels; ++c) {
        const double angle = turned && c > 0 ? 6.28 * random.uniform() : 0.0;
        block.at(j, c)[at] =
            x * gain[static_cast<std::size_t>(c)] * std::complex<float>(std::polar(1.0, angle));
      }
    }
  }
  ChannelStatistics statistics;
  statistics.add(block);
  return statistics.facts();
}

TEST(ChannelStatistics, OneSignalHasNothingBesideItsDirection) {
  for (const std::vector<float>& gains : std::vector<std::vector<float>>{
           {1, 1}, {1, -1}, {0.2F, 1}, {1, 0}, {0, 0}, {1}, {1, 1, -1, 0, 2, 1}}) {
    const ChannelFacts facts = facts_of({gains});
    EXPECT_LT(facts.off_axis, 1e-6);
    EXPECT_NEAR(facts.in_phase, 1.0, 1e-6);
  }
}

TEST(ChannelStatistics, PannedSourcesAreInPhaseAndBesideEachOther) {
  const ChannelFacts facts = facts_of({{1.0F, 0.3F}, {0.3F, 1.0F}});
  // The covariance is [[1.09, 0.6], [0.6, 1.09]] / 2: eigenvalues in the ratio 1.69 to 0.49.
  EXPECT_NEAR(facts.off_axis, 0.49 / 2.18, 0.01);
  EXPECT_NEAR(facts.in_phase, 1.0, 1e-6);
}

TEST(ChannelStatistics, UnrelatedPhasesAgreeToTwoOverPi) {
  EXPECT_NEAR(facts_of({{1.0F, 1.0F}}, true).in_phase, 2.0 / std::numbers::pi, 0.02);
}

}  // namespace
}  // namespace divisi
