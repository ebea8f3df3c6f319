// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/header.h"

#include "divisi/audio/descriptor.h"
#include "divisi/core/text.h"

#include <array>
#include <charconv>

namespace divisi {
namespace {

constexpr std::uint32_t kUnknown = 0xFFFFFFFF;

struct Chunk {
  std::string_view name;
  std::uint32_t size;
};

Chunk chunk_in(const std::array<std::byte, 8>& bytes) {
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size |= std::to_integer<std::uint32_t>(bytes[4 + i]) << (8 * i);
  return {{reinterpret_cast<const char*>(bytes.data()), 4}, size};
}

// ffmpeg writes 0xFFFFFFFF, sox 0x7FFFF000 or 0x7F000008, arecord something just below 0x80000000; sizes of
// the whole file add a header to that.
bool is_placeholder(std::uint64_t size) {
  return size == 0 || size >= 0xFFFFFF00U || (size >= 0x7F000000U && size <= 0x80000000U);
}

struct Claim {
  std::uint64_t promised;
  std::uint64_t present;
};

// Reads a line "label : 176400 (should be 88200)".
std::optional<Claim> claim_of(std::string_view line) {
  Claim claim{};
  const auto colon = line.find(": ");
  constexpr std::string_view kShould = " (should be ";
  const auto should = line.find(kShould);
  if (colon == std::string_view::npos || should == std::string_view::npos || should < colon + 2) return {};
  const char* end = line.data() + line.size();
  const auto promised = std::from_chars(line.data() + colon + 2, end, claim.promised);
  const auto present = std::from_chars(line.data() + should + kShould.size(), end, claim.present);
  if (promised.ec != std::errc() || present.ec != std::errc() || claim.promised <= claim.present) return {};
  return claim;
}

}  // namespace

std::optional<UnfinishedWav> find_unfinished_wav(const Descriptor& file) {
  std::array<std::byte, 8> bytes{};
  if (file.read_at(bytes, 0) != bytes.size() || chunk_in(bytes).name != "RIFF") return {};
  const std::uint32_t claimed = chunk_in(bytes).size;
  const std::int64_t file_size = file.size();
  for (std::int64_t position = 12; position + 8 < file_size;) {
    if (file.read_at(bytes, position) != bytes.size()) return {};
    const auto [name, size] = chunk_in(bytes);
    position += 8;
    if (name != "data") {
      position += std::int64_t{size} + size % 2;
      continue;
    }
    const bool piped = claimed == 0 || claimed == kUnknown;
    if (size != 0 || (!piped && std::int64_t{claimed} + 8 > position)) return {};
    return UnfinishedWav{.size_position = position - 4, .was_piped = piped};
  }
  return {};
}

std::string missing_frames_warning(Index promised, Index frames) {
  return "the header promises " + std::to_string(promised) + " frames, the file has " +
         std::to_string(frames) + ": these are used";
}

std::string truncation_warning(std::string_view log, Index frames, int frame_bytes) {
  std::string warning;
  for (const std::string& line : split(log, '\n')) {
    const std::string label = line.substr(
        line.find_first_not_of(' ') == std::string::npos ? line.size() : line.find_first_not_of(' '));
    const bool is_data =
        label.starts_with("data :") || label.starts_with("SSND :") || label.starts_with("Data Size");
    const bool is_file = label.starts_with("RIFF :") || label.starts_with("riff :") ||
                         label.starts_with("FORM :") || label.starts_with("RIFX :") ||
                         label.starts_with("Riff size :");
    const auto claim = is_data || is_file ? claim_of(label) : std::nullopt;
    if (!claim) continue;
    if (is_placeholder(claim->promised)) {
      if (is_data) return "";
      continue;
    }
    if (is_data && frame_bytes > 0) {
      const std::uint64_t extra = label.starts_with("SSND") ? 8 : 0;  // of an AIFF chunk, before the samples
      const auto promised = (claim->promised - extra) / static_cast<std::uint64_t>(frame_bytes);
      return missing_frames_warning(static_cast<Index>(promised), frames);
    }
    warning = "the header promises " + std::to_string(claim->promised - claim->present) +
              " bytes more than the file has: the " + std::to_string(frames) +
              " frames that are there are used";
  }
  return warning;
}

}  // namespace divisi
