// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/decoder.h"

#include "divisi/audio/test_files.h"
#include "divisi/audio/writer.h"

namespace divisi {
namespace {

std::string refusal(std::string_view bytes) {
  const TestFolder folder;
  const auto file = Descriptor::open(folder.write("x.wav", bytes));
  const auto message = message_of(Fault::kInput, [&] { Decoder decoder(file); });
  EXPECT_NE(message.find("x.wav: expected an audio file that libsndfile reads"), std::string::npos);
  return message.substr(message.find(", got ") + 6);
}

TEST(Decoder, SaysWhatIsWrongInPlainWords) {
  const std::string data(100, 'x');
  EXPECT_EQ(refusal("some text, and some more text, and then again some text"),
            "a file that it does not recognise");
  EXPECT_EQ(refusal("RIFF"), "a file that it does not recognise");
  EXPECT_EQ(refusal(honest_wav({}, data).substr(0, 36)), "a WAV file that lacks its 'fmt ' or 'data' chunk");
  EXPECT_EQ(refusal(honest_wav({.channels = 0}, data)), "a header that claims 0 channels");
  EXPECT_EQ(refusal(honest_wav({.channels = 65535}, data)), "a header that claims more than 1024 channels");
  EXPECT_EQ(refusal(honest_wav({.rate_hz = 0}, data)), "a header with an impossible sample rate");
  EXPECT_EQ(refusal(honest_wav({.bits = 0}, data)), "an encoding that it cannot decode");
}

TEST(Decoder, RefusesAFileThatLibsndfileWouldMisread) {
  // The W64 that ffmpeg 5.1 writes for two floats: libsndfile 1.2 takes them for integers.
  const std::string guid_end = "\xF3\xAC\xD3\x11\x8C\xD1" + std::string("\0\xC0", 2) + "O\x8E\xDB\x8A";
  const std::string none(4, '\0');
  const std::string fmt = "fmt " + guid_end + little_endian(64, 4) + none + little_endian(0xFFFE, 2) +
                          little_endian(1, 2) + little_endian(8000, 4) + little_endian(32000, 4) +
                          little_endian(4, 2) + little_endian(32, 2) + little_endian(22, 2) +
                          little_endian(32, 2) + little_endian(4, 4) + little_endian(3, 4) +
                          little_endian(0x00100000, 4) + "\x80" + std::string("\0\0\xAA\0\x38\x9B\x71", 7);
  const std::string data = "data" + guid_end + little_endian(32, 4) + none + std::string(8, '\x3E');
  const std::string rest = "wave" + guid_end + fmt + data;
  const std::string riff = "riff" + std::string("\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\0\0", 12);
  const auto size = static_cast<std::uint32_t>(riff.size() + 8 + rest.size());
  EXPECT_EQ(refusal(riff + little_endian(size, 4) + none + rest),
            "a W64 file with floats in an extensible header, which it would misread");
}

TEST(Decoder, SkipsExactlyInEveryFormat) {
  const TestFolder folder;
  Audio audio{.rate_hz = 44100, .channels = 2, .samples = {}};
  for (int i = 0; i < 40000; ++i) audio.samples.push_back(static_cast<float>(i % 1999) / 2000.0F);
  for (const Container container : {Container::kWav, Container::kFlac, Container::kOgg, Container::kMp3}) {
    write_audio(folder / "x", audio, container, Depth::kS16);
    const auto file = Descriptor::open(folder / "x");
    Decoder decoder(file);
    std::vector<double> all(40000);
    ASSERT_EQ(decoder.read(all), 20000);
    Decoder other(file);
    EXPECT_EQ(other.skip(7001), 7001);
    std::vector<double> part(2000);
    ASSERT_EQ(other.read(part), 1000);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + 14002)) << extension_of(container);
    EXPECT_EQ(other.skip(100000), 11999) << extension_of(container);
    EXPECT_EQ(other.read(part), 0);
  }
}

TEST(Decoder, KnowsItsOwnExtensions) {
  for (const char* name : {"a.wav", "a.WAV", "b/a.Flac", "a.ogg", "a.opus", "a.mp3", "a.aiff"}) {
    EXPECT_TRUE(has_known_extension(name)) << name;
  }
  for (const char* name : {"a.m4a", "a.wma", "wav", ".wav", "a.wav.mkv", "-"}) {
    EXPECT_FALSE(has_known_extension(name)) << name;
  }
}

}  // namespace
}  // namespace divisi
