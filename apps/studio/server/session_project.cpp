// SPDX-License-Identifier: Apache-2.0
// Projects: opened from the command line, dropped, and saved.
#include "divisi/audio/digest.h"
#include "divisi/core/error.h"
#include "divisi/pipeline/starting_point.h"
#include "divisi/store/output_set.h"

#include "arrangement.h"
#include "session.h"
#include "wishes.h"

#include <algorithm>
#include <cmath>
#include <fstream>

namespace divisi::studio {
namespace {

namespace fs = std::filesystem;

// The settings of its run, where the page can play what they make.
Settings playable(const Project& project, const std::string& subject) {
  check_sources(project.sources.size(), subject);
  Settings settings = run_settings(wishes_of(project.settings));
  if (!project.start.empty()) {
    settings.init = project.settings.init;
    settings.fixed = project.settings.fixed;
  }
  if (project.settings.frequency || project.settings.spatial != Spatial::kOff) {
    throw Error(Fault::kInput, subject, "a project that the page can play ('divisi separate' renders it)",
                "--frequency or --spatial");
  }
  return settings;
}

}  // namespace

void Session::open_project(const fs::path& path) {
  Project project = read_project(path);
  project.settings = playable(project, path.string());
  start("open", [this, path, project](const Observer& observer) {
    check_recording(project, path.string());
    load({project.audio, project.audio.string()}, observer);
    {
      const std::scoped_lock lock(mutex_);
      project_file_ = path;
      activity_ = "run";
    }
    run_project(project, observer);
  });
}

void Session::take_project(const std::string& text, const std::string& name) {
  Project project = parse_project(text, name);
  if (!project.start.empty())
    throw Error(Fault::kInput, name, "a project without a start ('divisi studio FILE' opens it)",
                project.start);
  project.settings = playable(project, name);
  {
    const std::scoped_lock lock(mutex_);
    if (!recording_ || recording_->samples->sha256() != project.sha256) {
      throw Error(Fault::kInput, name,
                  "its recording " + project.audio.filename().string() + " to be open here",
                  recording_ ? "another recording" : "none");
    }
  }
  start("run", [this, project](const Observer& observer) { run_project(project, observer); });
}

void Session::run_project(const Project& project, const Observer& observer) {
  Recording open;
  {
    const std::scoped_lock lock(mutex_);
    if (!recording_) return;
    open = *recording_;
  }
  factorize({.settings = project.settings,
             .what = "project",
             .arrangement = arrangement_of(project).set("parameters", wishes_of(project.settings)),
             .cost = project.cost},
            open, observer);
}

void Session::save(const Json& wanted) {
  const std::scoped_lock lock(mutex_);
  Run& run = in_sight_for("project");
  name_by_file(run);
  Project project{.sha256 = recording_->samples->sha256(), .settings = run.settings};
  // A voice's model comes down to another cost than its notes.
  if (!follows_voice(run.found)) project.cost = run.found.fit.costs.back().cost;
  take_arrangement(project, by_note(wanted, run.found));
  if (is_file(run.settings.init)) {
    project.start = fs::path(run.settings.init).filename().string();
    project.start_sha256 = sha256_of(run.settings.init);
  }
  const fs::path file =
      project_file_.empty() ? output_ / (track_name(recording_->name) + ".divisi") : project_file_;
  const bool is_dropped = recording_->dropped != nullptr;
  const fs::path folder = fs::absolute(file).parent_path();
  project.audio =
      is_dropped ? fs::path(recording_->name) : fs::absolute(recording_->path).lexically_relative(folder);
  std::error_code ignored;
  if (fs::exists(file, ignored) && !is_own_project(file))
    throw Error(Fault::kOutput, file.string(),
                "a free place or this recording's project (another -o, or move it away)", "another file");
  parse_project(to_text(project), file.string());  // that it can be opened again
  OutputSet outputs;
  write_text(outputs.aside(file), to_text(project));
  outputs.commit();
  starts_.erase(run.settings.init);
  saved_ = Json::object().set("file", file.string()).set("dropped", is_dropped);
  changed();
}

bool Session::is_own_project(const fs::path& file) const {
  std::ifstream stream(file, std::ios::binary);
  const auto json =
      Json::parse(std::string{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()});
  return json && json->at("form").text() &&
         json->at("audio").at("sha256").text() == recording_->samples->sha256();
}

}  // namespace divisi::studio
