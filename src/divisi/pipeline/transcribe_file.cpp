// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/reader.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/core/version.h"
#include "divisi/notes/note_files.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/track.h"
#include "divisi/pipeline/transcribe.h"
#include "divisi/report/roll.h"
#include "divisi/store/output_set.h"

#include <algorithm>
#include <fstream>

namespace divisi {
namespace {

namespace fs = std::filesystem;

constexpr double kLoudest = 1e15;  // beyond it the squares of a spectrum leave float's range

fs::path report_path(const TranscribeJob& job) {
  return fs::path(job.output).replace_extension(".html");
}

// A page that an earlier run has written.
bool is_roll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(1024, '\0');
  file.read(head.data(), std::ssize(head));
  return head.find(kRollTitle) != std::string::npos;
}

void check_place(const TranscribeJob& job, const fs::path& path, bool replace) {
  std::error_code ignored;
  if (fs::equivalent(path, job.input, ignored))
    throw Error(Fault::kOutput, path.string(), "a place that is not the recording's", "the recording");
  if (!replace && fs::exists(path, ignored)) {
    throw Error(Fault::kOutput, path.string(), "a free place (-o FILE or --force replaces what is there)",
                "a file");
  }
}

std::string command_of(const TranscribeJob& job) {
  const std::string name = job.input.filename().string();
  std::string line =
      "divisi transcribe " + shell_quoted(name.starts_with('-') && name != "-" ? "./" + name : name);
  for (const Parameter& p : parameters()) {
    if ((p.commands & kTranscribe) == 0 || !shapes_result(p) || is_default(job.settings, p)) continue;
    const bool flag = std::holds_alternative<bool Settings::*>(p.field);
    line += " --" + std::string(p.name) + (flag ? "" : " " + shell_quoted(to_text(job.settings, p)));
  }
  return line + " -o " + shell_quoted(job.output.filename().string());
}

std::string report_of(const TranscribeJob& job, const TranscribeResult& result, double start_s,
                      double duration_s, int rate_hz) {
  RollPage page{.title = track_name(job.input),
                .facts = {{"Length", to_fixed(duration_s, 2) + " s"},
                          {"Rate", std::to_string(rate_hz) + " Hz"},
                          {"Tuning", "A4 = " + to_fixed(result.tuning_hz, 1) + " Hz"},
                          {"Notes", std::to_string(result.notes.size())}},
                .warnings = result.warnings,
                .start_s = start_s,
                .end_s = start_s + duration_s,
                .notes = {},
                .command = command_of(job),
                .version = std::string(version())};
  for (const Note& note : result.notes) {
    page.notes.push_back({.onset_s = note.onset_s,
                          .duration_s = note.duration_s,
                          .midi = note.midi,
                          .velocity = note.velocity,
                          .name = pitch_name(note.midi),
                          .hz = note.hz});
  }
  return render_roll(page);
}

}  // namespace

TranscribeResult transcribe_file(const TranscribeJob& job, const Observer& observer) {
  const NoteFormat format = note_format(job.output);
  check_place(job, job.output, job.replace || job.replace_notes);
  OutputSet outputs;
  const fs::path notes_aside = outputs.aside(job.output);  // told before the work, if it cannot be written
  fs::path report_aside;
  if (job.settings.note_report) {
    check_place(job, report_path(job), job.replace || is_roll(report_path(job)));
    report_aside = outputs.aside(report_path(job));
  }
  const double start_s = job.settings.start_s.value_or(0.0);
  const auto source = FileSource::open(job.input, {.start_s = start_s,
                                                   .end_s = job.settings.end_s,
                                                   .temporary_folder = job.temporary_folder,
                                                   .observer = observer});
  if (!source) return {.cancelled = true};
  const AudioFacts& facts = source->facts();
  if (facts.peak > kLoudest) {
    throw Error(Fault::kInput, job.input.string(),
                "samples up to " + to_text(kLoudest) + " (full scale is 1)", to_text(facts.peak));
  }
  Transcription found = transcribe(*source, job.settings, observer);
  if (found.cancelled) return {.cancelled = true};

  const double duration_s = static_cast<double>(facts.frames) / facts.rate_hz;
  TranscribeResult result{
      .notes = std::move(found.notes), .tuning_hz = found.tuning_hz, .seconds = found.seconds};
  for (Note& note : result.notes) {
    note.onset_s = std::min(note.onset_s, duration_s);
    note.duration_s = std::min(note.duration_s, duration_s - note.onset_s);
    note.onset_s += start_s;
  }
  result.warnings = facts.warnings;
  if (facts.peak == 0.0) result.warnings.emplace_back("The recording is digital silence, and has no notes.");
  write_text(notes_aside, note_file(result.notes, format,
                                    {.title = track_name(job.input),
                                     .duration_s = start_s + duration_s,
                                     .tool = "divisi " + std::string(version())}));
  result.files.push_back(job.output);
  if (job.settings.note_report) {
    write_text(report_aside, report_of(job, result, start_s, duration_s, facts.rate_hz));
    result.files.push_back(report_path(job));
  }
  outputs.commit();
  return result;
}

}  // namespace divisi
