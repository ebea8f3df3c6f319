// SPDX-License-Identifier: Apache-2.0
#include "divisi/transform/stft.h"

#include "divisi/core/error.h"
#include "divisi/core/random.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace divisi {
namespace {

Audio noise(Index frames, int channels, std::uint64_t seed = 3) {
  Random random(seed);
  Audio audio{.rate_hz = 8000, .channels = channels, .samples = {}};
  audio.samples.resize(static_cast<std::size_t>(frames * channels));
  for (float& x : audio.samples) x = static_cast<float>(2.0 * random.uniform() - 1.0);
  return audio;
}

double worst_difference(const Audio& a, const Audio& b) {
  EXPECT_EQ(a.samples.size(), b.samples.size());
  double worst = 0.0;
  for (std::size_t i = 0; i < a.samples.size(); ++i) {
    worst = std::max(worst, static_cast<double>(std::abs(a.samples[i] - b.samples[i])));
  }
  return worst;
}

bool legal(const StftSpec& spec) {
  try {
    check(spec);
    return true;
  } catch (const InvalidInput&) {
    return false;
  }
}

TEST(Stft, RoundTripIsExactForEveryLegalWindowAndHop) {
  int tried = 0;
  for (int w = 0; w < static_cast<int>(kWindowNames.size()); ++w) {
    for (const Index fft : {2, 3, 16, 31, 60, 100, 128}) {
      for (const Index hop : {Index{1}, fft / 4, fft / 3, fft / 2, 3 * fft / 4, fft}) {
        const StftSpec spec{.fft = fft, .hop = hop, .window = static_cast<Window>(w)};
        if (hop < 1 || !legal(spec)) continue;
        for (const Index length : {Index{1}, fft - 1, fft, 3 * fft + 1, Index{500}}) {
          const Audio audio = noise(length, 2);
          EXPECT_LT(worst_difference(audio, istft(stft(audio, spec), spec, length, 8000)), 2e-5)
              << kWindowNames.at(static_cast<std::size_t>(w)) << " fft " << fft << " hop " << hop
              << " length " << length;
          ++tried;
        }
      }
    }
  }
  EXPECT_GT(tried, 600);
}

TEST(Stft, RoundTripOfTheDefaultIsBelowMinus120Decibels) {
  const Audio audio = noise(50001, 1);
  EXPECT_LT(worst_difference(audio, istft(stft(audio, {}), {}, 50001, 8000)), 1e-6);
}

TEST(Stft, HalfTheFrameIsALegalHopForEveryWindow) {
  for (int w = 0; w < static_cast<int>(kWindowNames.size()); ++w) {
    EXPECT_TRUE(legal({.fft = 1000, .hop = 500, .window = static_cast<Window>(w)}));
  }
}

TEST(Stft, WhatCannotBeInvertedIsRefused) {
  EXPECT_FALSE(legal({.fft = 1, .hop = 1}));
  EXPECT_FALSE(legal({.fft = 512, .hop = 0}));
  EXPECT_FALSE(legal({.fft = 512, .hop = 513}));
  EXPECT_FALSE(legal({.fft = 512, .hop = 512}));  // hann is zero where two frames meet
  EXPECT_TRUE(legal({.fft = 512, .hop = 512, .window = Window::kRectangular}));
}

TEST(Stft, AToneStandsInItsBinWithItsTimeInTheFrameIndex) {
  const StftSpec spec{.fft = 64, .hop = 16};
  Audio audio{.rate_hz = 8000, .channels = 1, .samples = std::vector<float>(4096, 0.0F)};
  for (std::size_t n = 2048; n < 4096; ++n) {
    audio.samples[n] =
        static_cast<float>(std::sin(2.0 * std::numbers::pi * 10.0 * static_cast<double>(n) / 64.0));
  }
  MemorySource source(audio);
  const Matrix V = spectrogram(source, spec, 1.0);
  ASSERT_EQ(V.rows(), 33);
  ASSERT_EQ(V.cols(), 257);
  EXPECT_NEAR(V(10, 200), 16.0, 1e-3);  // amplitude × fft/2 × mean of the window
  EXPECT_NEAR(V(20, 200), 0.0, 1e-3);
  EXPECT_EQ(V(10, 2048 / 16 - 3), 0.0F);
  EXPECT_NEAR(V(10, 2048 / 16), 8.0, 1.5);  // half of the frame sounds
}

TEST(Stft, ReadingInBlocksOfAnySizeGivesTheSameFrames) {
  const Audio audio = noise(1000, 2);
  const StftSpec spec{.fft = 50, .hop = 20};
  const Spectrum whole = stft(audio, spec);
  for (const Index count : {1, 7, 100}) {
    MemorySource source(audio);
    StftReader reader(source, spec, 2);
    Index frame = 0;
    for (Spectrum block = reader.read(count); block.frames() > 0; block = reader.read(count)) {
      for (Index j = 0; j < block.frames(); ++j, ++frame) {
        for (Index c = 0; c < 2; ++c) {
          EXPECT_TRUE(std::equal(block.at(j, c).begin(), block.at(j, c).end(), whole.at(frame, c).begin()));
        }
      }
    }
    EXPECT_EQ(frame, whole.frames());
  }
}

TEST(Spectrogram, OppositeChannelsDoNotCancelAndPowerIsAnExponent) {
  Audio stereo = noise(2000, 2);
  for (std::size_t i = 0; i < stereo.samples.size(); i += 2) stereo.samples[i + 1] = -stereo.samples[i];
  Audio mono{.rate_hz = 8000, .channels = 1, .samples = {}};
  for (std::size_t i = 0; i < stereo.samples.size(); i += 2) mono.samples.push_back(stereo.samples[i]);
  MemorySource two(stereo);
  MemorySource one(mono);
  const StftSpec spec{.fft = 256, .hop = 64};
  const Matrix V = spectrogram(one, spec, 1.0);
  const Matrix squared = spectrogram(two, spec, 2.0);
  for (std::size_t i = 0; i < V.values().size(); ++i) {
    EXPECT_NEAR(squared.values()[i], V.values()[i] * V.values()[i], 1e-4F * squared.values()[i] + 1e-9F);
  }
}

TEST(Spectrogram, StopsWhenTheObserverSaysSo) {
  const Audio audio = noise(100000, 1);
  MemorySource source(audio);
  EXPECT_EQ(spectrogram(source, {}, 1.0, 1, [](const Progress&) { return false; }).cols(), 0);
}

TEST(Window, IsSymmetricAroundTheMiddleOfItsFrame) {
  for (int w = 0; w < static_cast<int>(kWindowNames.size()); ++w) {
    for (const Index size : {8, 9}) {
      const auto window = make_window(static_cast<Window>(w), size);
      const std::size_t first = size % 2 == 0 ? 1 : 0;
      for (std::size_t n = first; n < window.size(); ++n) {
        EXPECT_NEAR(window[n], window[window.size() - 1 - n + first], 1e-6);
      }
      EXPECT_NEAR(window[static_cast<std::size_t>(size / 2)], 1.0, 1e-6);
    }
  }
}

TEST(Spectrogram, OnALogarithmicAxisIsTheSameSpectrogramMapped) {
  Audio sound{.rate_hz = 8000, .channels = 1, .samples = std::vector<float>(9000)};
  Random random(4);
  for (float& x : sound.samples) x = static_cast<float>(random.uniform() - 0.5);
  const StftSpec spec{.fft = 256, .hop = 64};
  const LogAxis axis({12, 100.0, 4000.0}, 8000.0, spec.fft);
  MemorySource source(sound);
  const Matrix linear = spectrogram(source, spec, 2.0);
  const Matrix found = spectrogram(source, spec, 2.0, 2, {}, &axis);
  EXPECT_EQ(found.cols(), linear.cols());
  EXPECT_TRUE(std::ranges::equal(found.values(), axis.to_log(linear).values()));
}

}  // namespace
}  // namespace divisi
