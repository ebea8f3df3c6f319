// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/separate.h"

#include "divisi/core/error.h"
#include "divisi/pipeline/render.h"
#include "divisi/pipeline/test_sink_test.h"
#include "divisi/pipeline/test_sound_test.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

TEST(Stems, SumToTheMixtureForEveryMaskWindowAndChannelCount) {
  for (const int channels : {1, 2, 6}) {
    const Audio sound = test_sound(channels);
    for (std::size_t window = 0; window < kWindowNames.size(); ++window) {
      for (const MaskKind mask : {MaskKind::kWiener, MaskKind::kBinary}) {
        Settings settings = quick();
        settings.window = static_cast<Window>(window);
        settings.mask = mask;
        MemorySource source(sound);
        MemorySink sink;
        const Separation found = separate(source, settings);
        EXPECT_TRUE(render(source, found, settings, sink));
        ASSERT_EQ(sink.stems.size(), 2U);
        EXPECT_EQ(sink.mixture.size(), sound.samples.size());
        EXPECT_EQ(sink.frames, found.V.cols());
        EXPECT_LT(sink.worst_difference(), 1e-12);
        EXPECT_GT(energy(sink.stems[1], 0, sink.mixture.size()), 1.0);
      }
    }
  }
}

TEST(Stems, TheRemainderIsAsGoodAsAnInverseOfItsOwn) {
  // With the last stem's mask left to the residual, the first stems do not change and the rest is the last
  // one.
  const Audio sound = test_sound(2);
  Settings settings = quick(3, 3);
  MemorySource source(sound);
  Separation found = separate(source, settings);
  MemorySink complete;
  render(source, found, settings, complete);
  std::swap(found.groups[0], found.groups[2]);
  MemorySink swapped;
  render(source, found, settings, swapped);
  for (std::size_t i = 0; i < sound.samples.size(); ++i) {
    ASSERT_NEAR(complete.stems[0][i], swapped.stems[2][i], 2e-6);
    ASSERT_NEAR(complete.stems[2][i], swapped.stems[0][i], 2e-6);
  }
}

TEST(Separate, PullsTwoTonesThatTakeTurnsApart) {
  const Audio sound = test_sound(1);
  Settings settings = quick(2, 2);
  settings.restarts = 3;
  MemorySource source(sound);
  MemorySink sink;
  const Separation found = separate(source, settings);
  render(source, found, settings, sink);
  // The first quarter of a second is the low tone's, the second the high one's.
  const std::size_t low = energy(sink.stems[0], 0, 2000) > energy(sink.stems[1], 0, 2000) ? 0 : 1;
  EXPECT_GT(energy(sink.stems[low], 200, 1800), 300.0 * energy(sink.stems[1 - low], 200, 1800));
  EXPECT_GT(energy(sink.stems[1 - low], 2200, 3800), 300.0 * energy(sink.stems[low], 2200, 3800));
}

TEST(Separate, AnalysingAtAnotherRateKeepsTheLengthAndTheTime) {
  const Audio sound = test_sound(2);
  for (const int rate : {4000, 5512, 16000}) {
    Settings settings = quick();
    settings.rate_hz = rate;
    MemorySource source(sound);
    MemorySink sink;
    render(source, separate(source, settings), settings, sink);
    ASSERT_EQ(sink.mixture.size(), sound.samples.size());
    // Both tones lie below 2 kHz, so the stems hold nearly everything but the noise.
    double rest = 0.0;
    for (std::size_t i = 0; i < sink.mixture.size(); ++i) {
      const double difference = sink.mixture[i] - sink.stems[0][i] - sink.stems[1][i];
      rest += difference * difference;
    }
    EXPECT_LT(rest, 0.02 * energy(sink.mixture, 0, sink.mixture.size())) << rate;
  }
}

TEST(Separate, GroupsByHandLeaveTheRestOut) {
  const Audio sound = test_sound(1);
  Settings settings = quick(4);
  settings.sources.reset();
  settings.group = {"1,3", "2"};
  settings.names = {"low", "high"};
  MemorySource source(sound);
  MemorySink sink;
  const Separation found = separate(source, settings);
  render(source, found, settings, sink);
  EXPECT_EQ(found.names, settings.names);
  EXPECT_EQ(found.groups[0].components, (std::vector<int>{0, 2}));
  EXPECT_GT(sink.worst_difference(), 1e-4);  // component 4 is in no stem
}

