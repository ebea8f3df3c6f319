// SPDX-License-Identifier: Apache-2.0
// manifest.json: what was read, what was decided, what was written.
#pragma once

#include "divisi/audio/format.h"
#include "divisi/core/json.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/stem_files.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace divisi {

/// One file that a track wrote.
struct OutputFile {
  std::string kind;             ///< "stem", "residual", "report", "factors"
  std::string stem;             ///< the stem's name; else ""
  std::filesystem::path file;   ///< below the output folder
  std::filesystem::path aside;  ///< where it is until the track is finished
  std::optional<FileLevel> level;
};

/// A track that is finished but for its manifest.
struct FinishedTrack {
  std::string input;   ///< the recording's name
  std::string sha256;  ///< and digest
  const AudioFacts& facts;
  const Separation& separation;
  const Settings& settings;
  const std::vector<OutputFile>& outputs;  ///< still aside, where their sizes are read
  const std::vector<std::string>& warnings;
};

/// What manifest.json says of it.
Json make_manifest(const FinishedTrack& track);

/// The parameters in force, by name.
Json parameters_json(const Settings& settings, int rate_hz);

/// Whether `manifest` says that this version made this input with these settings (and these contents of the
/// files that they name), and its files below `output` are still there in full.
bool is_up_to_date(const Json& manifest, const std::string& sha256, const Settings& settings,
                   const std::filesystem::path& output);

/// The manifest in a file, or nothing where there is none that can be read.
std::optional<Json> read_manifest(const std::filesystem::path& path);

/// The level in dB of full scale; nothing for silence.
std::optional<double> to_dbfs(double peak);

}  // namespace divisi
