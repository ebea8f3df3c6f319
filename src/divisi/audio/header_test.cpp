// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/header.h"

#include "divisi/audio/descriptor.h"
#include "divisi/audio/test_files.h"

namespace divisi {
namespace {

TEST(TruncationWarning, TellsWhatIsMissing) {
  EXPECT_EQ(truncation_warning("RIFF : 8036 (should be 4014)\ndata : 8000 (should be 3978)\nEnd\n", 1989, 2),
            "the header promises 4000 frames, the file has 1989: these are used");
  EXPECT_EQ(truncation_warning(" SSND : 176408 (should be 88181)\n", 22043, 4),
            "the header promises 44100 frames, the file has 22043: these are used");
  EXPECT_EQ(truncation_warning("  Data Size   : 400 (should be 84)\n", 42, 2),
            "the header promises 200 frames, the file has 42: these are used");
  EXPECT_EQ(
      truncation_warning("riff : 176504 (should be 88252)\n", 22037, 4),
      "the header promises 88252 bytes more than the file has: the 22037 frames that are there are used");
}

TEST(TruncationWarning, IsSilentWhereNothingIsMissing) {
  EXPECT_EQ(truncation_warning("", 1, 2), "");
  EXPECT_EQ(truncation_warning("RIFF : 4036\ndata : 4000\n", 2000, 2), "");
  EXPECT_EQ(truncation_warning("bext : 10 (should be >= 602)\n", 2000, 2), "");
  EXPECT_EQ(truncation_warning("data : 10 (should be 20)\n", 10, 2), "");
  EXPECT_EQ(truncation_warning("data : x (should be y)\ndata : (should be \n", 10, 2), "");
}

TEST(TruncationWarning, IsSilentAboutWhatPipesWrite) {
  EXPECT_EQ(truncation_warning("RIFF : 4294967295\ndata : 4294967295 (should be 20)\n", 10, 2), "");
  EXPECT_EQ(truncation_warning("RIFF : 2147479588 (should be 56)\ndata : 2147479552 (should be 20)\n", 10, 2),
            "");
  EXPECT_EQ(truncation_warning("RIFF : 4294967295 (should be 56)\ndata : 0 (should be 20)\n", 10, 2), "");
}

class UnfinishedWavTest : public testing::Test {
 protected:
  std::optional<UnfinishedWav> find(std::string_view bytes) {
    return find_unfinished_wav(Descriptor::open(folder_.write("x.wav", bytes)));
  }

  TestFolder folder_;
};

TEST_F(UnfinishedWavTest, IsFoundByItsSizes) {
  for (const std::uint32_t size : {0U, 0xFFFFFFFFU}) {
    const auto piped = find(wav_bytes({.riff_size = size}, "samples!"));
    ASSERT_TRUE(piped);
    EXPECT_EQ(piped->size_position, 40);
    EXPECT_TRUE(piped->was_piped);
  }
  const auto cut_off = find(wav_bytes({.riff_size = 36}, "samples!"));
  ASSERT_TRUE(cut_off);
  EXPECT_FALSE(cut_off->was_piped);
}

TEST_F(UnfinishedWavTest, IsFoundBehindOtherChunks) {
  const std::string junk = "JUNK" + little_endian(3, 4) + "abc\0";
  std::string bytes = wav_bytes({}, "samples!");
  bytes.insert(12, junk.substr(0, 11) + '\0');
  const auto found = find(bytes);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size_position, 52);
}

TEST_F(UnfinishedWavTest, IsNotFoundInOtherFiles) {
  EXPECT_FALSE(find(""));
  EXPECT_FALSE(find("RIFF"));
  EXPECT_FALSE(find("fLaC is something else altogether"));
  EXPECT_FALSE(find(honest_wav({}, "samples!")));
  EXPECT_FALSE(find(honest_wav({}, "")));
  EXPECT_FALSE(find(wav_bytes({.riff_size = 50}, "LIST" + little_endian(6, 4) + "abcdef")));
  EXPECT_FALSE(find("RIFF" + little_endian(0, 4) + "WAVEjunk" + little_endian(0xFFFFFFFF, 4) + "data"));
}

}  // namespace
}  // namespace divisi
