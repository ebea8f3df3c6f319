// SPDX-License-Identifier: Apache-2.0
#include "divisi/store/output_set.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX's, for kill()
#include <system_error>
#include <unistd.h>

namespace divisi {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".divisi-part";

Error not_writable(const fs::path& path, const std::string& reason) {
  return {Fault::kOutput, path.string(), "a place that can be written", reason};
}

// ".3.wav.1234.divisi-part", with the process's number.
fs::path aside_name(const fs::path& path, long process) {
  return path.parent_path() /
         ("." + path.filename().string() + "." + std::to_string(process) + std::string(kSuffix));
}

void remove_left_behind(const fs::path& path) {
  const std::string begin = "." + path.filename().string() + ".";
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path.parent_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(begin) || !OutputSet::is_aside(name)) continue;
    const std::string number = name.substr(begin.size(), name.size() - begin.size() - kSuffix.size());
    if (number.find_first_not_of("0123456789") != std::string::npos) continue;
    const bool alive =
        ::kill(static_cast<pid_t>(std::strtol(number.c_str(), nullptr, 10)), 0) == 0 || errno != ESRCH;
    if (!alive) fs::remove(entry.path(), ignored);
  }
}

// The folders above `path` that do not exist yet, outermost first.
std::vector<fs::path> missing_folders(const fs::path& folder) {
  std::vector<fs::path> missing;
  std::error_code ignored;
  for (fs::path p = folder; !p.empty() && !fs::exists(p, ignored); p = p.parent_path()) missing.push_back(p);
  std::ranges::reverse(missing);
  return missing;
}

}  // namespace

OutputSet::~OutputSet() {
  std::error_code ignored;
  for (const File& file : files_) fs::remove(file.aside, ignored);
  for (auto folder = made_folders_.rbegin(); folder != made_folders_.rend(); ++folder)
    fs::remove(*folder, ignored);
}

bool OutputSet::is_aside(std::string_view file_name) {
  return file_name.starts_with('.') && file_name.ends_with(kSuffix);
}

fs::path OutputSet::aside(const fs::path& path) {
  const fs::path folder = path.parent_path();
  for (const fs::path& missing : missing_folders(folder)) {
    std::error_code error;
    fs::create_directory(missing, error);
    if (error) throw not_writable(missing, error.message());
    made_folders_.push_back(missing);
  }
  std::error_code ignored;
  if (!folder.empty() && !fs::is_directory(folder, ignored)) {
    throw not_writable(folder, "a file where a folder is needed");
  }
  if (fs::is_directory(path, ignored)) throw not_writable(path, "a folder where a file is needed");
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0) {
    throw not_writable(folder, std::generic_category().message(errno));
  }
  remove_left_behind(path);
  files_.push_back({aside_name(path, ::getpid()), path});
  return files_.back().aside;
}

void OutputSet::drop(const fs::path& path) {
  const auto file = std::ranges::find(files_, path, &File::path);
  if (file == files_.end()) return;
  std::error_code ignored;
  fs::remove(file->aside, ignored);
  files_.erase(file);
}

void OutputSet::commit() {
  std::error_code error;
  for (const File& file : files_) {
    fs::rename(file.aside, file.path, error);
    if (error) throw not_writable(file.path, error.message());
  }
  files_.clear();
  made_folders_.clear();
}

void write_text(const fs::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) throw not_writable(path, std::generic_category().message(errno));
}

}  // namespace divisi
