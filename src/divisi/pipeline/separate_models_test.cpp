// SPDX-License-Identifier: Apache-2.0
// The main path with shapes that last and move, and on a logarithmic axis.
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/render.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/test_shapes_test.h"
#include "divisi/pipeline/test_sink_test.h"
#include "divisi/pipeline/test_sound_test.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace divisi {
namespace {

TEST(SeparateModels, StemsSumToTheMixtureOnALogarithmicAxis) {
  for (const int channels : {1, 3}) {
    for (const MaskKind mask : {MaskKind::kWiener, MaskKind::kBinary}) {
      const Audio sound = test_sound(channels);
      Settings settings = quick(2, 2);
      settings.model = Model::kNmf2d;
      settings.pitch_shifts = 4;
      settings.mask = mask;
      MemorySource source(sound);
      MemorySink sink;
      EXPECT_TRUE(render(source, moving_shapes(source, settings), settings, sink));
      ASSERT_EQ(sink.stems.size(), 2U);
      EXPECT_EQ(sink.mixture.size(), sound.samples.size());
      EXPECT_LT(sink.worst_difference(), 1e-12);
      for (const auto& stem : sink.stems)
        EXPECT_GT(energy(stem, 0, stem.size()), 0.05 * energy(sink.mixture, 0, stem.size()));
    }
  }
}

TEST(SeparateModels, MasksOfALogarithmicAxisFallOnTheFrequenciesThatTheyWereMadeFor) {
  // One source owns all below 800 Hz, the other all above: the tones of 440 and 1320 Hz come apart.
  const Audio sound = test_sound(1);
  Settings settings = quick(2, 2);
  settings.model = Model::kNmf2d;
  settings.pitch_shifts = 4;
  MemorySource source(sound);
  Separation found = moving_shapes(source, settings);
  const auto frequencies = frequencies_hz(found);
  ASSERT_EQ(std::ssize(frequencies), found.V.rows());
  auto& factors = found.fit.factors;
  for (float& w : factors.W.values()) w = 0.0F;
  for (float& h : factors.H.values()) h = 1.0F;
  for (std::size_t i = 0; i < frequencies.size(); ++i)
    factors.W(static_cast<Index>(i), frequencies[i] < 800.0 ? 0 : 1) = 1.0F;
  for (Index j = 0; j < factors.H.cols(); ++j) {
    for (Index row = 2; row < 8; ++row) factors.H(row, j) = 0.0F;  // φ = 0 alone
  }
  MemorySink sink;
  render(source, found, settings, sink);
  EXPECT_GT(energy(sink.stems[0], 200, 1800), 300.0 * energy(sink.stems[1], 200, 1800));
  EXPECT_GT(energy(sink.stems[1], 2200, 3800), 300.0 * energy(sink.stems[0], 2200, 3800));
}

TEST(SeparateModels, PlainNmfWorksOnALogarithmicAxis) {
  const Audio sound = test_sound(2);
  Settings settings = quick();
  settings.frequency = FrequencyScale::kLog;
  settings.bins_per_octave = 12;
  settings.fmin_hz = 100.0;
  for (const int rate : {8000, 5000}) {
    settings.rate_hz = rate;
    MemorySource source(sound);
    MemorySink sink;
    const Separation found = separate(source, settings);
    render(source, found, settings, sink);
    ASSERT_TRUE(found.axis.has_value());
    EXPECT_EQ(found.V.rows(), found.axis->bins());
    EXPECT_EQ(found.fit.factors.W.rows(), found.V.rows());
    EXPECT_EQ(frequencies_hz(found), found.axis->frequencies_hz());
    EXPECT_NEAR(found.axis->edges_hz().back(), rate / 2.0, 0.06 * rate / 2.0);
    EXPECT_EQ(sink.mixture.size(), sound.samples.size());
    double rest = 0.0;
    for (std::size_t i = 0; i < sink.mixture.size(); ++i) {
      const double difference = sink.mixture[i] - sink.stems[0][i] - sink.stems[1][i];
      rest += difference * difference;
    }
    EXPECT_LT(rest, 0.02 * energy(sink.mixture, 0, sink.mixture.size())) << rate;
  }
}

TEST(SeparateModels, EveryModelTakesSilenceShortSoundAndAnyRate) {
  for (const Model model : {Model::kNmfd, Model::kNmf2d}) {
    for (const auto& [frames, rate] :
         {std::pair<Index, int>{1, 8000}, {300, 96000}, {4000, 8000}, {4000, 700}}) {
      for (const float level : {0.0F, 1.0F}) {
        Audio sound = test_sound(2, frames, rate);
        for (float& x : sound.samples) x *= level;
        Settings settings;
        settings.model = model;
        settings.fft = 256;
        settings.iterations = 12;
        MemorySource source(sound);
        MemorySink sink;
        render(source, separate(source, settings), settings, sink);
        EXPECT_EQ(sink.mixture.size(), sound.samples.size());
        EXPECT_EQ(sink.stems.size(), 2U);
        EXPECT_LT(sink.worst_difference(), 1e-12);
      }
    }
  }
}

TEST(SeparateModels, Nmf2dFollowsAShapeThatMoves) {
  // Two instruments of three partials each, at pitches a few quarter tones apart, in turn: one component
  // each.
  const int rate = 8000;
  Audio sound{.rate_hz = rate, .channels = 1, .samples = std::vector<float>(24000)};
  std::vector<std::vector<double>> parts(2, std::vector<double>(24000));
  for (std::size_t n = 0; n < 24000; ++n) {
    const double t = static_cast<double>(n) / rate;
    const auto note = static_cast<int>(t / 0.25);  // 0, 1, 0, 1, …: whose; 0, 0, 4, 4, 8, 8, …: how far up
    const int who = note % 2;
    const double pitch = (who == 0 ? 200.0 : 311.0) * std::exp2(4.0 * (note / 2 % 3) / 24.0);
    for (const int partial : who == 0 ? std::array{1, 2, 3} : std::array{1, 4, 7}) {
      parts[static_cast<std::size_t>(who)][n] +=
          0.2 * std::exp(-4.0 * std::fmod(t, 0.25)) * std::sin(2.0 * std::numbers::pi * pitch * partial * t);
    }
    sound.samples[n] = static_cast<float>(parts[0][n] + parts[1][n]);
  }
  Settings settings;
  settings.model = Model::kNmf2d;
  settings.fft = 1024;
  settings.bins_per_octave = 24;
  settings.pitch_shifts = 12;
  MemorySource source(sound);
  MemorySink sink;
  const Separation found = separate(source, settings);
  EXPECT_EQ(found.groups.size(), 2U);
  EXPECT_EQ(found.fit.factors.pitch_shifts, 12);
  render(source, found, settings, sink);
  const std::size_t first = energy(sink.stems[0], 0, 2000) > energy(sink.stems[1], 0, 2000) ? 0 : 1;
  for (const std::size_t who : {0U, 1U}) {
    double error = 0.0;
    for (std::size_t n = 0; n < 24000; ++n) {
      const double difference = sink.stems[who == 0 ? first : 1 - first][n] - parts[who][n];
      error += difference * difference;
    }
    EXPECT_LT(error, 0.05 * energy(parts[who], 0, 24000)) << who;  // 13 dB
  }
}

TEST(SeparateModels, NotesOfNmf2dDoNotDependOnTheGroupingAndWhatIsInNoGroupIsLeft) {
  const Audio sound = test_sound(1);
  Settings settings = quick(3, 3);
  settings.model = Model::kNmf2d;
  settings.pitch_shifts = 4;
  settings.refine = 2;
  MemorySource source(sound);
  const Separation each = separate(source, settings);
  settings.sources.reset();
  settings.group = {"3", "1"};
  source.rewind();
  const Separation some = separate(source, settings);
  EXPECT_EQ(each.refinement->component, some.refinement->component);
  EXPECT_TRUE(std::ranges::equal(each.refinement->factors.W.values(), some.refinement->factors.W.values()));
  MemorySink sink;
  render(source, some, settings, sink);
  EXPECT_GT(sink.worst_difference(), 0.01);  // what component 2 plays is in no stem
}

TEST(SeparateModels, WhatIsResolvedStaysAsItIs) {
  for (const Model model : {Model::kNmf, Model::kNmfd, Model::kNmf2d}) {
    Settings settings;
    settings.model = model;
    const Settings once = resolved(settings, 44100);
    const Settings twice = resolved(once, 44100);
    for (const Parameter& p : parameters()) EXPECT_EQ(to_text(once, p), to_text(twice, p)) << p.name;
  }
}

TEST(SeparateModels, AShapeThatLastsOrMovesIsASourceOfItsOwn) {
  Settings settings;
  for (const Model model : {Model::kNmfd, Model::kNmf2d}) {
    settings.model = model;
    EXPECT_EQ(resolved(settings, 44100).components, 2);
    settings.sources = 3;
    EXPECT_EQ(resolved(settings, 44100).components, 3);
    settings.sources.reset();
    settings.components = 4;
    EXPECT_EQ(resolved(settings, 44100).sources, 4);
    settings.components.reset();
  }
}

}  // namespace
}  // namespace divisi
