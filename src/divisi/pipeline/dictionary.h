// SPDX-License-Identifier: Apache-2.0
// What `learn` finds and `separate --dictionary` uses: the shapes of named sources, and how they were looked
// at.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/grouping.h"
#include "divisi/pipeline/settings.h"

#include <filesystem>
#include <string>
#include <vector>

namespace divisi {

/// The stem of the components that are not the dictionary's.
inline constexpr const char* kRest = "rest";

/// One source of a dictionary.
struct DictionarySource {
  std::string name;
  int components = 0;
  std::vector<std::string> files;  ///< that it was learned from, without their folders
};

/// Named sources and their shapes.
struct Dictionary {
  Matrix W;               ///< bins × (T·K), the sources' components in their order, as in Factors
  Index time_shifts = 1;  ///< T
  std::vector<DictionarySource> sources;
  Settings analysis;  ///< the parameters of kAnalysis, all of them chosen

  [[nodiscard]] int components() const;  ///< K
};

/// The bins of V under `analysis`, whose rate, frame and axis are chosen.
Index bins_of(const Settings& analysis);

/// Throws InvalidInput for source names that stems cannot have.
void check_source_names(const std::vector<std::string>& names);

/// Throws Error(kOutput) where the file cannot be written whole.
void write_dictionary(const std::filesystem::path& path, const Dictionary& dictionary);

/// Throws Error(kInput) for a file that learn did not write, or whose parts do not fit each other.
Dictionary read_dictionary(const std::filesystem::path& path);

/// `settings` with what --dictionary decides: how the recording is looked at, components, stems and their
/// names; unchanged without one. Throws InvalidInput where a flag says otherwise, and for --free and --adapt
/// without a dictionary; Error(kInput) as read_dictionary does.
Settings with_dictionary(const Settings& settings);

/// Each source's components, and those that are free as the last one; `settings` is resolved.
Grouping group_by_dictionary(const Settings& settings);

}  // namespace divisi
