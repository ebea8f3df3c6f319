// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/ogg.h"

#include "divisi/audio/descriptor.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <vector>

namespace divisi {
namespace {

constexpr std::size_t kHeaderSize = 27;
constexpr std::size_t kSerialAt = 14;
constexpr std::size_t kChecksumAt = 22;
constexpr std::size_t kLargestPage = kHeaderSize + 255 + 255 * std::size_t{255};

constexpr std::array<std::uint32_t, 256> checksum_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    table[i] = i << 24U;
    for (int bit = 0; bit < 8; ++bit) table[i] = (table[i] << 1U) ^ ((table[i] >> 31U) * 0x04C11DB7U);
  }
  return table;
}

std::uint32_t checksum(std::span<const std::byte> page) {
  static constexpr auto kTable = checksum_table();
  std::uint32_t sum = 0;
  for (const std::byte byte : page)
    sum = (sum << 8U) ^ kTable[(sum >> 24U) ^ std::to_integer<std::uint32_t>(byte)];
  return sum;
}

void put(std::span<std::byte> place, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) place[i] = static_cast<std::byte>(value >> (8U * i));
}

// Bytes of the page that `bytes` begin with, or 0 where that is none.
std::size_t page_size(std::span<const std::byte> bytes) {
  constexpr std::string_view kMark = "OggS";
  if (bytes.size() < kHeaderSize) return 0;
  if (!std::equal(kMark.begin(), kMark.end(), reinterpret_cast<const char*>(bytes.data()))) return 0;
  const auto segments = std::to_integer<std::size_t>(bytes[kHeaderSize - 1]);
  if (bytes.size() < kHeaderSize + segments) return 0;
  const auto table = bytes.subspan(kHeaderSize, segments);
  const std::size_t size =
      std::accumulate(table.begin(), table.end(), kHeaderSize + segments,
                      [](std::size_t sum, std::byte b) { return sum + std::to_integer<std::size_t>(b); });
  return size <= bytes.size() ? size : 0;
}

void renumber(std::span<std::byte> page, std::uint32_t serial) {
  put(page.subspan(kSerialAt), serial);
  put(page.subspan(kChecksumAt), 0);
  put(page.subspan(kChecksumAt), checksum(page));
}

}  // namespace

void set_ogg_serial(const Descriptor& file, std::uint32_t serial) {
  std::vector<std::byte> buffer(kLargestPage);
  for (std::int64_t position = 0;;) {
    const std::size_t count = file.read_at(buffer, position);
    const auto page = std::span(buffer).first(page_size(std::span(buffer).first(count)));
    if (page.empty()) return;
    renumber(page, serial);
    file.write_at(page.first(kHeaderSize), position);
    position += std::ssize(page);
  }
}

void set_ogg_serial(std::span<std::byte> file, std::uint32_t serial) {
  while (const std::size_t size = page_size(file)) {
    renumber(file.first(size), serial);
    file = file.subspan(size);
  }
}

}  // namespace divisi
