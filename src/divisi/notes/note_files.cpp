// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/note_files.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/notes/midi_file.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <system_error>

namespace divisi {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = 256U
                                      << 20U;  // of a file of notes; a long concert has less than one MiB

std::string bytes_of(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    throw Error(Fault::kInput, path.string(), "a file of notes",
                error                     ? error.message()
                : fs::exists(path, error) ? "something else"
                                          : "none");
  }
  if (fs::file_size(path, error) > kMostBytes || error) {
    throw Error(Fault::kInput, path.string(), "a file of at most 256 MiB", "a larger one");
  }
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (!file) {
    throw Error(Fault::kInput, path.string(), "a file that can be read",
                std::generic_category().message(errno));
  }
  return bytes;
}

}  // namespace

NoteFormat note_format(const fs::path& path) {
  std::string end = path.extension().string();
  std::ranges::transform(end, end.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (end == ".mid" || end == ".midi") return NoteFormat::kMidi;
  if (end == ".jams") return NoteFormat::kJams;
  if (end == ".csv") return NoteFormat::kCsv;
  throw InvalidInput(path.string(), "a name that ends in .mid, .jams or .csv", end.empty() ? "no end" : end);
}

std::string note_file(const Notes& notes, NoteFormat format, const NoteFileFacts& facts) {
  switch (format) {
    case NoteFormat::kMidi:
      return midi_bytes(notes);
    case NoteFormat::kJams:
      return jams_text(notes, facts);
    case NoteFormat::kCsv:
      return csv_text(notes);
  }
  return {};
}

Notes read_notes(const fs::path& path) {
  const NoteFormat format = note_format(path);
  const std::string bytes = bytes_of(path);
  switch (format) {
    case NoteFormat::kMidi:
      return parse_midi(bytes, path.string());
    case NoteFormat::kJams:
      return parse_jams(bytes, path.string());
    case NoteFormat::kCsv:
      return parse_csv(bytes, path.string());
  }
  return {};
}

}  // namespace divisi
