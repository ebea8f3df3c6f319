// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/reader.h"

#include "divisi/audio/digest.h"
#include "divisi/audio/test_files.h"
#include "divisi/audio/writer.h"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace divisi {
namespace {

// 16-bit samples 1, 2, 3, ...
std::string counting(int count) {
  std::string data;
  for (int i = 1; i <= count; ++i) data += little_endian(static_cast<std::uint32_t>(i), 2);
  return data;
}

std::string float_bytes(const std::vector<float>& values) {
  std::string data;
  for (const float x : values) data += little_endian(std::bit_cast<std::uint32_t>(x), 4);
  return data;
}

// The samples in units of 16 bits.
std::vector<int> codes(FileSource& source) {
  std::vector<int> codes;
  std::vector<double> block(static_cast<std::size_t>(7 * source.channels()));
  while (const Index frames = source.read(block)) {
    for (Index i = 0; i < frames * source.channels(); ++i) {
      codes.push_back(static_cast<int>(block[static_cast<std::size_t>(i)] * 32768.0));
    }
  }
  return codes;
}

std::vector<int> range(int first, int last) {
  std::vector<int> numbers;
  for (int i = first; i <= last; ++i) numbers.push_back(i);
  return numbers;
}

TEST(FileSource, KnowsItsFileAndReadsItTwice) {
  const TestFolder folder;
  const auto path = folder.write("x.wav", honest_wav({.channels = 2, .rate_hz = 8000}, counting(100)));
  const auto source = FileSource::open(path);
  const AudioFacts& facts = source->facts();
  EXPECT_EQ(facts.rate_hz, 8000);
  EXPECT_EQ(facts.channels, 2);
  EXPECT_EQ(facts.frames, 50);
  EXPECT_EQ(facts.depth, Depth::kS16);
  EXPECT_EQ(facts.container, "WAV");
  EXPECT_EQ(facts.peak, 100.0 / 32768.0);
  EXPECT_FALSE(facts.lossy);
  EXPECT_TRUE(facts.warnings.empty());
  EXPECT_EQ(codes(*source), range(1, 100));
  EXPECT_TRUE(codes(*source).empty());
  source->rewind();
  EXPECT_EQ(codes(*source), range(1, 100));
  EXPECT_EQ(source->sha256(), sha256_of(path));
}

TEST(FileSource, SilenceIsSoundToo) {
  const TestFolder folder;
  const auto source = FileSource::open(folder.write("x.wav", honest_wav({}, std::string(2000, '\0'))));
  EXPECT_EQ(source->facts().peak, 0.0);
  EXPECT_EQ(codes(*source), std::vector<int>(1000));
}

TEST(FileSource, LogarithmicSamplesCountAsSixteenBits) {
  const TestFolder folder;
  const auto source =
      FileSource::open(folder.write("x.wav", honest_wav({.code = 7, .bits = 8}, std::string(99, '\x40'))));
  EXPECT_EQ(source->facts().depth, Depth::kS16);
  EXPECT_TRUE(source->facts().lossy);
  EXPECT_EQ(source->frames(), 99);
}

TEST(FileSource, AStretchIsExact) {
  const TestFolder folder;
  const auto path = folder.write("x.wav", honest_wav({.rate_hz = 1000}, counting(100)));
  const auto source = FileSource::open(path, {.start_s = 0.02, .end_s = 0.05});
  EXPECT_EQ(source->frames(), 30);
  EXPECT_EQ(source->facts().peak, 50.0 / 32768.0);
  EXPECT_EQ(codes(*source), range(21, 50));
  source->rewind();
  EXPECT_EQ(codes(*source), range(21, 50));
  EXPECT_EQ(codes(*FileSource::open(path, {.start_s = 0.099, .end_s = 0.1})), range(100, 100));
}

TEST(FileSource, SeekingIsExactInEveryFormat) {
  const TestFolder folder;
  Audio audio{.rate_hz = 44100, .channels = 2, .samples = {}};
  for (int i = 0; i < 200000; ++i) audio.samples.push_back(static_cast<float>((i * 7919) % 1999) / 4000.0F);
  write_audio(folder / "x.wav", audio, Container::kWav, Depth::kS24);
  write_audio(folder / "x.flac", audio, Container::kFlac, Depth::kS16);
  write_audio(folder / "x.ogg", audio, Container::kOgg, Depth::kFloat);
  for (const auto* name : {"x.wav", "x.flac", "x.ogg"}) {
    const auto source = FileSource::open(folder / name, {.start_s = 0.5});
    EXPECT_EQ(source->seeks_quickly(), std::string(name) != "x.ogg");
    std::vector<double> all(static_cast<std::size_t>(2 * source->frames()));
    ASSERT_EQ(source->read(all), source->frames());
    for (const Index from : {Index{0}, Index{70000}, Index{12345}, source->frames() - 10, source->frames()}) {
      source->seek(from);
      std::vector<double> some(2000);
      const Index count = source->read(some);
      ASSERT_EQ(count, std::min<Index>(1000, source->frames() - from)) << name << from;
      EXPECT_TRUE(std::equal(some.begin(), some.begin() + 2 * count, all.begin() + 2 * from)) << name << from;
    }
  }
}

TEST(FileSource, AStretchOutsideTheFileIsRefusedWithItsLength) {
  const TestFolder folder;
  Audio audio{.rate_hz = 8000, .channels = 1, .samples = std::vector<float>(9999, 0.5F)};
  for (const Container container : {Container::kWav, Container::kFlac}) {
    write_audio(folder / "x", audio, container, Depth::kS16);
    const auto refusal = [&](double start_s, std::optional<double> end_s) {
      return message_of(Fault::kUsage,
                        [&] { FileSource::open(folder / "x", {.start_s = start_s, .end_s = end_s}); });
    };
    EXPECT_NE(refusal(2.0, {}).find("start: expected a time before the end of "), std::string::npos);
    EXPECT_NE(refusal(2.0, {}).find("x at 1.249 s, got 2.000 s"), std::string::npos);
    EXPECT_NE(refusal(9999.0 / 8000.0, {}).find("start"), std::string::npos);
    EXPECT_NE(refusal(1.0, 1.25).find("end: expected a time up to the end of "), std::string::npos);
    EXPECT_NE(refusal(1.0, 1e300).find("x at 1.249 s"), std::string::npos);
    refusal(1.0, 1.0);
    refusal(1.0, 0.5);
    refusal(-1.0, {});
    refusal(std::numeric_limits<double>::quiet_NaN(), {});
    refusal(0.0, std::numeric_limits<double>::infinity());
    EXPECT_EQ(FileSource::open(folder / "x", {.start_s = 1.0, .end_s = 1.249})->frames(), 1992);
  }
}

TEST(FileSource, ASampleThatIsNoNumberIsRefusedWithItsPlace) {
  const TestFolder folder;
  std::vector<float> samples(4000, 0.1F);
  samples[3001] = std::numeric_limits<float>::quiet_NaN();
  samples[3003] = -std::numeric_limits<float>::infinity();
  const WavClaims format{.code = 3, .channels = 2, .rate_hz = 1000, .bits = 32};
  const auto path = folder.write("x.wav", honest_wav(format, float_bytes(samples)));
  const auto message = message_of(Fault::kInput, [&] { FileSource::open(path); });
  EXPECT_NE(message.find("NaN at 1.500 s (frame 1500 from 0, channel 2 of 2)"), std::string::npos) << message;
  const auto later = message_of(Fault::kInput, [&] { FileSource::open(path, {.start_s = 1.501}); });
  EXPECT_NE(later.find("infinity at 1.501 s (frame 1501 from 0, channel 2 of 2)"), std::string::npos)
      << later;
  EXPECT_EQ(FileSource::open(path, {.end_s = 1.5})->frames(), 1500);
}

TEST(FileSource, FloatsBeyondFullScaleAreKept) {
  const TestFolder folder;
  const WavClaims format{.code = 3, .bits = 32};
  const auto source =
      FileSource::open(folder.write("x.wav", honest_wav(format, float_bytes({8.0F, -3e38F, 1e-40F}))));
  std::vector<double> block(3);
  ASSERT_EQ(source->read(block), 3);
  EXPECT_EQ(block, (std::vector<double>{8.0, static_cast<double>(-3e38F), static_cast<double>(1e-40F)}));
  EXPECT_EQ(source->facts().peak, static_cast<double>(3e38F));
}

TEST(FileSource, ATruncatedFileIsReadWithAWarning) {
  const TestFolder folder;
  const auto path = folder.write("x.wav", honest_wav({}, counting(1000)).substr(0, 44 + 201));
  const auto source = FileSource::open(path);
  EXPECT_EQ(codes(*source), range(1, 100));
  ASSERT_EQ(source->facts().warnings.size(), 1U);
  EXPECT_EQ(source->facts().warnings[0], "the header promises 1000 frames, the file has 100: these are used");
}

TEST(FileSource, AHugeClaimIsNotBelieved) {
  const TestFolder folder;
  for (const std::uint32_t claim : {0xFFFFFFFFU, 0xFFFFFFF0U, 0x7FFFF000U, 0x7FFFFFF0U}) {
    const auto path =
        folder.write("x.wav", wav_bytes({.riff_size = claim, .data_size = claim}, counting(100)));
    const auto source = FileSource::open(path);
    EXPECT_EQ(codes(*source), range(1, 100));
    EXPECT_TRUE(source->facts().warnings.empty());
  }
}

TEST(FileSource, AHeaderThatWasNeverCompletedIsOvercome) {
  const TestFolder folder;
  for (const std::uint32_t claim : {0U, 8U, 36U, 0xFFFFFFFFU}) {
    const auto source =
        FileSource::open(folder.write("x.wav", wav_bytes({.riff_size = claim}, counting(100))));
    EXPECT_EQ(codes(*source), range(1, 100)) << claim;
    EXPECT_EQ(source->facts().warnings.empty(), claim == 0U || claim == 0xFFFFFFFFU);
    source->rewind();
    EXPECT_EQ(codes(*source), range(1, 100)) << claim;
  }
}

TEST(FileSource, ADamagedFlacIsRefused) {
  const TestFolder folder;
  Audio audio{.rate_hz = 44100, .channels = 1, .samples = {}};
  for (int i = 0; i < 100000; ++i) audio.samples.push_back(static_cast<float>((i * 7919) % 1999) / 2000.0F);
  write_audio(folder / "x.flac", audio, Container::kFlac, Depth::kS16);
  std::string bytes = bytes_of_file(folder / "x.flac");
  const auto refusal = [&](std::string_view content) {
    return message_of(Fault::kInput, [&] { FileSource::open(folder.write("y.flac", content)); });
  };
  EXPECT_NE(refusal(bytes.substr(0, bytes.size() / 2)).find("expected sound that decodes to its end"),
            std::string::npos);
  bytes.replace(bytes.size() / 2, 64, std::string(64, '\x55'));
  EXPECT_NE(refusal(bytes).find("damaged or cut short near "), std::string::npos);
}

TEST(FileSource, NothingIsRefused) {
  const TestFolder folder;
  const auto refusal = [](const std::filesystem::path& path) {
    return message_of(Fault::kInput, [&] { FileSource::open(path); });
  };
  EXPECT_NE(refusal(folder.write("x.wav", "")).find("got nothing (0 bytes)"), std::string::npos);
  EXPECT_NE(refusal(folder.write("x.wav", honest_wav({}, ""))).find("expected at least one sample, got 0"),
            std::string::npos);
}

TEST(FileSource, AFileThatShrinksMeanwhileIsNotCutShortSilently) {
  const TestFolder folder;
  const auto path = folder.write("x.wav", honest_wav({}, counting(100000)));
  const auto source = FileSource::open(path);
  std::filesystem::resize_file(path, 1000);
  const auto message = message_of(Fault::kInput, [&] { codes(*source); });
  EXPECT_NE(message.find("fewer samples than before"), std::string::npos);
}

TEST(FileSource, APipeIsReadAsAFileIs) {
  const TestFolder folder;
  const std::string bytes = wav_bytes({.riff_size = 0xFFFFFFFF, .data_size = 0xFFFFFFFF}, counting(3000));
  const auto path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const std::jthread sender([&] { std::ofstream(path, std::ios::binary) << bytes; });
  const auto source = FileSource::open(path, {.temporary_folder = folder.path()});
  EXPECT_EQ(codes(*source), range(1, 3000));
  source->rewind();
  EXPECT_EQ(codes(*source), range(1, 3000));
  EXPECT_EQ(source->sha256(), sha256_of(folder.write("copy", bytes)));
}

TEST(FileSource, ADashIsStandardInput) {
  const TestFolder folder;
  const auto file = Descriptor::open(folder.write("x.wav", honest_wav({}, counting(100))));
  const int before = ::dup(STDIN_FILENO);
  ASSERT_EQ(::dup2(file.get(), STDIN_FILENO), STDIN_FILENO);
  const auto source = FileSource::open("-", {.temporary_folder = folder.path()});
  const auto message =
      message_of(Fault::kInput, [&] { FileSource::open("-", {.temporary_folder = folder.path()}); });
  ::dup2(before, STDIN_FILENO);
  ::close(before);
  EXPECT_EQ(codes(*source), range(1, 100));
  EXPECT_EQ(message, "standard input: expected an audio file, got nothing (0 bytes)");
}

TEST(FileSource, TellsHowFarItIsAndStopsWhenToldTo) {
  const TestFolder folder;
  const auto path = folder.write("x.wav", honest_wav({}, std::string(1000000, '\x11')));
  double last = -1.0;
  const auto source = FileSource::open(path, {.observer = [&](const Progress& progress) {
                                         EXPECT_EQ(progress.stage, "read");
                                         EXPECT_GT(progress.fraction, last);
                                         last = progress.fraction;
                                         return true;
                                       }});
  EXPECT_GT(last, 0.8);
  EXPECT_LE(last, 1.0);
  EXPECT_FALSE(FileSource::open(path, {.observer = [](const Progress&) { return false; }}));
  EXPECT_EQ(read_audio(path, {.observer = [](const Progress&) { return false; }}).frames(), 0);
}

}  // namespace
}  // namespace divisi
