// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/comb_start.h"

#include "divisi/core/error.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace divisi {
namespace {

std::vector<double> axis(Index bins, double step_hz) {
  std::vector<double> hz(static_cast<std::size_t>(bins));
  for (std::size_t i = 0; i < hz.size(); ++i) hz[i] = step_hz * static_cast<double>(i);
  return hz;
}

TEST(CombStart, ShapesAreCombsAndThenNoises) {
  Matrix V(1025, 4);
  std::ranges::fill(V.values(), 1.0F);
  const Factors start = comb_start(V, axis(1025, 8.0), 8.0, 1, {});
  ASSERT_EQ(start.components(), 61 + kNoiseShapes);
  for (Index k = 0; k < start.components(); ++k) {
    const auto shape = start.W.col(k);
    EXPECT_NEAR(std::reduce(shape.begin(), shape.end(), 0.0), 1.0, 1e-4);
    EXPECT_GT(*std::ranges::min_element(shape), 0.0F);
  }
  const auto a4 = start.W.col(69 - 36);  // 440, 880, ... Hz
  EXPECT_GT(a4[55], 1000.0F * a4[80]);
  EXPECT_GT(a4[110], 1000.0F * a4[80]);
  EXPECT_GT(a4[55], a4[110]);
  const auto noise = start.W.col(start.components() - 2);  // around 1 kHz
  EXPECT_EQ(std::ranges::max_element(noise) - noise.begin(), 125);
}

TEST(CombStart, ActivationsAreThoseOfTheNotesThatSound) {
  Matrix V(1025, 8);
  const std::vector<double> hz = axis(1025, 8.0);
  const Factors combs = comb_start(V, hz, 8.0, 1, {});
  for (Index i = 0; i < V.rows(); ++i) {
    for (Index j = 0; j < 4; ++j) V(i, j) = combs.W(i, 20);
    for (Index j = 4; j < 8; ++j) V(i, j) = combs.W(i, 27);
  }
  const Factors start = comb_start(V, hz, 8.0, 1, {});
  EXPECT_GT(start.H(20, 1), 20.0F * start.H(27, 1));
  EXPECT_GT(start.H(27, 6), 20.0F * start.H(20, 6));
}

TEST(CombStart, SettingsFollowTheRate) {
  const Settings settings{.sources = 2, .init = "harmonic"};
  EXPECT_EQ(with_combs(settings, 44100.0).components, 64);
  EXPECT_EQ(with_combs(settings, 44100.0).fft, 4096);
  EXPECT_EQ(with_combs(settings, 2000.0).components, 44 + kNoiseShapes);  // up to 0.8 of 1000 Hz
  EXPECT_FALSE(with_combs({.sources = 2}, 44100.0).components.has_value());
  Settings given = settings;
  given.components = 16;
  EXPECT_THROW(with_combs(given, 44100.0), InvalidInput);
  given = settings;
  given.model = Model::kNmfd;
  EXPECT_THROW(with_combs(given, 44100.0), InvalidInput);
  given = settings;
  given.fix_w = "w.npz";
  EXPECT_THROW(with_combs(given, 44100.0), InvalidInput);
  given = settings;
  given.frequency = FrequencyScale::kLog;
  EXPECT_THROW(with_combs(given, 44100.0), InvalidInput);
}

}  // namespace
}  // namespace divisi
