// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/events.h"

#include "divisi/core/error.h"
#include "divisi/core/random.h"
#include "divisi/notes/attacks.h"
#include "divisi/notes/bands.h"
#include "divisi/notes/echoes.h"
#include "divisi/notes/harmonic.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace divisi {
namespace {

constexpr Index kFrames = 400;

// PitchActivations of two octaves from C4, silent.
PitchActivations silence() {
  PitchActivations all{.precise = Matrix(24, kFrames), .prompt = Matrix(24, kFrames), .long_window_s = 0.18};
  all.total.assign(kFrames, 1e-6);
  for (int row = 0; row < 24; ++row) all.pitches.push_back(60 + row);
  return all;
}

// A note as the two windows see it: the long one blurs its ends by 5 frames, the short one by 2.
void play(PitchActivations& all, Index row, double onset_s, double offset_s, float level) {
  const auto blurred = [](double t, double edge, double reach) {
    return std::clamp(0.5 + 0.5 * (t - edge) / reach, 0.0, 1.0);
  };
  for (Index t = 0; t < kFrames; ++t) {
    const auto now = static_cast<double>(t);
    const auto shape = [&](double reach) {
      return static_cast<float>(blurred(now, 100.0 * onset_s, reach) *
                                (1.0 - blurred(now, 100.0 * offset_s, reach)));
    };
    all.precise(row, t) += level * shape(5.0);
    all.prompt(row, t) += level * shape(2.0);
    all.total[static_cast<std::size_t>(t)] += static_cast<double>(level * shape(5.0));
  }
}

TEST(Events, ANoteBeginsAndEndsWhereItSounds) {
  PitchActivations all = silence();
  play(all, 9, 0.5, 1.5, 1.0F);
  const Notes notes = find_notes(all);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].midi, 69);
  EXPECT_EQ(notes[0].hz, 440.0);
  EXPECT_EQ(notes[0].velocity, 127);
  EXPECT_NEAR(notes[0].onset_s, 0.5, 0.02);
  EXPECT_NEAR(notes[0].offset_s(), 1.5, 0.06);
}

TEST(Events, TheLevelOfAllMeansNothing) {
  PitchActivations all = silence();
  play(all, 3, 0.5, 1.0, 1.0F);
  play(all, 5, 1.2, 2.0, 0.3F);
  const Notes notes = find_notes(all);
  ASSERT_EQ(notes.size(), 2U);
  for (Matrix* matrix : {&all.precise, &all.prompt}) {
    for (float& h : matrix->values()) h *= 0x1p-20F;
  }
  for (double& total : all.total) total *= 0x1p-20;
  const Notes other = find_notes(all);
  ASSERT_EQ(other.size(), 2U);
  EXPECT_EQ(other[1].onset_s, notes[1].onset_s);
  EXPECT_EQ(other[1].velocity, notes[1].velocity);
}

TEST(Events, AThresholdLeavesOutWhatIsQuieter) {
  PitchActivations all = silence();
  play(all, 3, 0.5, 1.0, 1.0F);
  play(all, 5, 1.2, 2.0, 0.05F);
  EXPECT_EQ(find_notes(all, {.threshold_db = -20.0}).size(), 1U);
  EXPECT_EQ(find_notes(all, {.threshold_db = -30.0}).size(), 2U);
}

TEST(Events, ASoundingPitchIsStruckAgainOnlyWithAnAttackAndARise) {
  PitchActivations all = silence();
  play(all, 3, 0.5, 3.0, 0.6F);
  play(all, 3, 1.5, 3.0, 0.6F);
  EXPECT_EQ(find_notes(all).size(), 1U);  // a swell
  all.attacks = {50, 150};
  const Notes notes = find_notes(all);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_NEAR(notes[1].onset_s, 1.5, 0.01);
  EXPECT_NEAR(notes[0].offset_s(), 1.5, 0.02);
  all.attacks = {50, 150, 250};  // another instrument's, at which this pitch does not rise
  EXPECT_EQ(find_notes(all).size(), 2U);
}

TEST(Events, ASlowOnsetIsNotLate) {
  PitchActivations all = silence();
  for (Index t = 100; t < 300; ++t) {  // 200 ms from silence to full level
    const auto level = static_cast<float>(std::min(1.0, static_cast<double>(t - 100) / 20.0));
    all.precise(4, t) = all.prompt(4, t) = level;
    all.total[static_cast<std::size_t>(t)] = 1.0;
  }
  const Notes notes = find_notes(all);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NEAR(notes[0].onset_s, 1.0, 0.04);
}

TEST(Events, OvertonesAndSplatterAreNoNotes) {
  PitchActivations all = silence();
  play(all, 0, 0.5, 2.0, 1.0F);
  play(all, 12, 0.52, 2.0, 0.5F);  // an octave above, weaker
  play(all, 19, 0.5, 1.5, 0.5F);   // a twelfth
  play(all, 1, 0.5, 0.6, 0.4F);    // the attack's width
  play(all, 7, 0.5, 2.0, 0.5F);    // a fifth above: a note
  play(all, 12, 2.4, 3.0, 0.5F);   // the octave alone: a note
  const Notes notes = find_notes(all);
  ASSERT_EQ(notes.size(), 3U);
  EXPECT_EQ(notes[0].midi, 60);
  EXPECT_EQ(notes[1].midi, 67);
  EXPECT_EQ(notes[2].midi, 72);
}

