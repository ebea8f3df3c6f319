// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/ffmpeg.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace divisi {
namespace {

// The input is named by its open file: no name of a user's can be mistaken for an option or a protocol. The
// output is CAF since it has no limit of 4 GiB and keeps the channels' places; libsndfile 1.2 takes the
// floats in ffmpeg's W64 for integers.
constexpr std::array kCommand{"ffmpeg",
                              "-nostdin",
                              "-v",
                              "error",
                              "-protocol_whitelist",
                              "file,pipe",
                              "-i",
                              "file:/dev/stdin",
                              "-map",
                              "0:a:0",
                              "-f",
                              "caf",
                              "-c:a",
                              "pcm_f32le",
                              "-y",
                              "file:/dev/stdout"};

// Starts ffmpeg and returns its process, or 0 where there is no such program.
pid_t start(const Descriptor& input, const Descriptor& output, const Descriptor& complaints) {
  std::array<char*, kCommand.size() + 1> arguments{};
  for (std::size_t i = 0; i < kCommand.size(); ++i) arguments[i] = const_cast<char*>(kCommand[i]);
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, complaints.get(), STDERR_FILENO);
  pid_t process = 0;
  const int code = ::posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (code == ENOENT || code == EACCES) return 0;
  if (code != 0) {
    throw Error(Fault::kInput, input.name(), "ffmpeg to start", std::generic_category().message(code));
  }
  return process;
}

// Waits for the end of `process`; nothing where `observer` cancels, which ends it.
std::optional<int> wait(pid_t process, const Observer& observer) {
  const timespec pause{.tv_sec = 0, .tv_nsec = 20'000'000};
  int status = 0;
  while (::waitpid(process, &status, WNOHANG) == 0) {
    if (!keep_going(observer, {.stage = "read", .cost = {}})) {
      ::kill(process, SIGKILL);
      ::waitpid(process, &status, 0);
      return {};
    }
    ::nanosleep(&pause, nullptr);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

// The first line without the addresses ("[mov @ 0x55d0c8] ") and names that only ffmpeg knows.
std::string first_line(const Descriptor& complaints) {
  std::array<char, 1000> text{};
  const std::size_t size = complaints.read_at(std::as_writable_bytes(std::span(text)), 0);
  std::string line(text.data(), size);
  line = line.substr(0, line.find_first_of("\r\n"));
  if (const auto end = line.find("] "); line.starts_with('[') && end != std::string::npos)
    line.erase(0, end + 2);
  constexpr std::string_view kInput = "file:/dev/stdin: ";
  if (line.starts_with(kInput)) line.erase(0, kInput.size());
  return one_line(line);
}

}  // namespace

std::optional<Decoded> decode_with_ffmpeg(const Descriptor& input, const std::filesystem::path& folder,
                                          const Observer& observer) {
  Descriptor output = Descriptor::temporary(folder);
  const Descriptor complaints = Descriptor::temporary(folder);
  const pid_t process = start(input, output, complaints);
  if (process == 0) {
    throw Error(Fault::kInput, input.name(),
                "an audio file that libsndfile reads (WAV, FLAC, Ogg, MP3, AIFF, ...)",
                "another format, which needs the program ffmpeg, and there is none in PATH");
  }
  const auto status = wait(process, observer);
  if (!status) return {};
  std::string complaint = first_line(complaints);
  if (*status != 0) {
    if (complaint.find("matches no streams") != std::string::npos) complaint = "no audio stream in it";
    throw Error(Fault::kInput, input.name(), "an audio file that libsndfile or ffmpeg reads",
                "one that ffmpeg refuses too: " + (complaint.empty() ? "it gives no reason" : complaint));
  }
  output.set_name(input.name());
  return Decoded{std::move(output), complaint};
}

}  // namespace divisi
