// SPDX-License-Identifier: Apache-2.0
// From a recording to its notes: audio → spectrograms → activations of harmonic combs → notes → file.
#pragma once

#include "divisi/audio/format.h"
#include "divisi/core/audio.h"
#include "divisi/core/observer.h"
#include "divisi/notes/note.h"
#include "divisi/pipeline/settings.h"

#include <filesystem>
#include <string>
#include <vector>

namespace divisi {

struct Transcription {
  Notes notes;               ///< sorted, from the start of what was read
  double tuning_hz = 440.0;  ///< of A4, as the recording has it: one of ten, 10 cents apart
  bool cancelled = false;
  double seconds = 0.0;  ///< of the iterations alone
};

/// The notes of a recording by NMF with the Kullback–Leibler divergence of two magnitude spectrograms, a long
/// window's and a short one's. W holds combs and noise shapes (notes/harmonic.h) and stays as it is, only H
/// is found; notes/events.h makes notes of it. The combs' tuning is the one with which a sample of the frames
/// is explained best. Cancelled by the observer: nothing but that. Throws InvalidInput where the settings do
/// not fit the recording.
Transcription transcribe(AudioSource& recording, const Settings& settings, const Observer& observer = {});

struct TranscribeJob {
  std::filesystem::path input;             ///< "-": standard input
  std::filesystem::path output;            ///< .mid, .jams or .csv
  std::filesystem::path temporary_folder;  ///< for standard input and for what ffmpeg decodes
  Settings settings;
  bool replace = false;        ///< files that are already there
  bool replace_notes = false;  ///< `output` only: somebody has named it
};

struct TranscribeResult {
  bool cancelled = false;
  Notes notes;               ///< times from the start of the file, whatever the stretch that was read
  double tuning_hz = 440.0;  ///< of A4
  double seconds = 0.0;
  std::vector<std::string> warnings;         ///< a sentence each
  std::vector<std::filesystem::path> files;  ///< that were written: the notes, the report
};

/// Transcribes one file. What it writes appears when all is whole; an error or the observer's false leaves
/// what was there before. The recording is never replaced. Throws Error for what the user can mend.
TranscribeResult transcribe_file(const TranscribeJob& job, const Observer& observer = {});

}  // namespace divisi
