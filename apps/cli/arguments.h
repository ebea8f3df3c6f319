// SPDX-License-Identifier: Apache-2.0
// What was asked for on the command line.
#pragma once

#include "divisi/pipeline/settings.h"

#include <string>
#include <vector>

namespace divisi::cli {

struct Arguments {
  std::string command;  ///< "separate", "factorize", "learn", "transcribe", "evaluate", "studio", "doctor";
                        ///< empty where only `text` is to be shown
  std::string text;     ///< help or version, to be printed
  std::vector<std::string> inputs;
  Settings settings;
  std::string output;     ///< empty: the command's default
  std::string reference;  ///< evaluate: folder of true stems
  std::string estimate;   ///< evaluate: folder of estimated ones, or file of estimated notes
  std::string notes;      ///< evaluate: file of true notes
  std::string progress = "auto";
  int port = 0;             ///< studio: 0 is any that is free
  bool no_browser = false;  ///< studio
  bool oracle = false;
  bool csv = false;
  bool json = false;
  bool quiet = false;
  bool force = false;
  bool fail_fast = false;
};

/// Throws InvalidInput for what no command takes.
Arguments parse(int argc, const char* const* argv);

/// The screen of `divisi COMMAND --help`, or of `divisi --help` for "".
std::string help_text(const std::string& command);

}  // namespace divisi::cli
