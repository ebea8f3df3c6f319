// SPDX-License-Identifier: Apache-2.0
// Projects: opened from the command line, dropped, and saved.
#include "divisi/audio/digest.h"
#include "divisi/core/error.h"
#include "divisi/store/npy.h"
#include "divisi/store/output_set.h"

#include "session.h"
#include "wishes.h"

#include <algorithm>
#include <cmath>
#include <fstream>

namespace divisi::studio {
namespace {

namespace fs = std::filesystem;

constexpr double kSameCost = 1e-4;  // the share by which a run may end elsewhere on another processor

ProjectSource source_of(const Json& json) {
  ProjectSource source{.name = json.at("name").text().value_or(""),
                       .components = {},
                       .gain_db = json.at("gain_db").number().value_or(0.0),
                       .solo = json.at("solo") == Json(true),
                       .mute = json.at("mute") == Json(true)};
  for (const Json& k : json.at("components").elements())
    source.components.push_back(static_cast<int>(k.number().value_or(0.0)));
  return source;
}

Json arrangement_of(const Project& project) {
  Json sources = Json::array();
  for (const ProjectSource& source : project.sources) sources.push(json_of(source));
  return Json::object()
      .set("sources", std::move(sources))
      .set("residual", json_of(project.rest))
      .set("parameters", wishes_of(project.settings));
}

void take_arrangement(Project& project, const Json& wanted) {
  for (const Json& source : wanted.at("sources").elements()) project.sources.push_back(source_of(source));
  project.rest = source_of(wanted.at("residual"));
}

// The settings of its run, where the page can play what they make.
Settings playable(const Project& project, const std::string& subject) {
  Settings settings = run_settings(wishes_of(project.settings));
  settings.fix_w = project.settings.fix_w;
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
    load(project.audio, project.audio.string(), observer);
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
  if (!project.kept.empty())
    throw Error(Fault::kInput, name, "a project that keeps no shapes ('divisi studio FILE' opens it)",
                project.kept);
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
  const int runs = runs_;
  factorize(project.settings, open, observer);
  const std::scoped_lock lock(mutex_);
  if (runs_ == runs) return;
  arrangement_ = arrangement_of(project);
  const double cost = costs_.back().cost;
  if (project.cost > 0.0 && std::abs(cost - project.cost) > kSameCost * project.cost) {
    notice_ =
        "The run ended elsewhere than when the project was saved, as it may with another version of divisi: "
        "listen whether its components are still where they belong.";
  }
}

void Session::save(const Json& wanted) {
  const std::scoped_lock lock(mutex_);
  if (!separation_ || !recording_) throw InvalidInput("project", "a run that has ended", "none");
  Project project{.sha256 = recording_->samples->sha256(), .settings = settings_, .cost = costs_.back().cost};
  take_arrangement(project, wanted);
  if (!settings_.fix_w.empty()) {
    project.kept = fs::path(settings_.fix_w).filename().string();
    project.kept_sha256 = sha256_of(settings_.fix_w);
  }
  const fs::path file =
      project_file_.empty() ? output_ / (track_name(recording_->name) + ".divisi") : project_file_;
  const bool is_dropped = recording_->path.parent_path() == temporary_folder_;
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
  saved_ = Json::object().set("file", file.string()).set("dropped", is_dropped);
  changed();
}

Factors Session::kept_shapes(const Json& keep, const Settings& settings) const {
  if (!separation_) throw InvalidInput("keep", "a run that has ended", "none");
  const Factors& found = separation_->fit.factors;
  const auto chosen = keep.elements();
  const Index count = std::ssize(chosen);
  const int all = settings.components.value_or(0);
  if (all <= count)
    throw InvalidInput("components", "more than the " + std::to_string(count) + " that are kept",
                       std::to_string(all));
  Factors kept{.W = Matrix(found.W.rows(), count * found.time_shifts),
               .time_shifts = found.time_shifts,
               .pitch_shifts = found.pitch_shifts};
  for (Index i = 0; i < count; ++i) {
    const auto k = static_cast<Index>(chosen[static_cast<std::size_t>(i)].number().value_or(0.0)) - 1;
    if (k < 0 || k >= found.components())
      throw InvalidInput("keep", "components 1.." + std::to_string(found.components()),
                         std::to_string(k + 1));
    for (Index tau = 0; tau < found.time_shifts; ++tau)
      std::ranges::copy(found.W.col(tau * found.components() + k), kept.W.col(tau * count + i).begin());
  }
  return kept;
}

// The shapes go into a file, where the command line of an export and the project find them again.
void Session::run_keeping(Settings settings, const Factors& kept, const Json& arrangement,
                          const Observer& observer) {
  Recording open;
  fs::path place;
  {
    const std::scoped_lock lock(mutex_);
    open = *recording_;
    const fs::path folder = project_file_.empty() ? output_ : project_file_.parent_path();
    for (int n = 1; place.empty() || fs::exists(place); ++n)
      place = folder / (track_name(open.name) + ".kept-" + std::to_string(n) + ".npz");
  }
  NpzWriter npz;
  npz.add_shapes(kept);
  OutputSet outputs;
  npz.write(outputs.aside(place));
  outputs.commit();
  settings.fix_w = place.string();
  Project project{.settings = settings};
  take_arrangement(project, arrangement);
  const int runs = runs_;
  try {
    factorize(settings, open, observer);
  } catch (...) {
    fs::remove(place);
    throw;
  }
  const std::scoped_lock lock(mutex_);
  if (runs_ == runs) {
    fs::remove(place);
  } else {
    arrangement_ = arrangement_of(project);
  }
}

bool Session::is_own_project(const fs::path& file) const {
  std::ifstream stream(file, std::ios::binary);
  const auto json =
      Json::parse(std::string{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()});
  return json && json->at("form").text() &&
         json->at("audio").at("sha256").text() == recording_->samples->sha256();
}

}  // namespace divisi::studio
