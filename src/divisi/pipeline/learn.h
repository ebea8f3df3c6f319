// SPDX-License-Identifier: Apache-2.0
// Dictionaries from recordings: for each named source the shapes that its files are made of.
#pragma once

#include "divisi/core/observer.h"
#include "divisi/pipeline/dictionary.h"

#include <filesystem>
#include <string>
#include <vector>

namespace divisi {

/// A source and the recordings of it alone.
struct SourceFiles {
  std::string name;
  std::vector<std::filesystem::path> files;
};

/// From "NAME=FILE,FILE…" as on a command line: a name that comes again adds files, a file may be a pattern
/// such as hits/*.wav (in the order of their names), and a file whose own name has commas is one file. Throws
/// InvalidInput for what is no NAME=FILE, for names that stems cannot have and for patterns that nothing
/// fits.
std::vector<SourceFiles> parse_sources(const std::vector<std::string>& arguments);

struct LearnJob {
  std::vector<SourceFiles> sources;
  std::filesystem::path output;            ///< a .npz file
  std::filesystem::path temporary_folder;  ///< for what ffmpeg decodes
  Settings settings;
};

struct LearnedSource {
  std::string name;
  int components = 0;
  std::size_t files = 0;
  double sounding_s = 0.0;  ///< of them, without their silence
};

struct LearnResult {
  bool cancelled = false;
  std::vector<LearnedSource> sources;
  Settings settings;     ///< with everything chosen
  double seconds = 0.0;  ///< of the iterations alone
};

/// Writes the dictionary of `job`. Files of several rates are looked at at the lowest of them, channels
/// together; frames that are 60 dB below a file's loudest are left out. Throws InvalidInput for settings that
/// no dictionary can have and for more components than there are frames; Error(kInput) for a file that cannot
/// be read and for a source that is silence only; Error(kOutput) where the dictionary cannot be written.
LearnResult learn(const LearnJob& job, const Observer& observer = {});

}  // namespace divisi
