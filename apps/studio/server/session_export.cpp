// SPDX-License-Identifier: Apache-2.0
// What the studio writes: stems, and the notes that are heard in them.
#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/group/by_hand.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/starting_point.h"
#include "divisi/pipeline/transcribe.h"

#include "session.h"
#include "wishes.h"

namespace divisi::studio {
namespace {

namespace fs = std::filesystem;

std::string as_argument(const std::string& name) {
  return shell_quoted(name.starts_with('-') ? "./" + name : name);
}

bool is_stem(const fs::path& file, const fs::path& residual) {
  return file != residual && file.extension() == residual.extension();
}

}  // namespace

void Session::group(Settings& settings, const Json& sources, int components_found) {
  std::vector<std::string> names;
  for (const Json& source : sources.elements()) {
    std::vector<std::string> components;
    for (const Json& k : source.at("components").elements())
      components.push_back(to_text(k.number().value_or(0)));
    if (components.empty()) continue;
    set(settings, parameter("group"), join(components, ","));
    names.push_back(source.at("name").text().value_or(""));
    if (names.back().find(',') != std::string::npos)
      throw InvalidInput("names", "names without a comma, which stands between them in --names",
                         "'" + names.back() + "'");
  }
  if (names.empty()) throw InvalidInput("export", "a source that has components", "none");
  bool numbered = true;
  for (std::size_t s = 0; s < names.size(); ++s) numbered = numbered && names[s] == std::to_string(s + 1);
  if (!numbered) set(settings, parameter("names"), join(names, ","));
  group_by_hand(settings.group, components_found);
}

void Session::write_stems(const Json& wanted) {
  TrackJob job;
  std::string name;
  {
    const std::scoped_lock lock(mutex_);
    Run& run = in_sight_for("export");
    const Separation& found = run.found;
    // What nobody has changed is found again, so that it stays known why.
    const bool as_asked = !is_file(run.asked.init) && is_as_found(wanted.at("sources"), found);
    if (!as_asked) name_by_file(run);
    job = {.input = recording_->path,
           .track = track_name(recording_->name),
           .output = output_,
           .temporary_folder = temporary_folder_,
           .settings = with_export(as_asked ? run.asked : run.settings, wanted.at("settings")),
           .recordings = {recording_->path}};
    name = recording_->name;
    group(job.settings, by_note(wanted, found).at("sources"),
          static_cast<int>(named_factors(found).components()));
    if (as_asked) job.settings.group.clear();
    starts_.erase(job.settings.init);  // what is written names it
  }
  const bool notes = wanted.at("notes").text() == "true";
  for (const fs::path& file : planned_outputs(job)) {
    const fs::path midi = fs::path(file).replace_extension(".mid");
    std::error_code ignored;
    if (notes && fs::exists(midi, ignored) && !notes_written_.contains(midi))
      throw Error(Fault::kOutput, midi.string(), "a free place for the notes (another -o, or move it away)",
                  "a file");
  }
  const std::string command = "divisi separate " + as_argument(name) + command_line(job.settings) +
                              (output_ == "separated" ? "" : " -o " + shell_quoted(output_.string()));
  start("export", [this, job, command, notes](const Observer& observer) {
    TrackResult result = separate_track(job, notes ? part_of(observer, 0.0, 0.5) : observer);
    if (result.status == TrackStatus::kCancelled) return;
    std::string commands = command;
    if (notes && !write_notes(job, result, commands, part_of(observer, 0.5, 1.0))) return;
    Json files = Json::array();
    for (const auto& file : result.files) files.push(file.string());
    const std::scoped_lock lock(mutex_);
    exported_ = Json::object()
                    .set("command", commands)
                    .set("files", std::move(files))
                    .set("warnings", Json(result.warnings));
  });
}

bool Session::write_notes(const TrackJob& job, TrackResult& result, std::string& commands,
                          const Observer& observer) {
  const auto ext = std::string(extension_of(job.settings.format));
  const fs::path residual = job.output / output_name(job.settings.name, job.track, "residual", ext);
  const auto files = result.files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!is_stem(files[i], residual)) continue;
    const fs::path midi = fs::path(files[i]).replace_extension(".mid");
    const auto done = static_cast<double>(i) / static_cast<double>(files.size());
    const TranscribeResult found = transcribe_file({.input = files[i],
                                                    .output = midi,
                                                    .temporary_folder = temporary_folder_,
                                                    .settings = {},
                                                    .replace_notes = true},
                                                   part_of(observer, done, 1.0));
    if (found.cancelled) return false;
    if (found.notes.empty()) {
      fs::remove(midi);
      result.warnings.push_back("No notes are heard in " + files[i].filename().string() + ".");
      continue;
    }
    commands +=
        "\ndivisi transcribe " + as_argument(files[i].string()) + " -o " + shell_quoted(midi.string());
    result.files.push_back(midi);
    const std::scoped_lock lock(mutex_);
    notes_written_.insert(midi);
  }
  return true;
}

}  // namespace divisi::studio
