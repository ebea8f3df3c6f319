// SPDX-License-Identifier: Apache-2.0
// Scores of estimated stems against true ones, folder against folder, and of the best that a mask could do.
#pragma once

#include "divisi/core/observer.h"
#include "divisi/metric/score.h"
#include "divisi/pipeline/settings.h"

#include <filesystem>
#include <string>
#include <vector>

namespace divisi {

/// A sound in a file and the name that it goes by.
struct NamedFile {
  std::string name;
  std::filesystem::path path;
};

/// The true stems of one track and, unless they are to be made, the estimated ones.
struct EvaluationJob {
  std::string name;
  std::vector<NamedFile> references;
  std::vector<NamedFile> estimates;
};

/// One source of a track: whole file, or medians over windows.
struct EvaluatedSource {
  std::string reference;
  std::string estimate;
  SourceScore score;
};

struct TrackScores {
  std::string name;
  std::vector<EvaluatedSource> sources;           ///< in the order of the references
  std::vector<std::vector<SourceScore>> windows;  ///< of each source, where it was scored in windows
  bool cancelled = false;
};

/// The tracks below two folders. A folder with audio in it is one track; else each of its folders is one.
/// Estimates are the stems that a manifest.json names, else all audio files but "residual"; references all
/// but "mix", "mixture" and "residual". Throws Error(kInput) for folders that are missing, empty, or hold
/// different tracks, and for a track with more or fewer estimates than references. `estimate` empty:
/// references only.
std::vector<EvaluationJob> evaluation_jobs(const std::filesystem::path& reference,
                                           const std::filesystem::path& estimate);

/// Scores one track by settings.metric, in windows where settings.score_window_s is given. Estimates are
/// paired with references by name where all names are the same, else by the best permutation. Throws
/// Error(kInput) for files that cannot be read, InvalidInput for files that do not fit each other.
TrackScores evaluate_track(const EvaluationJob& job, const Settings& settings, const Observer& observer = {});

/// One way to estimate the stems with their help, and its scores.
struct Oracle {
  std::string name;  ///< "mix", "irm1", "irm2", "ibm"
  TrackScores scores;
};

/// Scores the untouched mixture (the sum of the references), ideal ratio masks |S|^a / Σ|S|^a for a = 1 and
/// 2, and the ideal binary mask (Vincent, Gribonval & Plumbley, Oracle estimators for the benchmarking of
/// source separation algorithms, 2007), on the STFT of settings.fft and settings.hop, of each channel.
/// Between the mixture and these stands whatever a mask can do. `temporary_folder` takes the estimates while
/// they are scored.
std::vector<Oracle> evaluate_oracles(const EvaluationJob& job, const Settings& settings,
                                     const std::filesystem::path& temporary_folder,
                                     const Observer& observer = {});

/// The mean of each ratio over the sources in which it is defined and finite.
SourceScore mean_score(const std::vector<EvaluatedSource>& sources);

}  // namespace divisi
