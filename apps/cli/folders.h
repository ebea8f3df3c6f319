// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/core/error.h"

#include <filesystem>

namespace divisi::cli {

/// Where temporary files go: TMPDIR, or /tmp. Throws Error(kOutput) where that is no folder.
inline std::filesystem::path temporary_folder() {
  std::error_code error;
  auto folder = std::filesystem::temp_directory_path(error);
  if (error) throw Error(Fault::kOutput, "TMPDIR", "a folder for temporary files", error.message());
  return folder;
}

}  // namespace divisi::cli
