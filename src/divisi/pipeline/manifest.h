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
  std::string kind;            ///< "stem", "residual", "report", "factors"
  std::string stem;            ///< the stem's name; else ""
  std::filesystem::path file;  ///< below the output folder
  std::optional<FileLevel> level;
};

/// The manifest of a finished track. `input`: its name; `outputs`: with the files still `aside`, whose sizes
/// it takes.
Json make_manifest(const std::string& input, const std::string& sha256, const AudioFacts& facts,
                   const Separation& separation, const Settings& settings,
                   const std::vector<OutputFile>& outputs, const std::vector<std::filesystem::path>& aside,
                   const std::vector<std::string>& warnings);

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
