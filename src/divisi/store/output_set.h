// SPDX-License-Identifier: Apache-2.0
// Files that appear together, whole, or not at all.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace divisi {

/// Files of one job are written aside, under names that begin with a dot beside their final ones, and take
/// their names when all are complete. Whatever ends the job before that (an exception, a signal that cancels)
/// leaves what was there.
class OutputSet {
 public:
  OutputSet() = default;
  OutputSet(const OutputSet&) = delete;
  OutputSet& operator=(const OutputSet&) = delete;
  ~OutputSet();  ///< removes what was not committed

  /// Where to write the file that shall become `path`. Makes its folder, and removes what a killed process
  /// left there for the same file. Throws Error(kOutput) where the folder cannot be made or written.
  std::filesystem::path aside(const std::filesystem::path& path);

  /// The file that was to become `path` is not wanted after all.
  void drop(const std::filesystem::path& path);

  /// Gives all files their names, in the order in which they were asked for. Throws Error(kOutput).
  void commit();

  /// Whether a file's name is one of those that aside() gives.
  static bool is_aside(std::string_view file_name);

 private:
  struct File {
    std::filesystem::path aside;
    std::filesystem::path path;
  };
  std::vector<File> files_;
  std::vector<std::filesystem::path> made_folders_;
};

/// Writes `text` to `path`. Throws Error(kOutput) where it does not fit there.
void write_text(const std::filesystem::path& path, std::string_view text);

}  // namespace divisi
