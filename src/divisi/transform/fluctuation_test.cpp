// SPDX-License-Identifier: Apache-2.0
#include "divisi/transform/fluctuation.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>
#include <vector>

namespace divisi {
namespace {

constexpr int kRate = 16000;
constexpr std::size_t kSamples = 4 * kRate;

// A tone in both channels, whose pitch wanders by so many semitones up and down.
Audio tone(double hz, double semitones) {
  Audio audio{.rate_hz = kRate, .channels = 2, .samples = std::vector<float>(2 * kSamples)};
  double phase = 0.0;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const double t = static_cast<double>(i) / kRate;
    phase += 2.0 * std::numbers::pi * hz / kRate *
             std::exp2(semitones / 12.0 * std::sin(2.0 * std::numbers::pi * 1.5 * t));
    audio.samples[2 * i] = audio.samples[2 * i + 1] = static_cast<float>(0.3 * std::sin(phase));
  }
  return audio;
}

Audio sum(Audio a, const Audio& b) {
  for (std::size_t i = 0; i < a.samples.size(); ++i) a.samples[i] += b.samples[i];
  return a;
}

std::vector<double> read_in(AudioSource& source, std::size_t frames) {
  std::vector<double> all;
  std::vector<double> block(frames * static_cast<std::size_t>(source.channels()));
  while (const Index count = source.read(block))
    all.insert(all.end(), block.begin(), block.begin() + count * source.channels());
  return all;
}

double energy(const std::vector<double>& samples) {
  double sum = 0.0;
  for (const double x : samples) sum += x * x;
  return sum;
}

TEST(Fluctuation, TakesHeldNotesAwayAndLeavesThoseThatGlide) {
  const Audio held = tone(440.0, 0.0);
  const Audio gliding = tone(1000.0, 3.0);
  for (const auto& [audio, least, most] : {std::tuple{&held, 0.0, 0.03}, std::tuple{&gliding, 0.6, 1.0}}) {
    MemorySource source(*audio);
    FluctuatingSource moving(source);
    const std::vector<double> left = read_in(moving, 1000);
    ASSERT_EQ(left.size(), audio->samples.size());
    const double share = energy(left) / energy({audio->samples.begin(), audio->samples.end()});
    EXPECT_GE(share, least);
    EXPECT_LE(share, most);
  }
}

TEST(Fluctuation, OfBothTheGlidingOneIsLeft) {
  const Audio gliding = tone(1000.0, 3.0);
  const Audio both = sum(tone(440.0, 0.0), gliding);
  MemorySource source(both);
  FluctuatingSource moving(source);
  const std::vector<double> left = read_in(moving, 4096);
  double apart = 0.0;
  double all = 0.0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    apart += std::pow(left[i] - static_cast<double>(gliding.samples[i]), 2);
    all += std::pow(static_cast<double>(gliding.samples[i]), 2);
  }
  EXPECT_LT(apart, 0.15 * all);
}

TEST(Fluctuation, BlocksThreadsAndRewindingChangeNothing) {
  const Audio both = sum(tone(440.0, 0.0), tone(1000.0, 3.0));
  MemorySource source(both);
  FluctuatingSource one(source, 1);
  const std::vector<double> all = read_in(one, kSamples);
  one.rewind();
  EXPECT_EQ(read_in(one, 777), all);
  MemorySource again(both);
  FluctuatingSource three(again, 3);
  EXPECT_EQ(read_in(three, 5000), all);
}

TEST(Fluctuation, SilenceAndWhatIsShorterThanAFrame) {
  for (const int samples : {0, 1, 100, 5000}) {
    const Audio audio{
        .rate_hz = kRate, .channels = 1, .samples = std::vector<float>(static_cast<std::size_t>(samples))};
    MemorySource source(audio);
    FluctuatingSource moving(source);
    const std::vector<double> left = read_in(moving, 64);
    EXPECT_EQ(left, std::vector<double>(static_cast<std::size_t>(samples)));
  }
}

}  // namespace
}  // namespace divisi
