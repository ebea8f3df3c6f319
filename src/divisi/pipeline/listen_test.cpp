// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/listen.h"

#include "divisi/core/random.h"
#include "divisi/pipeline/separate.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>
#include <vector>

namespace divisi {
namespace {

constexpr int kRate = 16000;

// One note after the other, of 0.5 s each, with harmonics that fade.
Audio melody(const std::vector<int>& pitches) {
  Audio audio{.rate_hz = kRate, .channels = 1, .samples = std::vector<float>(pitches.size() * kRate / 2)};
  for (std::size_t i = 0; i < audio.samples.size(); ++i) {
    const double t = static_cast<double>(i % (kRate / 2)) / kRate;
    const double f = hz_of_midi(pitches[i / (kRate / 2)]);
    for (int h = 1; h < 8; ++h) {
      audio.samples[i] +=
          static_cast<float>(0.2 / h * std::exp(-3.0 * t) * std::sin(2.0 * std::numbers::pi * f * h * t));
    }
  }
  return audio;
}

// Bursts of noise of 20 ms, every 0.4 s.
Audio strokes() {
  Audio audio{.rate_hz = kRate, .channels = 1, .samples = std::vector<float>(3 * kRate)};
  Random random(1);
  for (std::size_t i = 0; i < audio.samples.size(); ++i) {
    const double since = std::fmod(static_cast<double>(i) / kRate, 0.4);
    audio.samples[i] = static_cast<float>((random.uniform() - 0.5) * std::exp(-since / 0.02));
  }
  return audio;
}

Heard heard_in(const Audio& audio, const Settings& settings) {
  MemorySource source(audio);
  return listen(source, settings);
}

TEST(Listen, AsManyPitchesAsSourcesAreTheSources) {
  const Audio audio = melody({60, 64, 67, 60, 67, 64});
  const Heard heard = heard_in(audio, {.sources = 3});
  EXPECT_FALSE(heard.notes.empty());
  MemorySource source(audio);
  const Separation found = separate(source, {.sources = 3});
  EXPECT_EQ(found.names, (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_NE(found.groups[0].reason.find("C4"), std::string::npos) << found.groups[0].reason;
  EXPECT_NE(found.groups[2].reason.find("G4"), std::string::npos) << found.groups[2].reason;
}

TEST(Listen, MorePitchesThanSourcesStartFromCombs) {
  const Audio audio = melody({60, 65, 62, 69, 64, 67});
  EXPECT_TRUE(heard_in(audio, {.sources = 2}).combs);
  EXPECT_TRUE(heard_in(audio, {.sources = 3}).combs);
  EXPECT_FALSE(heard_in(strokes(), {.sources = 2}).combs);
  MemorySource source(audio);
  EXPECT_EQ(separate(source, {.sources = 2}).fit.factors.components(), 64);
}

TEST(Listen, StrokesAreDrumsOrPlainShapes) {
  EXPECT_EQ(heard_in(strokes(), {.sources = 3}).model, Model::kNmfd);
  const Heard two = heard_in(strokes(), {.sources = 2});
  EXPECT_EQ(two.model, Model::kAuto);
  EXPECT_EQ(two.components, 2);
}

TEST(Listen, WhatIsSaidIsNotChosen) {
  EXPECT_TRUE(heard_in(strokes(), {.sources = 3, .model = Model::kNmf}).reason.empty());
  EXPECT_TRUE(heard_in(strokes(), {.sources = 3, .components = 6}).reason.empty());
  EXPECT_TRUE(heard_in(strokes(), {.sources = 3, .fft = 1024}).reason.empty());
  EXPECT_TRUE(heard_in(strokes(), {.sources = 1}).reason.empty());
}

TEST(Listen, SilenceIsLeftToNmf) {
  const Audio silence{.rate_hz = kRate, .channels = 1, .samples = std::vector<float>(kRate)};
  const Heard heard = heard_in(silence, {.sources = 3});
  EXPECT_EQ(heard.model, Model::kAuto);
  EXPECT_FALSE(heard.components.has_value());
  EXPECT_TRUE(heard.notes.empty());
}

}  // namespace
}  // namespace divisi
