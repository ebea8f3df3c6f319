// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/sdr.h"

#include "divisi/metric/test_signals.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

using test::mix;
using test::noise;
using Sounds = std::vector<Audio>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr SdrOptions kGiven = {.best_permutation = false};

Scores scale_invariant(const Sounds& references, const Sounds& estimates,
                       const SdrOptions& options = kGiven) {
  Comparison comparison(references, estimates);
  return si_sdr(comparison, options);
}

Scores plain(const Sounds& references, const Sounds& estimates, const SdrOptions& options = kGiven) {
  Comparison comparison(references, estimates);
  return snr(comparison, options);
}

// The definitions, sample by sample.
double definition(const Audio& reference, const Audio& estimate, bool free_scale) {
  double product = 0.0;
  double energy = 0.0;
  for (std::size_t i = 0; i < reference.samples.size(); ++i) {
    const auto s = static_cast<double>(reference.samples[i]);
    product += s * static_cast<double>(estimate.samples[i]);
    energy += s * s;
  }
  const double scale = free_scale ? product / energy : 1.0;
  double error = 0.0;
  for (std::size_t i = 0; i < reference.samples.size(); ++i) {
    const double e =
        scale * static_cast<double>(reference.samples[i]) - static_cast<double>(estimate.samples[i]);
    error += e * e;
  }
  return 10.0 * std::log10(scale * scale * energy / error);
}

Audio offset(Audio x, float by) {
  for (float& sample : x.samples) sample += by;
  return x;
}

TEST(Sdr, AreTheDefinitions) {
  for (const int channels : {1, 2}) {
    for (const Index frames : {1, 100, 150000}) {
      const Sounds references = {noise(1, frames, channels), noise(2, frames, channels)};
      const Sounds estimates = {mix(0.5F, references[0], 0.1F, noise(3, frames, channels)),
                                mix(2.0F, references[1], 0.2F, references[0])};
      const Scores free = scale_invariant(references, estimates);
      const Scores fixed = plain(references, estimates);
      for (std::size_t i = 0; i < 2; ++i) {
        if (frames > 1) {
          EXPECT_NEAR(*free.sources[i].sdr, definition(references[i], estimates[i], true), 1e-9);
        }
        EXPECT_NEAR(*fixed.sources[i].sdr, definition(references[i], estimates[i], false), 1e-9);
        EXPECT_FALSE(free.sources[i].isr || free.sources[i].sir || free.sources[i].sar);
      }
    }
  }
}

TEST(Sdr, HalfOfTheReferenceIsSixDecibels) {
  const Audio x = noise(1, 1000);
  const Sounds half = {mix(0.5F, x, 0.0F, x)};
  EXPECT_NEAR(*plain({x}, half).sources[0].sdr, 20.0 * std::log10(2.0), 1e-12);
  EXPECT_EQ(scale_invariant({x}, half).sources[0].sdr, kInfinity);
  EXPECT_EQ(plain({x}, {x}).sources[0].sdr, kInfinity);
}

TEST(Sdr, KeepItsDigitsWhereTheErrorIsSmall) {
  const Audio x = noise(1, 4000);
  Audio near = x;
  near.samples[123] = std::nextafter(near.samples[123], 1.0F);  // about 180 dB
  const double expected = definition(x, near, false);
  EXPECT_GT(expected, 150.0);
  EXPECT_NEAR(*plain({x}, {near}).sources[0].sdr, expected, 1e-6);
}

TEST(Sdr, ZeroMeanForgivesAnOffset) {
  const Audio x = noise(1, 3000, 2);
  const Sounds estimates = {offset(mix(1.0F, x, 0.01F, noise(2, 3000, 2)), 0.25F)};
  const double without = *scale_invariant({x}, {mix(1.0F, x, 0.01F, noise(2, 3000, 2))},
                                          {.best_permutation = false, .zero_mean = true})
                              .sources[0]
                              .sdr;
  const SdrOptions zero_mean{.best_permutation = false, .zero_mean = true};
  EXPECT_NEAR(*scale_invariant({x}, estimates, zero_mean).sources[0].sdr, without, 1e-3);
  EXPECT_LT(*scale_invariant({x}, estimates).sources[0].sdr, 10.0);
  // Nothing but an offset is nothing.
  EXPECT_EQ(plain({x}, {offset(test::silence(3000, 2), 0.25F)}, zero_mean).sources[0].sdr, std::nullopt);
}

TEST(Sdr, FindTheBestPermutation) {
  const Index frames = 70000;
  Sounds references;
  for (std::uint64_t seed = 0; seed < 10; ++seed) references.push_back(noise(seed, frames));
  Sounds estimates;
  std::vector<Index> order(10);
  for (std::size_t i = 0; i < 10; ++i) {
    const std::size_t source = (7 * i + 3) % 10;
    estimates.push_back(mix(1.0F, references[source], 0.2F, references[(source + 1) % 10]));
    order[source] = static_cast<Index>(i);
  }
  for (const int threads : {1, 3}) {
    const Scores scores = scale_invariant(references, estimates, {.threads = threads});
    EXPECT_EQ(scores.permutation, order);
    EXPECT_EQ(plain(references, estimates, {.threads = threads}).permutation, order);
    const auto first = static_cast<std::size_t>(order[0]);
    EXPECT_NEAR(*scores.sources[0].sdr, definition(references[0], estimates[first], true), 1e-9);
  }
}

TEST(Sdr, SilentSoundsHaveNoScore) {
  const Audio x = noise(1, 500);
  const Audio silent = test::silence(500);
  const Scores scores = scale_invariant({silent, x, x}, {x, silent, x});
  EXPECT_EQ(scores.sources[0].sdr, std::nullopt);
  EXPECT_EQ(scores.sources[1].sdr, std::nullopt);
  EXPECT_EQ(scores.sources[2].sdr, kInfinity);
}

TEST(Sdr, StopWhenToldTo) {
  const Sounds x = {noise(1, 500)};
  Comparison comparison(x, x);
  int left = 2;
  EXPECT_TRUE(si_sdr(comparison, {}, [&](const Progress&) { return --left > 0; }).cancelled);
  EXPECT_TRUE(snr(comparison, {}, [](const Progress&) { return false; }).cancelled);
}

}  // namespace
}  // namespace divisi
