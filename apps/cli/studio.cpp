// SPDX-License-Identifier: Apache-2.0
#include "studio.h"

#include "commands.h"
#include "exit_code.h"
#include "folders.h"
#include "terminal.h"

#include <array>
#include <cstdio>
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

namespace divisi::cli {
namespace {

// Where there is no desktop nothing happens: the address has been printed.
void open_browser(std::string address) {
  std::string program = "xdg-open";
  std::array<char*, 3> words{program.data(), address.data(), nullptr};
  posix_spawn_file_actions_t quiet{};
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  posix_spawnp(&child, program.c_str(), &quiet, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&quiet);
}

}  // namespace

int studio_command(const Arguments& arguments) {
  const std::string recording = arguments.inputs.empty() ? "" : arguments.inputs.front();
  if (!recording.empty() && !std::filesystem::is_regular_file(recording)) {
    throw Error(Fault::kInput, recording, "a recording", "no such file");
  }
  studio::serve(
      {.recording = recording,
       .output = arguments.output.empty() ? "separated" : arguments.output,
       .temporary_folder = temporary_folder(),
       .port = arguments.port},
      [&](const std::string& address) {
        std::puts(address.c_str());
        std::fflush(stdout);
        if (!arguments.no_browser) open_browser(address);
      },
      interrupted);
  return kAllDone;
}

}  // namespace divisi::cli
