// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/encoder.h"

#include "divisi/audio/test_files.h"
#include "divisi/core/error.h"

#include <limits>
#include <stdexcept>

namespace divisi {
namespace {

TEST(Encoder, ALongWavIsAnRf64) {
  EXPECT_FALSE(needs_rf64(0, 2, Depth::kS16));
  EXPECT_FALSE(needs_rf64(1'073'000'000, 2, Depth::kS16));
  EXPECT_TRUE(needs_rf64(1'073'741'824, 2, Depth::kS16));
  EXPECT_TRUE(needs_rf64(536'870'912, 1, Depth::kDouble));
  EXPECT_TRUE(needs_rf64(std::numeric_limits<Index>::max(), 1024, Depth::kDouble));
}

TEST(Encoder, RatesAndChannelsThatAFormatDoesNotHaveAreRefused) {
  const auto refusal = [](Container container, int rate_hz, int channels) {
    return message_of(Fault::kUsage, [&] {
      check_writable({.container = container, .rate_hz = rate_hz, .channels = channels});
    });
  };
  EXPECT_EQ(refusal(Container::kMp3, 5512, 2),
            "mp3: expected a rate of 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100 or 48000 Hz, got "
            "5512 Hz");
  EXPECT_EQ(refusal(Container::kMp3, 44100, 6), "mp3: expected 1 to 2 channels, got 6");
  EXPECT_EQ(refusal(Container::kFlac, 44100, 9), "flac: expected 1 to 8 channels, got 9");
  refusal(Container::kFlac, 200001, 2);
  refusal(Container::kOgg, 352800, 2);
  refusal(Container::kOgg, 44100, 256);
  refusal(Container::kWav, 0, 2);
  refusal(Container::kWav, 44100, 0);
}

class BytesCounted : public ByteSink {
 public:
  [[nodiscard]] std::int64_t size() const override { return size_; }
  void write_at(std::span<const std::byte> block, std::int64_t position) override {
    if (position + std::ssize(block) > limit) throw std::length_error("full");
    size_ = std::max(size_, position + std::ssize(block));
  }

  std::int64_t limit = std::numeric_limits<std::int64_t>::max();

 private:
  std::int64_t size_ = 0;
};

// The limits of check_writable() are those of the libraries: what it lets pass can be written.
TEST(Encoder, WhatIsNotRefusedCanBeWritten) {
  for (const Container container : {Container::kWav, Container::kFlac, Container::kOgg, Container::kMp3}) {
    for (const int rate_hz : {1, 5512, 8000, 44100, 65535, 192000, 200000, 655350, 1000000}) {
      for (const int channels : {1, 2, 8, 255, 1024}) {
        const WriteFormat format{.container = container, .rate_hz = rate_hz, .channels = channels};
        try {
          check_writable(format);
        } catch (const InvalidInput&) {
          continue;
        }
        BytesCounted sink;
        Encoder encoder(sink, "x", format);
        encoder.write(std::vector<double>(static_cast<std::size_t>(10 * channels), 0.1));
        EXPECT_NO_THROW(encoder.close()) << extension_of(container) << rate_hz << "x" << channels;
        EXPECT_GT(sink.size(), 0);
      }
    }
  }
}

TEST(Encoder, ThrowsOnWhatTheSinkThrows) {
  const WriteFormat format{.rate_hz = 44100, .channels = 1};
  BytesCounted sink;
  sink.limit = 1000;
  Encoder encoder(sink, "x", format);
  const std::vector<double> samples(100000);
  EXPECT_THROW(encoder.write(samples), std::length_error);
  EXPECT_THROW(encoder.close(), std::length_error);
  BytesCounted full;
  full.limit = 0;
  EXPECT_THROW(Encoder(full, "x", format), std::length_error);
}

}  // namespace
}  // namespace divisi
