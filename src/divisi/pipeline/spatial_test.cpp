// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/spatial.h"

#include "divisi/core/error.h"
#include "divisi/core/random.h"
#include "divisi/pipeline/test_sink_test.h"

#include <cmath>
#include <gtest/gtest.h>

namespace divisi {
namespace {

constexpr int kRate = 8000;
constexpr std::size_t kLength = 8000;

// Two tones that come and go, each with a gain in each channel.
Audio panned(const std::vector<double>& low, const std::vector<double>& high) {
  Audio sound{.rate_hz = kRate, .channels = static_cast<int>(low.size()), .samples = {}};
  Random random(2);
  for (std::size_t n = 0; n < kLength; ++n) {
    const double t = static_cast<double>(n) / kRate;
    const double a = 0.3 * std::sin(2.0 * 3.14159 * 440.0 * t) * std::abs(std::sin(9.0 * t));
    const double b = 0.3 * std::sin(2.0 * 3.14159 * 1500.0 * t) * std::abs(std::cos(7.0 * t));
    for (std::size_t c = 0; c < low.size(); ++c)
      sound.samples.push_back(
          static_cast<float>(low[c] * a + high[c] * b + (low[c] == 0.0 ? 0.0 : 1e-5 * random.uniform())));
  }
  return sound;
}

Settings way(Spatial spatial) {
  Settings settings = quick();
  settings.spatial = spatial;
  settings.restarts.reset();  // ilrma has none
  return settings;
}

TEST(Spatial, StemsAddUpAndStayFiniteWhateverTheChannels) {
  const std::vector<std::pair<std::vector<double>, std::vector<double>>> sounds{
      {{1, 0.2}, {0.2, 1}}, {{1, 1}, {1, 1}}, {{1, -1}, {1, -1}},
      {{1, 0}, {1, 0}},     {{0, 0}, {0, 0}}, {{1, 0, 1, 0, 0.5, 1}, {0, 1, 1, 0, 1, 0.2}}};
  for (const auto& sides : sounds) {
    const auto& low = sides.first;
    const auto& high = sides.second;
    for (const Spatial spatial : {Spatial::kAuto, Spatial::kPanning, Spatial::kIlrma}) {
      if (spatial == Spatial::kIlrma && low.size() != 2) continue;
      const Audio sound = panned(low, high);
      MemorySource source(sound);
      MemorySink sink;
      const Settings settings = way(spatial);
      const Separation found = separate(source, settings);
      ASSERT_TRUE(render(source, found, as_heard(settings, found.heard), sink));
      EXPECT_EQ(sink.mixture.size(), sound.samples.size());
      EXPECT_LT(sink.worst_difference(), 1e-12);
      for (const auto& stem : sink.stems) EXPECT_TRUE(std::isfinite(energy(stem, 0, stem.size())));
    }
  }
}

TEST(Spatial, PanningKeepsASourceInItsChannels) {
  const Audio sound = panned({1, 0.1}, {0.1, 1});
  MemorySource source(sound);
  MemorySink sink;
  const Settings settings = way(Spatial::kAuto);
  const Separation found = separate(source, settings);
  EXPECT_EQ(found.heard.channels.spatial, Spatial::kPanning);
  EXPECT_EQ(found.channel_factors.size(), 2U);
  render(source, found, as_heard(settings, found.heard), sink);
  for (const auto& stem : sink.stems) {
    double left = 0.0;
    double right = 0.0;
    for (std::size_t n = 0; n < stem.size(); n += 2) {
      left += stem[n] * stem[n];
      right += stem[n + 1] * stem[n + 1];
    }
    EXPECT_GT(std::max(left, right), 30.0 * std::min(left, right));
  }
}

TEST(Spatial, AutoIsOffForOneSignalAndBesideOtherModels) {
  const Audio same = panned({1, 1}, {1, 1});
  MemorySource source(same);
  EXPECT_EQ(listen(source, way(Spatial::kAuto), {}).channels.spatial, Spatial::kOff);
  const Audio sound = panned({1, 0.1}, {0.1, 1});
  MemorySource other(sound);
  Settings nmfd = way(Spatial::kAuto);
  nmfd.model = Model::kNmfd;
  EXPECT_EQ(listen(other, nmfd, {}).channels.spatial, Spatial::kOff);
}

TEST(Spatial, AutoHearsMicrophonesByTheirPhases) {
  Audio sound = panned({1, 1}, {1, 1});
  Random random(8);  // the second channel: an echo of its own for every sample, as of a diffuse room
  for (std::size_t n = 1; n < sound.samples.size(); n += 2)
    sound.samples[n] = static_cast<float>(0.2 * (random.uniform() - 0.5));
  MemorySource source(sound);
  const Heard heard = listen(source, way(Spatial::kAuto), {});
  EXPECT_EQ(heard.channels.spatial, Spatial::kOff);
  EXPECT_NE(heard.channels.reason.find("room"), std::string::npos) << heard.channels.reason;
}

TEST(Spatial, RefusesWhatCannotBe) {
  const Audio mono = panned({1}, {1});
  MemorySource one(mono);
  EXPECT_THROW(separate(one, way(Spatial::kPanning)), InvalidInput);
  const Audio sound = panned({1, 0.1}, {0.1, 1});
  MemorySource source(sound);
  Settings settings = way(Spatial::kPanning);
  settings.model = Model::kNmf2d;
  EXPECT_THROW(separate(source, settings), InvalidInput);
  settings = way(Spatial::kPanning);
  settings.beta = 0.0;
  EXPECT_THROW(separate(source, settings), InvalidInput);
  settings = way(Spatial::kIlrma);
  settings.sources = 3;
  EXPECT_THROW(separate(source, settings), InvalidInput);
}

TEST(Spatial, TheSameFactorsForAnyNumberOfThreads) {
  const Audio sound = panned({1, 0.3}, {0.2, 1});
  const auto run = [&](int threads) {
    Settings settings = way(Spatial::kPanning);
    settings.threads = threads;
    MemorySource source(sound);
    const Separation found = separate(source, settings);
    const auto values = found.channel_factors.at(1).W.values();
    return std::vector<float>(values.begin(), values.end());
  };
  EXPECT_EQ(run(1), run(2));
}

}  // namespace
}  // namespace divisi
