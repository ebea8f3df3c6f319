// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/writer.h"

#include "divisi/audio/reader.h"
#include "divisi/audio/test_files.h"
#include "divisi/core/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <sndfile.h>

namespace divisi {
namespace {

constexpr std::array kDepths{Depth::kU8,  Depth::kS16,   Depth::kS24,
                             Depth::kS32, Depth::kFloat, Depth::kDouble};

// Values that `depth` can hold, its two ends among them.
std::vector<double> values_of(Depth depth, std::size_t count) {
  Random random(11);
  const double unit = unit_in_last_place(depth);
  std::vector<double> values(count);
  for (double& x : values) {
    x = 2.0 * random.uniform() - 1.0;
    if (is_integer(depth)) x = std::floor(x / unit) * unit;
    if (depth == Depth::kFloat) x = static_cast<double>(static_cast<float>(x));
  }
  values[0] = -1.0;
  values[1] = is_integer(depth) ? 1.0 - unit : 3.5;
  values[2] = is_integer(depth) ? -unit : -1e-30F;
  return values;
}

void write(const std::filesystem::path& path, const WriteFormat& format, std::span<const double> samples) {
  FileWriter writer(path, format);
  writer.write(samples);
  writer.close();
}

std::vector<double> read_back(const std::filesystem::path& path, AudioFacts* facts = nullptr) {
  const auto source = FileSource::open(path);
  if (facts != nullptr) *facts = source->facts();
  std::vector<double> samples(static_cast<std::size_t>(source->frames() * source->channels()));
  EXPECT_EQ(source->read(samples), source->frames());
  return samples;
}

std::vector<double> sine(Index frames, int channels, int rate_hz) {
  std::vector<double> samples(static_cast<std::size_t>(frames * channels));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double time_s = static_cast<double>(static_cast<Index>(i) / channels) / rate_hz;
    samples[i] = 0.5 * std::sin(2.0 * std::numbers::pi * 440.0 * time_s);
  }
  return samples;
}

TEST(FileWriter, EveryDepthComesBackExactly) {
  const TestFolder folder;
  for (const Container container : {Container::kWav, Container::kFlac}) {
    for (const Depth depth : kDepths) {
      if (depth_in(container, depth) != depth) continue;
      for (const int channels : {1, 2, 6}) {
        const auto path = folder / "x";
        const auto values = values_of(depth, 12000);
        write(path, {.container = container, .depth = depth, .rate_hz = 48000, .channels = channels}, values);
        AudioFacts facts;
        EXPECT_EQ(read_back(path, &facts), values) << static_cast<int>(depth) << " x " << channels;
        EXPECT_EQ(facts.depth, depth);
        EXPECT_EQ(facts.rate_hz, 48000);
        EXPECT_EQ(facts.channels, channels);
        EXPECT_FALSE(facts.lossy);
        EXPECT_TRUE(facts.warnings.empty());
      }
    }
  }
}

TEST(FileWriter, IntegersAreRoundedAndClipped) {
  const TestFolder folder;
  const double unit = unit_in_last_place(Depth::kS16);
  const std::vector<double> in{0.4 * unit, 0.6 * unit, -0.6 * unit, 1.0, 7.0, -7.0, 1e300};
  const std::vector<double> out{0.0, unit, -unit, 1.0 - unit, 1.0 - unit, -1.0, 1.0 - unit};
  write(folder / "x.wav", {.rate_hz = 8000, .channels = 1}, in);
  EXPECT_EQ(read_back(folder / "x.wav"), out);
}

TEST(FileWriter, LossyFilesKeepLengthRateAndSound) {
  const TestFolder folder;
  for (const Container container : {Container::kOgg, Container::kMp3}) {
    for (const int channels : {1, 2}) {
      const auto path = folder / "x";
      const auto samples = sine(20001, channels, 44100);
      write(path, {.container = container, .rate_hz = 44100, .channels = channels}, samples);
      AudioFacts facts;
      const auto back = read_back(path, &facts);
      EXPECT_EQ(facts.frames, 20001);
      EXPECT_TRUE(facts.lossy);
      EXPECT_EQ(facts.depth, Depth::kFloat);
      ASSERT_EQ(back.size(), samples.size());
      double error = 0.0;
      for (std::size_t i = 2000; i + 2000 < back.size(); ++i)
        error = std::max(error, std::abs(back[i] - samples[i]));
      EXPECT_LT(error, 0.05) << facts.container;
    }
  }
}

TEST(FileWriter, TheSameSamplesGiveTheSameBytes) {
  const TestFolder folder;
  const auto samples = sine(30000, 2, 44100);
  for (const Container container : {Container::kWav, Container::kFlac, Container::kOgg, Container::kMp3}) {
    const WriteFormat format{.container = container, .depth = Depth::kFloat, .rate_hz = 44100, .channels = 2};
    write(folder / "a", format, samples);
    write(folder / "b", format, samples);
    EXPECT_EQ(bytes_of_file(folder / "a"), bytes_of_file(folder / "b")) << extension_of(container);
    EXPECT_EQ(bytes_of_file(folder / "a").find("PEAK"), std::string::npos);
  }
}

TEST(FileWriter, BlocksDoNotShow) {
  const TestFolder folder;
  const auto samples = sine(30000, 2, 44100);
  const WriteFormat format{.container = Container::kFlac, .rate_hz = 44100, .channels = 2};
  write(folder / "a", format, samples);
  FileWriter writer(folder / "b", format);
  for (std::size_t i = 0; i < samples.size(); i += 2000) writer.write(std::span(samples).subspan(i, 2000));
  writer.close();
  EXPECT_EQ(read_back(folder / "b"), read_back(folder / "a"));
}

TEST(FileWriter, AChannelMapIsKept) {
  const TestFolder folder;
  const std::vector<int> map{SF_CHANNEL_MAP_LEFT, SF_CHANNEL_MAP_RIGHT,     SF_CHANNEL_MAP_CENTER,
                             SF_CHANNEL_MAP_LFE,  SF_CHANNEL_MAP_REAR_LEFT, SF_CHANNEL_MAP_REAR_RIGHT};
  for (const Index expected : {Index{0}, Index{1} << 40}) {
    write(folder / "x.wav", {.rate_hz = 8000, .channels = 6, .frames_expected = expected, .channel_map = map},
          sine(100, 6, 8000));
    AudioFacts facts;
    read_back(folder / "x.wav", &facts);
    EXPECT_EQ(facts.channel_map, map);
    EXPECT_EQ(facts.container, expected == 0 ? "WAV" : "RF64");
    EXPECT_EQ(facts.frames, 100);
  }
}

TEST(FileWriter, WhatAFormatDoesNotHaveIsRefusedBeforeThereIsAFile) {
  const TestFolder folder;
  const WriteFormat format{.container = Container::kMp3, .rate_hz = 5512, .channels = 2};
  message_of(Fault::kUsage, [&] { FileWriter(folder / "x.mp3", format); });
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(FileWriter, AFullDiskIsReportedWithItsReason) {
  for (const Container container : {Container::kWav, Container::kFlac, Container::kOgg, Container::kMp3}) {
    const auto message = message_of(Fault::kOutput, [&] {
      write("/dev/full", {.container = container, .rate_hz = 44100, .channels = 2}, sine(100000, 2, 44100));
    });
    EXPECT_EQ(message, "/dev/full: expected room to write, got No space left on device")
        << extension_of(container);
  }
}

TEST(FileWriter, AMissingFolderIsReported) {
  const TestFolder folder;
  const auto message =
      message_of(Fault::kOutput, [&] { FileWriter(folder / "no/x.wav", {.rate_hz = 44100, .channels = 2}); });
  EXPECT_NE(message.find("No such file or directory"), std::string::npos);
}

TEST(WriteAudio, IsReadBackAsItWas) {
  const TestFolder folder;
  Audio audio{.rate_hz = 22050, .channels = 2, .samples = {}};
  for (const double x : values_of(Depth::kS16, 10000)) audio.samples.push_back(static_cast<float>(x));
  write_audio(folder / "x.flac", audio, Container::kFlac, Depth::kS16);
  const Audio back = read_audio(folder / "x.flac");
  EXPECT_EQ(back.rate_hz, audio.rate_hz);
  EXPECT_EQ(back.channels, audio.channels);
  EXPECT_EQ(back.samples, audio.samples);
}

TEST(MemoryWriter, MakesTheFilesOfFileWriter) {
  const TestFolder folder;
  const Audio audio{.rate_hz = 44100, .channels = 1, .samples = std::vector<float>(30'000, 0.25F)};
  for (const Container container : {Container::kOgg, Container::kFlac}) {
    write_audio(folder / "x", audio, container, Depth::kS16);
    MemoryWriter writer({.container = container,
                         .depth = Depth::kS16,
                         .rate_hz = audio.rate_hz,
                         .channels = 1,
                         .frames_expected = audio.frames()});
    const std::vector<double> samples(audio.samples.begin(), audio.samples.end());
    writer.write(std::span(samples).first(12'345));
    writer.write(std::span(samples).subspan(12'345));
    const auto bytes = writer.close();
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    EXPECT_TRUE(text == bytes_of_file(folder / "x")) << extension_of(container);
  }
}

TEST(EncodeFlac, DecodesToTheSameIntegers) {
  const TestFolder folder;
  Audio audio{.rate_hz = 22050, .channels = 2, .samples = {}};
  const auto values = values_of(Depth::kS16, 10000);
  for (const double x : values) audio.samples.push_back(static_cast<float>(x));
  const auto bytes = encode_flac(audio);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  AudioFacts facts;
  EXPECT_EQ(read_back(folder.write("x.flac", text), &facts), values);
  EXPECT_EQ(facts.container, "FLAC");
  EXPECT_EQ(facts.rate_hz, 22050);
}

TEST(EncodeFlac, ClipsAndRefuses) {
  const TestFolder folder;
  const auto bytes = encode_flac({.rate_hz = 8000, .channels = 1, .samples = {2.0F, -2.0F}});
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  EXPECT_EQ(read_back(folder.write("x.flac", text)), (std::vector<double>{1.0 - 0x1p-15, -1.0}));
  EXPECT_THROW(encode_flac({.rate_hz = 8000, .channels = 9, .samples = {}}), InvalidInput);
}

}  // namespace
}  // namespace divisi
