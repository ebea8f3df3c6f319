// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/transcribe.h"

#include "divisi/core/text.h"
#include "divisi/pipeline/track.h"

#include "commands.h"
#include "exit_code.h"
#include "folders.h"
#include "terminal.h"

#include <cstdio>

namespace divisi::cli {
namespace {

Json result_json(const TranscribeJob& job, const TranscribeResult& result) {
  Json notes = Json::array();
  for (const Note& note : result.notes) {
    notes.push(Json::object()
                   .set("onset_s", note.onset_s)
                   .set("duration_s", note.duration_s)
                   .set("midi", note.midi)
                   .set("name", pitch_name(note.midi))
                   .set("hz", note.hz)
                   .set("velocity", note.velocity));
  }
  Json files = Json::array();
  for (const auto& file : result.files) files.push(file.string());
  return Json::object()
      .set("input", job.input.string())
      .set("notes", std::move(notes))
      .set("tuning_hz", result.tuning_hz)
      .set("seconds", result.seconds)
      .set("warnings", Json(result.warnings))
      .set("files", std::move(files));
}

void print_result(const TranscribeJob& job, const TranscribeResult& result) {
  std::printf("%s: %zu notes, A4 = %s Hz\n", job.input.c_str(), result.notes.size(),
              to_fixed(result.tuning_hz, 1).c_str());
  if (!result.notes.empty())
    std::printf("  %9s %9s  %-4s %8s %8s\n", "onset s", "lasts s", "note", "Hz", "velocity");
  for (const Note& note : result.notes) {
    std::printf("  %9s %9s  %-4s %8s %8d\n", to_fixed(note.onset_s, 3).c_str(),
                to_fixed(note.duration_s, 3).c_str(), pitch_name(note.midi).c_str(),
                to_fixed(note.hz, 1).c_str(), note.velocity);
  }
  for (const auto& file : result.files) std::printf("  %s\n", file.c_str());
}

}  // namespace

int transcribe_command(const Arguments& arguments) {
  if (arguments.output == "-") throw InvalidInput("output", "a file", "-");
  const std::string input = arguments.inputs.front();
  const TranscribeJob job{.input = input,
                          .output = arguments.output.empty() ? track_name(input) + ".mid" : arguments.output,
                          .temporary_folder = temporary_folder(),
                          .settings = arguments.settings,
                          .replace = arguments.force,
                          .replace_notes = !arguments.output.empty()};
  ProgressDisplay display(arguments.quiet ? "none" : arguments.progress);
  const TranscribeResult result = transcribe_file(job, display.observer(track_name(input)));
  display.clear();
  if (result.cancelled) return kInterrupted;
  for (const auto& warning : result.warnings) print_warning(input + ": " + warning);
  if (arguments.json) {
    std::puts(result_json(job, result).dump().c_str());
  } else if (!arguments.quiet) {
    print_result(job, result);
  }
  return kAllDone;
}

}  // namespace divisi::cli
