// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/ogg.h"

#include "divisi/audio/descriptor.h"
#include "divisi/audio/test_files.h"

namespace divisi {
namespace {

// The polynomial bit by bit, as RFC 3533 tells it.
std::uint32_t slow_checksum(std::string_view page) {
  std::uint32_t sum = 0;
  for (const char c : page) {
    for (int bit = 7; bit >= 0; --bit) {
      const std::uint32_t top =
          (sum >> 31U) ^ ((static_cast<unsigned char>(c) >> static_cast<unsigned>(bit)) & 1U);
      sum = (sum << 1U) ^ (top != 0U ? 0x04C11DB7U : 0U);
    }
  }
  return sum;
}

std::string page(std::uint32_t serial, std::string_view body, bool is_right) {
  const auto with = [&](std::uint32_t checksum) {
    return "OggS" + std::string(10, '\x01') + little_endian(serial, 4) + std::string(4, '\x02') +
           little_endian(checksum, 4) + '\x02' + '\x03' + static_cast<char>(body.size() - 3) +
           std::string(body);
  };
  return with(is_right ? slow_checksum(with(0)) : 0);
}

TEST(OggSerial, IsSetInEveryPageWithItsChecksum) {
  const TestFolder folder;
  const auto file = Descriptor::create(folder / "x.ogg");
  const std::string before = page(12345, "abcdefgh", false) + page(12345, "xyz!", false) + "the rest";
  file.write_at(std::as_bytes(std::span(before)), 0);
  set_ogg_serial(file, 1);
  EXPECT_EQ(bytes_of_file(folder / "x.ogg"), page(1, "abcdefgh", true) + page(1, "xyz!", true) + "the rest");
}

TEST(OggSerial, LeavesWhatIsNoPageAlone) {
  const TestFolder folder;
  for (const std::string bytes : {"", "OggS", "RIFF and more bytes than a page's header"}) {
    const auto file = Descriptor::create(folder / "x.ogg");
    file.write_at(std::as_bytes(std::span(bytes)), 0);
    set_ogg_serial(file, 1);
    EXPECT_EQ(bytes_of_file(folder / "x.ogg"), bytes);
  }
}

}  // namespace
}  // namespace divisi
