// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/lead.h"

#include "divisi/core/error.h"
#include "divisi/core/random.h"
#include "divisi/pipeline/render.h"
#include "divisi/pipeline/spatial.h"
#include "divisi/pipeline/test_sink_test.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <numbers>
#include <vector>

namespace divisi {
namespace {

constexpr int kRate = 16000;
constexpr std::size_t kSamples = 6 * kRate;

Audio empty() {
  return {.rate_hz = kRate, .channels = 1, .samples = std::vector<float>(kSamples)};
}

// Harmonics whose pitch wanders by `depth` semitones, in phrases with a breath between them.
Audio sung(double depth) {
  Audio voice = empty();
  double phase = 0.0;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const double t = static_cast<double>(i) / kRate;
    const double note = 4.0 * std::floor(std::fmod(t, 3.0));
    const double semitones = note + depth * std::sin(2.0 * std::numbers::pi * 2.2 * t);
    phase += 2.0 * std::numbers::pi * 190.0 * std::exp2(semitones / 12.0) / kRate;
    const double breath = std::fmod(t, 1.5) < 1.2 ? 1.0 : 0.0;
    for (int h = 1; h < 20; ++h)
      voice.samples[i] += static_cast<float>(0.12 * breath / h * std::sin(h * phase));
  }
  return voice;
}

// Plucked chords over a brushed noise, every 0.4 s.
Audio band() {
  Audio audio = empty();
  Random random(8);
  for (std::size_t i = 0; i < kSamples; ++i) {
    const double t = static_cast<double>(i) / kRate;
    const double since = std::fmod(t, 0.4);
    const bool second = std::fmod(t, 1.6) > 0.8;
    for (const double hz : {98.0, 147.0, second ? 233.0 : 247.0}) {
      for (int h = 1; h < 8; ++h)
        audio.samples[i] += static_cast<float>(0.08 / h * std::exp(-4.0 * since) *
                                               std::sin(2.0 * std::numbers::pi * hz * h * t));
    }
    audio.samples[i] += static_cast<float>(0.25 * std::exp(-25.0 * since) * (random.uniform() - 0.5));
  }
  return audio;
}

// A low note every second, that dies away.
Audio bass() {
  Audio audio = empty();
  for (std::size_t i = 0; i < kSamples; ++i) {
    const double t = static_cast<double>(i) / kRate;
    const double hz = std::fmod(t, 2.0) < 1.0 ? 55.0 : 73.0;
    for (int h = 1; h < 6; ++h)
      audio.samples[i] += static_cast<float>(0.3 / h * std::exp(-2.0 * std::fmod(t, 1.0)) *
                                             std::sin(2.0 * std::numbers::pi * hz * h * t));
  }
  return audio;
}

// Two channels: `left` times the first and `right` times the second.
Audio panned(const Audio& audio, double left, double right) {
  Audio both{.rate_hz = kRate, .channels = 2, .samples = {}};
  for (const float sample : audio.samples) {
    both.samples.push_back(static_cast<float>(left) * sample);
    both.samples.push_back(static_cast<float>(right) * sample);
  }
  return both;
}

Audio sum(const Audio& a, const Audio& b) {
  Audio both = a;
  std::ranges::transform(a.samples, b.samples, both.samples.begin(), std::plus<>());
  return both;
}

double snr_db(const std::vector<double>& estimate, const Audio& truth) {
  double apart = 0.0;
  double all = 0.0;
  for (std::size_t i = 0; i < truth.samples.size(); ++i) {
    all += std::pow(static_cast<double>(truth.samples[i]), 2);
    apart += std::pow(estimate[i] - static_cast<double>(truth.samples[i]), 2);
  }
  return 10.0 * std::log10(all / apart);
}

// The stems of `found`, which add up to `source`.
std::vector<std::vector<double>> stems_of(MemorySource& source, const Separation& found,
                                          const Settings& settings) {
  source.rewind();
  MemorySink sink;
  EXPECT_TRUE(render(source, found, resolved(as_heard(settings, found.heard), kRate), sink));
  EXPECT_LT(sink.worst_difference(), 1e-9);
  return sink.stems;
}

TEST(Lead, AVoiceIsFollowed) {
  const Audio voice = sung(1.0);
  const Audio music = band();
  const Audio both = sum(voice, music);
  MemorySource source(both);
  const Separation found = separate(source, {.sources = 2});
  EXPECT_NE(found.groups[0].reason.find("glides"), std::string::npos) << found.heard.reason;
  EXPECT_NE(found.heard.reason.find("a voice is heard"), std::string::npos);
  ASSERT_EQ(found.groups.size(), 2U);
  EXPECT_EQ(found.groups[0].components, std::vector<int>{0});
  EXPECT_EQ(found.groups[1].components.size(), 20U);
  EXPECT_EQ(found.fit.factors.components(), 21);
  ASSERT_TRUE(found.refinement);
  EXPECT_EQ(std::ssize(found.refinement->component), found.refinement->factors.components());
  const auto stems = stems_of(source, found, {.sources = 2});
  EXPECT_GT(snr_db(stems[0], voice), 9.0);
  EXPECT_GT(snr_db(stems[1], music), 6.0);
}

TEST(Lead, AVoiceAmongThreeIsFollowed) {
  const Audio voice = sung(1.0);
  const Audio all = sum(sum(voice, band()), bass());
  MemorySource source(all);
  const Settings settings{.sources = 3};
  const Separation found = separate(source, settings);
  ASSERT_EQ(found.groups.size(), 3U);
  EXPECT_NE(found.groups[0].reason.find("glides"), std::string::npos) << found.heard.reason;
  EXPECT_EQ(found.groups[0].components, std::vector<int>{0});
  EXPECT_EQ(found.groups[1].components.size() + found.groups[2].components.size(), 20U);
  ASSERT_TRUE(found.refinement);
  EXPECT_EQ(found.refinement->groups.size(), 3U);
  const auto stems = stems_of(source, found, settings);
  EXPECT_GT(snr_db(stems[0], voice), 7.0);
}

TEST(Lead, AVoiceBetweenPannedSourcesIsFollowed) {
  const Audio voice = panned(sung(1.0), 0.7, 0.7);
  const Audio all = sum(sum(voice, panned(band(), 0.8, 0.6)), panned(bass(), 0.7, 0.7));
  MemorySource source(all);
  const Settings settings{.sources = 3, .init = "voice"};
  const Separation found = separate(source, settings);
  EXPECT_EQ(found.heard.channels.spatial, Spatial::kPanning);
  ASSERT_TRUE(found.refinement);
  ASSERT_EQ(found.channel_factors.size(), 2U);
  EXPECT_EQ(found.channel_factors[0].components(), found.refinement->factors.components());
  const auto places = directions(found.channel_factors);
  EXPECT_NEAR(places[0][1] / places[0][0], 1.0, 0.1);
  const auto stems = stems_of(source, found, settings);
  EXPECT_GT(snr_db(stems[0], voice), 7.0);
}

TEST(Lead, NotesThatAreHeldAreNotFollowed) {
  const Audio both = sum(sung(0.0), band());
  MemorySource source(both);
  for (const int sources : {2, 3}) {
    const Separation found = separate(source, {.sources = sources});
    EXPECT_EQ(found.heard.reason.find("voice"), std::string::npos) << found.heard.reason;
    EXPECT_FALSE(found.refinement);
  }
}

TEST(Lead, WhatIsSaidIsNotChosen) {
  const Audio both = sum(sung(1.0), band());
  for (const Settings& settings :
       {Settings{.sources = 3, .model = Model::kNmf}, Settings{.sources = 2, .model = Model::kNmf},
        Settings{.sources = 2, .components = 12}}) {
    MemorySource source(both);
    EXPECT_EQ(separate(source, settings).heard.reason.find("voice"), std::string::npos);
  }
}

TEST(Lead, AVoiceThatIsAskedForIsFollowed) {
  const Audio both = sum(sung(0.0), band());
  MemorySource source(both);
  const Separation found = separate(source, {.init = "voice"});
  EXPECT_NE(found.groups[0].reason.find("source and filter"), std::string::npos);
  EXPECT_EQ(found.names.size(), 2U);
  for (const Settings& settings :
       {Settings{.sources = 1, .init = "voice"}, Settings{.model = Model::kNmfd, .init = "voice"},
        Settings{.beta = 2.0, .init = "voice"}}) {
    MemorySource again(both);
    EXPECT_THROW(separate(again, settings), InvalidInput);
  }
  for (const int rate_hz : {800, kRate}) {
    const Audio silence{.rate_hz = rate_hz, .channels = 1, .samples = std::vector<float>(4000)};
    MemorySource none(silence);
    if (rate_hz < kRate) {
      EXPECT_THROW(separate(none, {.init = "voice"}), InvalidInput);
      continue;
    }
    for (const int sources : {2, 3})
      EXPECT_EQ(std::ssize(separate(none, {.sources = sources, .init = "voice"}).groups), sources);
  }
}

TEST(Lead, IsCancelled) {
  const Audio both = sum(sung(1.0), band());
  MemorySource source(both);
  int restarts = 0;  // of the iterations: the last is the lead's
  int before = 0;
  const Separation found = separate(source, {.sources = 2}, [&](const Progress& p) {
    if (p.stage == "factorize" && p.iteration < before) ++restarts;
    before = p.stage == "factorize" ? p.iteration : before;
    return restarts == 0;
  });
  EXPECT_TRUE(found.cancelled());
}

}  // namespace
}  // namespace divisi
