// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/text.h"
#include "divisi/pipeline/project.h"
#include "divisi/pipeline/track.h"

#include "commands.h"
#include "exit_code.h"
#include "folders.h"
#include "terminal.h"

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <unistd.h>

namespace divisi::cli {
namespace {

namespace fs = std::filesystem;

// One of a batch, and what was wrong with it before any work.
struct Input {
  TrackJob job;
  std::optional<Error> fault = {};
};

// The recording of a project that `job` names, taken apart as it says; flags beside it win.
void take_project(TrackJob& job) {
  const std::string name = job.input.string();
  const Project project = read_project(job.input);
  check_recording(project, name);
  job.input = project.audio;
  job.settings = with_flags(project_settings(project), job.settings);
  job.recordings.push_back(project.audio);
}

// The files that an input may write; a project that is none has none, and its fault is told in its turn.
std::vector<fs::path> outputs_of(Input& input) {
  if (!is_project(input.job.input)) return planned_outputs(input.job);
  const TrackJob given = input.job;
  try {
    take_project(input.job);
    return planned_outputs(input.job);
  } catch (const Error& error) {
    input = {given, error};
    return {};
  }
}

std::vector<Input> inputs_of(const Arguments& arguments) {
  std::vector<Input> inputs;
  inputs.reserve(arguments.inputs.size());
  std::map<fs::path, std::string> taken;
  for (const auto& name : arguments.inputs) {
    Input input{.job = {.input = name,
                        .track = track_name(name),
                        .output = arguments.output.empty() ? "separated" : arguments.output,
                        .temporary_folder = temporary_folder(),
                        .settings = arguments.settings,
                        .force = arguments.force,
                        .recordings = {arguments.inputs.begin(), arguments.inputs.end()}}};
    for (const fs::path& place : outputs_of(input)) {
      const auto [other, is_new] = taken.emplace(place.lexically_normal(), name);
      if (is_new) continue;
      throw InvalidInput("separate", "recordings whose results have different places",
                         "'" + other->second + "' and '" + name + "' for " + place.string());
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

// "1-3, 7" for 1, 2, 3, 7.
std::string ranges(const std::vector<int>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    text += (text.empty() ? "" : ", ") + std::to_string(numbers[i]);
    if (last > i) text += (last > i + 1 ? "-" : ", ") + std::to_string(numbers[last]);
    i = last + 1;
  }
  return text;
}

void print_summary(const TrackJob& job, const TrackResult& result) {
  if (result.status == TrackStatus::kSkipped) {
    std::printf("%s: up to date (--force redoes it)\n", job.input.c_str());
    return;
  }
  std::printf("%s\n", job.input.c_str());
  const auto sources = result.manifest.at("sources").elements();
  for (const Json& file : result.manifest.at("outputs").elements()) {
    const auto stem = file.at("stem").text();
    std::string note;
    for (const Json& source : sources) {
      if (!stem || source.at("name").text() != stem) continue;
      std::vector<int> components;
      for (const Json& component : source.at("components").elements())
        components.push_back(static_cast<int>(*component.number()));
      note = "components " + ranges(components);
    }
    if (const auto peak = file.at("peak_dbfs").number())
      note += (note.empty() ? "" : "; ") + ("peak " + to_fixed(*peak, 1) + " dBFS");
    const std::string path = (job.output / file.at("file").text().value_or("")).string();
    std::printf(note.empty() ? "  %s\n" : "  %-36s  %s\n", path.c_str(), note.c_str());
  }
}

Json track_json(const TrackJob& job, const TrackResult& result) {
  Json files = Json::array();
  for (const auto& file : result.files) files.push(file.string());
  return Json::object()
      .set("input", job.input.string())
      .set("status", result.status == TrackStatus::kSkipped ? "skipped" : "done")
      .set("seconds", result.status == TrackStatus::kSkipped ? Json() : Json(result.seconds))
      .set("files", std::move(files))
      .set("manifest", result.manifest);
}

// A batch and what came of it.
struct Batch {
  const Arguments& arguments;
  Json tracks = Json::array();
  int failed = 0;
  int first_failure = kAllDone;

  // Whether to go on.
  bool run(const Input& input, ProgressDisplay& display) {
    const TrackJob& job = input.job;
    if (input.fault) return fail(job, *input.fault, display);
    try {
      const TrackResult result = separate_track(job, display.observer(job.track));
      display.clear();
      if (result.status == TrackStatus::kCancelled) return false;
      for (const auto& warning : result.warnings) print_warning(job.input.string() + ": " + warning);
      if (arguments.json) tracks.push(track_json(job, result));
      if (!arguments.json && !arguments.quiet) print_summary(job, result);
      return true;
    } catch (const Error& error) {
      return fail(job, error, display);
    } catch (const fs::filesystem_error& error) {
      return fail(
          job,
          Error(Fault::kOutput, error.path1().string(), "a place that can be used", error.code().message()),
          display);
    } catch (const std::bad_alloc&) {
      return fail(job,
                  Error(Fault::kMemory, job.input.string(), "enough memory for the recording",
                        "less (--start and --end take a stretch of it)"),
                  display);
    }
  }

  bool fail(const TrackJob& job, const Error& error, ProgressDisplay& display) {
    display.clear();
    const bool names_file = std::string_view(error.what()).find(job.input.string()) != std::string_view::npos;
    print_error(names_file ? error.what() : job.input.string() + ": " + error.what());
    if (arguments.json) {
      tracks.push(Json::object()
                      .set("input", job.input.string())
                      .set("status", "failed")
                      .set("error", error_json(error)));
    }
    if (failed++ == 0) first_failure = exit_code(error.fault());
    return !arguments.fail_fast;
  }
};

// A folder of this process alone, which goes with it.
class PrivateFolder {
 public:
  PrivateFolder() : path_((temporary_folder() / "divisi-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) {
      throw Error(Fault::kOutput, path_, "a temporary folder", std::generic_category().message(errno));
    }
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] fs::path path() const { return path_; }

 private:
  std::string path_;
};

// What makes no sense where one stem goes to standard output.
void check_standard_output(const Arguments& arguments) {
  const auto refuse = [](const char* flag, const char* expected, const std::string& got) {
    throw InvalidInput(flag, expected, got);
  };
  if (arguments.inputs.size() != 1) {
    refuse("output", "one recording where - is standard output", std::to_string(arguments.inputs.size()));
  }
  if (arguments.json) refuse("json", "standard output for itself", "-o -");
  if (arguments.force || arguments.settings.factors) {
    refuse("output", "a folder where --force or --factors is given", "-");
  }
  if (arguments.settings.format != Container::kWav) refuse("format", "wav on standard output", "another");
  if (isatty(STDOUT_FILENO) != 0) refuse("output", "a file or a pipe as standard output", "a terminal");
}

bool copy_to_standard_output(const fs::path& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) return false;
  std::vector<char> block(1 << 16);
  for (std::size_t count = 0; (count = std::fread(block.data(), 1, block.size(), file.get())) > 0;) {
    if (std::fwrite(block.data(), 1, count, stdout) != count || interrupted()) return false;
  }
  return std::fflush(stdout) == 0;
}

int to_standard_output(const Arguments& arguments) {
  check_standard_output(arguments);
  const PrivateFolder folder;
  ProgressDisplay display(arguments.quiet ? "none" : arguments.progress);
  const TrackJob job{.input = arguments.inputs.front(),
                     .track = track_name(arguments.inputs.front()),
                     .output = "-",
                     .temporary_folder = temporary_folder(),
                     .settings = arguments.settings};
  const fs::path path = folder.path() / "stem.wav";
  const TrackResult result = separate_to_stem(job, path, display.observer(job.track));
  display.clear();
  if (result.status == TrackStatus::kCancelled) return kInterrupted;
  for (const auto& warning : result.warnings) print_warning(job.input.string() + ": " + warning);
  const bool whole = copy_to_standard_output(path);
  if (interrupted()) return kInterrupted;
  if (!whole) {
    throw Error(Fault::kOutput, "standard output", "a reader of the whole stem", "one that went away");
  }
  return kAllDone;
}

}  // namespace

int separate_command(const Arguments& arguments) {
  if (arguments.output == "-") return to_standard_output(arguments);
  const auto inputs = inputs_of(arguments);
  ProgressDisplay display(arguments.quiet ? "none" : arguments.progress);
  Batch batch{.arguments = arguments};
  for (const Input& input : inputs) {
    if (interrupted() || !batch.run(input, display)) break;
  }
  if (arguments.json) {
    Json json = Json::object().set("tracks", batch.tracks);
    if (inputs.size() == 1 && batch.failed == 1)
      json.set("error", batch.tracks.elements().front().at("error"));
    std::puts(json.dump().c_str());
  }
  if (interrupted()) return kInterrupted;
  const bool all_failed = batch.failed == static_cast<int>(inputs.size());
  return batch.failed == 0 ? kAllDone : all_failed ? batch.first_failure : static_cast<int>(kSomeFailed);
}

}  // namespace divisi::cli
