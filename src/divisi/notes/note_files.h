// SPDX-License-Identifier: Apache-2.0
// Notes in files: MIDI, JAMS, CSV, by the file's name.
#pragma once

#include "divisi/notes/note.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace divisi {

enum class NoteFormat { kMidi, kJams, kCsv };

/// By the end of the name: .mid or .midi, .jams, .csv; upper case too. Throws InvalidInput for others.
NoteFormat note_format(const std::filesystem::path& path);

/// What a JAMS file says beside the notes.
struct NoteFileFacts {
  std::string title;
  double duration_s = 0.0;
  std::string tool;  ///< "divisi 1.2.3"
};

/// The file's contents. Throws InvalidInput as midi_bytes() does.
std::string note_file(const Notes& notes, NoteFormat format, const NoteFileFacts& facts);

/// "onset_s,duration_s,midi,velocity", a note a line, times with four decimals.
std::string csv_text(const Notes& notes);

/// JAMS (Humphrey et al., JAMS: a JSON annotated music specification for reproducible MIR research, 2014):
/// one annotation of the namespace note_midi, velocities in its sandbox.
std::string jams_text(const Notes& notes, const NoteFileFacts& facts);

/// Columns are found by the names in the first line and may stand in any order, others are skipped: onset_s
/// or onset; duration_s or duration, or else offset_s or offset; midi or pitch (a number, which may lie
/// between two semitones), or else hz; velocity, 64 where there is none; track, stem or instrument;
/// program (1..128, 0: none). Throws Error(kInput) with `file` and
/// the line.
Notes parse_csv(std::string_view text, std::string_view file);

/// The notes of the first annotation of the namespace note_midi or note_hz. Throws Error(kInput).
Notes parse_jams(std::string_view text, std::string_view file);

/// The notes of a file, sorted. Throws Error(kInput) where it cannot be read or is not what its name says,
/// InvalidInput as note_format() does.
Notes read_notes(const std::filesystem::path& path);

}  // namespace divisi
