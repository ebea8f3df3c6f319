// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/ffmpeg.h"

#include "divisi/audio/reader.h"
#include "divisi/audio/test_files.h"

namespace divisi {
namespace {

// SoX's native format, 1000 frames of 32 bits: the simplest that ffmpeg reads and libsndfile does not.
std::string sox_native() {
  std::string bytes = ".SoX" + little_endian(28, 4) + little_endian(1000, 4) + little_endian(0, 4);
  bytes += std::string("\0\0\0\0\0\x40\xBF\x40", 8);  // 8000.0
  bytes += little_endian(1, 4) + little_endian(0, 4);
  for (std::uint32_t i = 0; i < 1000; ++i) bytes += little_endian(i << 20U, 4);
  return bytes;
}

class Ffmpeg : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("ffmpeg -version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no ffmpeg here";
  }

  TestFolder folder_;
};

TEST_F(Ffmpeg, DecodesWhatLibsndfileDoesNot) {
  const auto path = folder_.write("-a strange: name%d.sox", sox_native());
  const auto source = FileSource::open(path, {.temporary_folder = folder_.path()});
  ASSERT_TRUE(source);
  EXPECT_EQ(source->frames(), 1000);
  EXPECT_EQ(source->rate_hz(), 8000);
  EXPECT_EQ(source->facts().container, "SOX (ffmpeg)");
  EXPECT_EQ(source->facts().depth, Depth::kFloat);
  EXPECT_TRUE(source->facts().lossy);
  std::vector<double> samples(1000);
  ASSERT_EQ(source->read(samples), 1000);
  for (std::size_t i = 0; i < samples.size(); ++i) ASSERT_EQ(samples[i], static_cast<double>(i) / 2048.0);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(Ffmpeg, SaysWhyItRefusesAFile) {
  const auto path = folder_.write("x.m4a", "this is not a film");
  const auto message = message_of(Fault::kInput, [&] { FileSource::open(path); });
  EXPECT_NE(message.find("one that ffmpeg refuses too: Invalid data found"), std::string::npos) << message;
}

TEST_F(Ffmpeg, IsNotAskedAboutFilesThatLibsndfileShouldKnow) {
  const auto path = folder_.write("x.wav", sox_native());
  const auto message = message_of(Fault::kInput, [&] { FileSource::open(path); });
  EXPECT_NE(message.find("got a file that it does not recognise"), std::string::npos) << message;
}

TEST_F(Ffmpeg, IsEndedWhenTheWorkIsCancelled) {
  const auto file = Descriptor::open(folder_.write("x.sox", sox_native()));
  EXPECT_FALSE(decode_with_ffmpeg(file, folder_.path(), [](const Progress&) { return false; }));
}

TEST(FfmpegMissing, IsSaid) {
  const TestFolder folder;
  const auto path = folder.write("x.m4a", "this is not a film");
  const std::string before = std::getenv("PATH");
  ::setenv("PATH", folder.path().c_str(), 1);
  const auto message = message_of(Fault::kInput, [&] { FileSource::open(path); });
  ::setenv("PATH", before.c_str(), 1);
  EXPECT_NE(message.find("another format, which needs the program ffmpeg"), std::string::npos) << message;
}

}  // namespace
}  // namespace divisi
