// SPDX-License-Identifier: Apache-2.0
// The local web studio: a page in the browser, the work here.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace divisi::studio {

struct Options {
  std::filesystem::path recording;         ///< or project, opened at once; empty: the page asks for one
  std::filesystem::path output;            ///< where exports go
  std::filesystem::path temporary_folder;  ///< for what is dropped, below it in a folder of its own
  int port = 0;                            ///< 0: any that is free
};

/// Serves until `stop` says true. `ready` is told the address, once there. Throws Error(kUsage) where the
/// port is taken, Error(kOutput) where the temporary folder cannot be written.
void serve(const Options& options, const std::function<void(const std::string&)>& ready,
           const std::function<bool()>& stop);

}  // namespace divisi::studio
