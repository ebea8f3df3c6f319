// SPDX-License-Identifier: Apache-2.0
// One recording from file to files: what `divisi separate` does for each of its arguments.
#pragma once

#include "divisi/core/json.h"
#include "divisi/core/observer.h"
#include "divisi/pipeline/settings.h"

#include <filesystem>
#include <string>
#include <vector>

namespace divisi {

struct TrackJob {
  std::filesystem::path input;             ///< "-": standard input
  std::string track;                       ///< the name that {track} stands for
  std::filesystem::path output;            ///< the folder below which --name puts the files
  std::filesystem::path temporary_folder;  ///< for standard input and for what ffmpeg decodes
  Settings settings;
  bool force = false;  ///< redo what is up to date, and replace files of another origin
  std::vector<std::filesystem::path> recordings = {};  ///< of the whole batch: never replaced or removed
};

enum class TrackStatus { kDone, kSkipped, kCancelled };

struct TrackResult {
  TrackStatus status = TrackStatus::kDone;
  Json manifest;                             ///< null where it was cancelled
  std::vector<std::string> warnings;         ///< a sentence each
  std::vector<std::filesystem::path> files;  ///< that are there now
  double seconds = 0.0;                      ///< of the iterations alone
};

/// Every file that the job may write: known before the work. Throws InvalidInput as separate() does.
std::vector<std::filesystem::path> planned_outputs(const TrackJob& job);

/// Separates one file. Its outputs appear together when all are whole; a run whose manifest matches is
/// skipped; an error or the observer's false leaves what was there before. A recording is never replaced, nor
/// is a file that no run of divisi has written. Throws Error for what the user can mend.
TrackResult separate_track(const TrackJob& job, const Observer& observer = {});

/// The one stem that is selected, as a WAV file at `path` (no residual, no report). Throws as separate_track.
TrackResult separate_to_stem(const TrackJob& job, const std::filesystem::path& path,
                             const Observer& observer = {});

/// The name that {track} stands for: the file's name without its end, "stdin" for "-".
std::string track_name(const std::filesystem::path& input);

/// The template of --name with its parts filled in. Throws InvalidInput where it lacks {stem} or {ext}, names
/// something unknown, or leaves the output folder.
std::filesystem::path output_name(const std::string& name_template, const std::string& track,
                                  const std::string& stem, const std::string& ext);

}  // namespace divisi
