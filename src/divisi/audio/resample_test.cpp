// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/resample.h"

#include "divisi/core/error.h"
#include "divisi/core/random.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace divisi {
namespace {

std::vector<double> resampled(const std::vector<double>& in, int from_hz, int to_hz, int channels = 1,
                              std::size_t block = 1 << 20) {
  StreamResampler resampler(from_hz, to_hz, channels);
  std::vector<double> out;
  for (std::size_t i = 0; i < in.size(); i += block) {
    resampler.process(std::span(in).subspan(i, std::min(block, in.size() - i)), out);
  }
  resampler.finish(out);
  return out;
}

std::vector<double> noise(std::size_t size) {
  Random random(3);
  std::vector<double> samples(size);
  for (double& x : samples) x = 2.0 * random.uniform() - 1.0;
  return samples;
}

// A tone of `frequency_hz` with a smooth beginning and end, so that it ends inside its band.
double tone(double time_s, double length_s, double frequency_hz) {
  const double hann = std::pow(std::sin(std::numbers::pi * time_s / length_s), 4);
  return hann * std::sin(2.0 * std::numbers::pi * frequency_hz * time_s);
}

std::vector<double> sampled_tone(int rate_hz, double length_s, double frequency_hz) {
  std::vector<double> samples(static_cast<std::size_t>(std::llround(rate_hz * length_s)));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = tone(static_cast<double>(i) / rate_hz, length_s, frequency_hz);
  }
  return samples;
}

double error_db(const std::vector<double>& a, const std::vector<double>& b) {
  double signal = 0.0;
  double error = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    signal += a[i] * a[i];
    error += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return 10.0 * std::log10(error / signal);
}

TEST(Resample, ATimeStaysWhereItIs) {
  for (const auto& [from_hz, to_hz] : {std::pair{44100, 48000},
                                       {48000, 44100},
                                       {44100, 22050},
                                       {44100, 5512},
                                       {8000, 96000},
                                       {96000, 8000},
                                       {16000, 7919}}) {
    const auto out = resampled(sampled_tone(from_hz, 1.0, 700.0), from_hz, to_hz);
    const auto expected = sampled_tone(to_hz, 1.0, 700.0);
    ASSERT_EQ(out.size(), expected.size());
    EXPECT_LT(error_db(expected, out), -110.0) << from_hz << " to " << to_hz;
  }
}

TEST(Resample, TheClockDoesNotDriftInAMinuteOfOddRates) {
  const auto phase = [](std::size_t i, int rate_hz) {
    return 2.0 * std::numbers::pi * 700.0 * static_cast<double>(i) / rate_hz;
  };
  std::vector<double> in(60 * 44100);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = std::sin(phase(i, 44100));
  const auto out = resampled(in, 44100, 7919);
  for (std::size_t i = out.size() - 10000; i < out.size() - 2000; ++i) {
    ASSERT_NEAR(out[i], std::sin(phase(i, 7919)), 1e-7);
  }
}

TEST(Resample, ThereAndBackIsTheSame) {
  for (const int other_hz : {22050, 48000, 96000}) {
    const auto in = sampled_tone(44100, 0.5, 5000.0);
    auto back = resampled(resampled(in, 44100, other_hz), other_hz, 44100);
    ASSERT_GE(back.size(), in.size());
    EXPECT_LT(error_db(in, back), -110.0) << other_hz;
  }
}

TEST(Resample, TheLengthIsRoundedUp) {
  EXPECT_EQ(resampled_frames(1, 44100, 5512), 1);
  EXPECT_EQ(resampled_frames(0, 44100, 48000), 0);
  EXPECT_EQ(resampled_frames(44100, 44100, 48000), 48000);
  EXPECT_EQ(resampled_frames(44101, 44100, 48000), 48002);
  EXPECT_EQ(resampled_frames(Index{1} << 50, 1 << 20, 1 << 21), Index{1} << 51);
}

TEST(Resample, TheLengthIsExactWhateverTheRatesAndHoweverShort) {
  for (const int from_hz : {5512, 7919, 8000, 44100, 48000, 192000}) {
    for (const int to_hz : {5512, 7919, 8000, 44100, 48000, 192000}) {
      for (const std::size_t frames : {1U, 2U, 3U, 100U, 8191U, 20001U}) {
        const auto out = resampled(noise(frames), from_hz, to_hz);
        EXPECT_EQ(std::ssize(out), resampled_frames(static_cast<Index>(frames), from_hz, to_hz))
            << frames << " frames, " << from_hz << " to " << to_hz;
      }
    }
  }
  EXPECT_TRUE(resampled({}, 44100, 48000).empty());
}

TEST(Resample, BlocksDoNotShow) {
  const auto in = noise(40000);
  const auto whole = resampled(in, 44100, 48000, 2);
  EXPECT_EQ(resampled(in, 44100, 48000, 2, 2), whole);
  EXPECT_EQ(resampled(in, 44100, 48000, 2, 9998), whole);
}

TEST(Resample, TheSameRateChangesNothing) {
  const auto in = noise(1000);
  EXPECT_EQ(resampled(in, 44100, 44100, 2), in);
}

TEST(Resample, ChannelsDoNotMix) {
  std::vector<double> in = noise(2000);
  for (std::size_t i = 1; i < in.size(); i += 2) in[i] = 0.0;
  const auto out = resampled(in, 44100, 16000, 2);
  for (std::size_t i = 1; i < out.size(); i += 2) ASSERT_EQ(out[i], 0.0);
}

TEST(Resample, RatesThatMakeNoSenseAreRefused) {
  EXPECT_THROW(StreamResampler(0, 44100, 1), InvalidInput);
  EXPECT_THROW(StreamResampler(44100, -1, 1), InvalidInput);
  EXPECT_THROW(StreamResampler(44100, 48000, 0), InvalidInput);
}

TEST(ResampledSource, DeliversWhatItPromisesAndAgain) {
  Audio audio{.rate_hz = 44100, .channels = 2, .samples = {}};
  for (const double x : noise(60002)) audio.samples.push_back(static_cast<float>(x));
  MemorySource memory(audio);
  ResampledSource source(memory, 22050);
  EXPECT_EQ(source.rate_hz(), 22050);
  EXPECT_EQ(source.channels(), 2);
  EXPECT_EQ(source.frames(), 15001);
  const auto expected =
      resampled(std::vector<double>(audio.samples.begin(), audio.samples.end()), 44100, 22050, 2);
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<double> all;
    std::vector<double> block(2 * 777);
    while (const Index frames = source.read(block))
      all.insert(all.end(), block.begin(), block.begin() + 2 * frames);
    EXPECT_EQ(all, expected);
    source.rewind();
  }
}

}  // namespace
}  // namespace divisi
