// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/sweep.h"

#include "divisi/metric/test_signals.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

// A ramp, so that a sample tells its frame.
Audio ramp(Index frames) {
  Audio audio = test::silence(frames);
  for (Index t = 0; t < frames; ++t) audio.samples[static_cast<std::size_t>(t)] = static_cast<float>(t + 1);
  return audio;
}

TEST(Sweep, VisitsEveryFrameOnceWithItsHistory) {
  for (const Index frames : {1, 7, 40, 41, 100, 163}) {
    for (const int threads : {1, 3}) {
      const std::vector<Audio> sound = {ramp(frames)};
      Comparison comparison(sound, sound);
      std::vector<std::vector<double>> lanes(static_cast<std::size_t>(kLanes));
      std::vector<int> tails(static_cast<std::size_t>(kLanes));
      const auto visit = [&](Index lane, const Stretch& stretch) {
        for (Index row = stretch.first; row < stretch.first + stretch.count; ++row) {
          if (row >= stretch.signals.rows()) {
            ++tails[static_cast<std::size_t>(lane)];
            continue;
          }
          const double value = stretch.signals(row, 0);
          lanes[static_cast<std::size_t>(lane)].push_back(value);
          ASSERT_GE(row, 3);
          EXPECT_EQ(stretch.signals(row - 3, 1), std::max(0.0, value - 3.0));
        }
      };
      ASSERT_TRUE(sweep(comparison, {.rows = 10, .history = 3, .tail = 2, .threads = threads}, visit, {}));
      std::vector<double> all;
      for (const auto& lane : lanes) all.insert(all.end(), lane.begin(), lane.end());
      std::sort(all.begin(), all.end());
      ASSERT_EQ(std::ssize(all), frames);
      for (Index t = 0; t < frames; ++t)
        EXPECT_EQ(all[static_cast<std::size_t>(t)], static_cast<double>(t + 1));
      EXPECT_EQ(tails[0] + tails[1] + tails[2] + tails[3], 2);
    }
  }
}

TEST(Sweep, KeepsLongHistoriesOverShortStretches) {
  const std::vector<Audio> sound = {ramp(50)};
  Comparison comparison(sound, sound);
  const auto visit = [](Index, const Stretch& stretch) {
    const double value = stretch.signals(stretch.first, 0);
    for (Index back = 1; back <= 30; ++back) {
      EXPECT_EQ(stretch.signals(stretch.first - back, 0), std::max(0.0, value - static_cast<double>(back)));
    }
  };
  EXPECT_TRUE(sweep(comparison, {.rows = 2, .history = 30, .tail = 0, .threads = 1}, visit, {}));
}

TEST(Sweep, StopsWhenToldTo) {
  const std::vector<Audio> sound = {ramp(1000)};
  Comparison comparison(sound, sound);
  int calls = 0;
  const Observer stop = [&](const Progress& progress) {
    EXPECT_EQ(progress.stage, "score");
    EXPECT_GT(progress.fraction, 0.0);
    return ++calls < 2;
  };
  EXPECT_FALSE(sweep(
      comparison, {.rows = 10, .threads = 1}, [](Index, const Stretch&) {}, stop));
  EXPECT_EQ(calls, 2);
  EXPECT_FALSE(sweep_windows(
      comparison, {.window = 10, .hop = 10, .count = 100, .threads = 1}, [](Index, const Signals&) {},
      [](const Progress&) { return false; }));
}

TEST(SweepWindows, HandsOutEachWindow) {
  const std::vector<Audio> sound = {ramp(200)};
  // Overlapping, side by side, with gaps shorter and longer than a window.
  for (const auto& [window, hop] :
       std::vector<std::pair<Index, Index>>{{20, 5}, {20, 20}, {20, 27}, {6, 31}, {200, 1}}) {
    for (const int threads : {1, 2}) {
      Comparison comparison(sound, sound);
      const Index count = (200 - window + hop) / hop;
      std::vector<int> visits(static_cast<std::size_t>(count));
      const Index start = hop;
      const Index length = window;
      const auto visit = [&](Index index, const Signals& signals) {
        ++visits[static_cast<std::size_t>(index)];
        ASSERT_EQ(signals.rows(), length);
        for (Index row = 0; row < length; ++row) {
          EXPECT_EQ(signals(row, 1), static_cast<double>(index * start + row + 1));
        }
      };
      ASSERT_TRUE(sweep_windows(
          comparison, {.window = window, .hop = hop, .count = count, .threads = threads}, visit, {}));
      EXPECT_EQ(visits, std::vector<int>(visits.size(), 1));
    }
  }
}

}  // namespace
}  // namespace divisi
