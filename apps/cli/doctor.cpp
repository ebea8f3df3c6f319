// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/backends.h"
#include "divisi/compute/backends.h"
#include "divisi/core/json.h"
#include "divisi/core/version.h"

#include "commands.h"
#include "exit_code.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace divisi::cli {
namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

}  // namespace

int doctor_command(const Arguments& arguments) {
  std::error_code error;
  const auto temporary = std::filesystem::temp_directory_path(error);
  const std::vector<std::pair<const char*, std::string>> facts{
      {"divisi", std::string(version())},
      {"compiler", __VERSION__},
      {"processor", processor()},
      {"threads", std::to_string(available_threads())},
      {"fft", fft_backend()},
      {"linear_algebra", linalg_backend()},
      {"audio_files", audio_backend()},
      {"resampling", resampling_backend()},
      {"ffmpeg", ffmpeg_version()},
      {"temporary_folder", error ? "none: " + error.message() : temporary.string()},
  };
  if (arguments.json) {
    Json json = Json::object();
    for (const auto& [name, value] : facts) json.set(name, value);
    std::puts(json.dump().c_str());
    return kAllDone;
  }
  for (const auto& [name, value] : facts) std::printf("%-18s %s\n", name, value.c_str());
  return kAllDone;
}

}  // namespace divisi::cli