TEST(Separate, TheSameBitsForAnyNumberOfThreads) {
  const Audio sound = test_sound(2);
  const auto run = [&](int threads) {
    Settings settings = quick();
    settings.threads = threads;
    MemorySource source(sound);
    MemorySink sink;
    render(source, separate(source, settings), settings, sink);
    return sink.stems;
  };
  EXPECT_EQ(run(1), run(2));
  EXPECT_EQ(run(1), run(5));
}

TEST(Separate, SilenceSingleSamplesAndShortSoundWork) {
  for (const Index frames : {1, 2, 100, 255, 256, 257}) {
    for (const float level : {0.0F, 1.0F}) {
      Audio sound = test_sound(2, frames);
      for (float& x : sound.samples) x *= level;
      MemorySource source(sound);
      MemorySink sink;
      const Settings settings = quick();
      render(source, separate(source, settings), settings, sink);
      EXPECT_EQ(sink.mixture.size(), sound.samples.size());
      EXPECT_LT(sink.worst_difference(), 1e-12);
    }
  }
}

TEST(Separate, AutoMeansTwoSourcesOfEightComponents) {
  const Settings chosen = resolved({}, 44100);
  EXPECT_EQ(chosen.sources, 2);
  EXPECT_EQ(chosen.components, 16);
  EXPECT_EQ(chosen.hop, 512);
  EXPECT_EQ(chosen.rate_hz, 44100);
  Settings settings;
  settings.components = 5;
  EXPECT_EQ(resolved(settings, 8000).sources, 5);
  settings = {};
  settings.sources = 3;
  EXPECT_EQ(resolved(settings, 8000).components, 24);
}

std::string refusal(const Settings& settings) {
  const Audio sound = test_sound(1, 1000);
  MemorySource source(sound);
  try {
    separate(source, settings);
  } catch (const Error& error) {
    return error.subject();
  }
  return "accepted";
}

TEST(Separate, SettingsThatDoNotFitAreRefused) {
  Settings settings = quick(2, 3);
  EXPECT_EQ(refusal(settings), "sources");
  settings = quick();
  settings.hop = 257;
  EXPECT_EQ(refusal(settings), "hop");
  for (const std::vector<std::string>& names : {std::vector<std::string>{"one"},
                                                {"a", "a"},
                                                {"a/b", "c"},
                                                {"residual", "x"},
                                                {"..", "x"},
                                                {"", "x"}}) {
    settings = quick();
    settings.names = names;
    EXPECT_EQ(refusal(settings), "names") << names.front();
  }
  settings = quick();
  settings.group = {"1", "2", "3"};
  EXPECT_EQ(refusal(settings), "sources");
  settings = quick();
  settings.only = {"3"};
  EXPECT_EQ(refusal(settings), "only");
  settings.only = {"1"};
  settings.without = {"1"};
  EXPECT_EQ(refusal(settings), "without");
  settings = quick();
  settings.frequency = FrequencyScale::kLog;
  settings.fmax_hz = 4001.0;
  EXPECT_EQ(refusal(settings), "fmax");
  settings.fmin_hz = 4000.0;
  settings.fmax_hz.reset();
  EXPECT_EQ(refusal(settings), "fmin");
  settings = quick();
  settings.init = "missing.npz";
  EXPECT_EQ(refusal(settings), "missing.npz");
}

TEST(Separate, StopsInEveryStageWhenTheObserverSaysSo) {
  const Audio sound = test_sound(1, 60000);
  for (const std::string_view stage : {"transform", "factorize", "write"}) {
    const Observer stop = [&](const Progress& progress) { return progress.stage != stage; };
    MemorySource source(sound);
    MemorySink sink;
    const Settings settings = quick();
    const Separation found = separate(source, settings, stop);
    EXPECT_EQ(found.cancelled(), stage != "write");
    if (!found.cancelled()) {
      EXPECT_FALSE(render(source, found, settings, sink, stop));
    }
  }
}

}  // namespace
}  // namespace divisi