TEST(Events, WhatDrownsInNoiseIsNoNote) {
  PitchActivations all = silence();
  play(all, 0, 0.5, 2.0, 1.0F);
  for (double& total : all.total) total += 100.0;
  EXPECT_TRUE(find_notes(all).empty());
}

TEST(Events, NothingGivesNothing) {
  EXPECT_TRUE(find_notes(silence()).empty());
  EXPECT_TRUE(find_notes({}).empty());
}

TEST(Attacks, AreWhereManyBandsRiseAtOnce) {
  Random random(2);
  Matrix V(100, 300);
  for (float& v : V.values()) v = static_cast<float>(0.001 + 0.0005 * random.uniform());
  for (Index t = 120; t < 200; ++t) {
    for (Index b = 0; b < 100; b += 3) V(b, t) = 1.0F;
  }
  for (Index t = 0; t < 300; ++t) V(50 + (t / 10) % 2, t) = 1.0F;  // vibrato: to the neighbour and back
  const auto attacks = find_attacks(V, 0.01);
  ASSERT_EQ(attacks.size(), 1U);
  EXPECT_NEAR(static_cast<double>(attacks[0]), 120.0, 2.0);
  for (float& v : V.values()) v *= 1e-6F;
  EXPECT_EQ(find_attacks(V, 0.01), attacks);
  EXPECT_TRUE(find_attacks(Matrix(100, 300), 0.01).empty());
  EXPECT_TRUE(find_attacks(Matrix(5, 1), 0.01).empty());
  EXPECT_TRUE(find_attacks(Matrix(), 0.01).empty());
}

TEST(Bands, KeepEnergyAndGrowWithFrequency) {
  const Bands bands(2049, 22050.0 / 4096.0);
  const auto frequencies = bands.frequencies_hz();
  const auto widths = bands.widths_hz();
  EXPECT_EQ(static_cast<Index>(frequencies.size()), bands.size());
  EXPECT_TRUE(std::ranges::is_sorted(frequencies));
  EXPECT_NEAR(widths.front(), 22050.0 / 4096.0, 1e-9);
  EXPECT_NEAR(widths[widths.size() - 2] / frequencies[widths.size() - 2], std::exp2(1.0 / 60.0) - 1.0, 0.003);
  Matrix V(2049, 2);
  for (float& v : V.values()) v = 1.0F;
  Matrix pooled(bands.size(), 2);
  bands.pool(V, pooled);
  double energy = 0.0;
  for (Index b = 0; b < bands.size(); ++b)
    energy += static_cast<double>(pooled(b, 1)) * static_cast<double>(pooled(b, 1));
  EXPECT_NEAR(energy, std::floor(8000.0 / (22050.0 / 4096.0)), 1.0);
  EXPECT_THROW(Bands(2, 1.0), InvalidInput);
  EXPECT_THROW(Bands(100, 0.0), InvalidInput);
}

TEST(HarmonicStart, HasACombForEverySemitoneOnAnyAxis) {
  std::vector<double> linear;
  std::vector<double> logarithmic;
  for (int i = 0; i < 2049; ++i) linear.push_back(i * 22050.0 / 4096.0);
  for (int i = 0; i < 350; ++i) logarithmic.push_back(27.5 * std::exp2(i / 48.0));
  for (const auto& axis : {linear, logarithmic}) {
    const HarmonicStart start = harmonic_start(axis, 10.0, {.noise_shapes = 5});
    ASSERT_EQ(start.W.cols(), static_cast<Index>(start.pitches.size()) + 5);
    EXPECT_EQ(start.pitches.front(), 21);
    for (Index k = 0; k < start.W.cols(); ++k) {
      const auto column = start.W.col(k);
      EXPECT_NEAR(std::accumulate(column.begin(), column.end(), 0.0), 1.0, 1e-4);
    }
    const auto a4 = start.W.col(69 - 21);
    double outside = 0.0;
    double third = 0.0;
    for (std::size_t i = 0; i < axis.size(); ++i) {
      const double harmonic = axis[i] / 440.0;
      if (std::abs(harmonic - 1.5) < 0.3) outside += static_cast<double>(a4[i]);
      if (std::abs(harmonic - 3.0) < 0.1) third += static_cast<double>(a4[i]);
    }
    EXPECT_EQ(outside, 0.0);
    EXPECT_GT(third, 0.03);
  }
}

TEST(HarmonicStart, LeavesOutWhatTheAxisDoesNotHave) {
  const std::vector<double> low{10.0, 20.0, 30.0, 40.0};
  EXPECT_TRUE(harmonic_start(low, 10.0).pitches.size() < 5);
  EXPECT_THROW(harmonic_start(std::vector<double>{1.0}, 1.0), InvalidInput);
  EXPECT_THROW(harmonic_start(std::vector<double>{2.0, 1.0}, 1.0), InvalidInput);
  EXPECT_THROW(harmonic_start(low, 0.0), InvalidInput);
  EXPECT_THROW(harmonic_start(low, 1.0, {.lowest_midi = 70, .highest_midi = 60}), InvalidInput);
}

}  // namespace
}  // namespace divisi
