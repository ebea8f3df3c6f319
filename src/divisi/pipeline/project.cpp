// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/project.h"

#include "divisi/audio/digest.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/core/version.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/starting_point.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace divisi {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kForm = "divisi project 1";
constexpr std::uintmax_t kMostBytes = 1U << 20U;

// By name, so that a new parameter that names a file is not let in by itself.
constexpr std::array<std::string_view, 26> kKept{
    "sources",         "components", "fft",        "hop",    "window",
    "power",           "frequency",  "fmin",       "fmax",   "model",
    "time-shifts",     "beta",       "refine",     "solver", "pitch-shifts",
    "bins-per-octave", "iterations", "tolerance",  "init",   "seed",
    "restarts",        "sparsity",   "smoothness", "mask",   "mask-exponent",
    "spatial"};

[[noreturn]] void refuse(const std::string& subject, std::string_view expected, const std::string& got) {
  throw Error(Fault::kInput, subject, expected, got);
}

ProjectSource source_of(const Json& json, const std::string& subject) {
  ProjectSource source{.name = json.at("name").text().value_or(""),
                       .components = {},
                       .gain_db = json.at("gain_db").number().value_or(0.0),
                       .solo = json.at("solo") == Json(true),
                       .mute = json.at("mute") == Json(true),
                       .why = one_line(json.at("why").text().value_or(""))};
  if (const auto colour = json.at("colour").number()) {
    if (!(*colour >= 1 && *colour <= kColours))
      refuse(subject, "colours 1.." + std::to_string(kColours), to_text(*colour));
    source.colour = static_cast<int>(*colour);
  }
  for (const Json& k : json.at("components").elements()) {
    const double number = k.number().value_or(0.0);
    if (number < 1 || number > 10000) refuse(subject, "components that are numbers from 1", k.dump());
    source.components.push_back(static_cast<int>(number));
  }
  return source;
}

}  // namespace

Json json_of(const ProjectSource& source) {
  Json json = Json::object()
                  .set("name", source.name)
                  .set("components", Json(source.components))
                  .set("gain_db", source.gain_db)
                  .set("solo", source.solo)
                  .set("mute", source.mute);
  if (source.colour) json.set("colour", *source.colour);
  if (!source.why.empty()) json.set("why", source.why);
  return json;
}

bool is_project(const fs::path& path) {
  return path.extension() == ".divisi";
}

std::vector<std::string_view> project_parameters() {
  return {kKept.begin(), kKept.end()};
}

Project parse_project(const std::string& text, const std::string& subject) {
  const auto json = Json::parse(text);
  if (!json || json->at("form").text() != kForm)
    refuse(subject, "a project that divisi studio saved", "another file");
  Project project{.audio = json->at("audio").at("path").text().value_or(""),
                  .sha256 = json->at("audio").at("sha256").text().value_or("")};
  if (project.audio.empty() || project.sha256.size() != 64)
    refuse(subject, "the path and SHA-256 of a recording", "none");
  for (const std::string_view name : kKept) {
    const auto value = json->at("parameters").at(name).text();
    if (!value) continue;
    if (name == "init" && is_file(*value)) refuse(subject, "a start that is no file", *value);
    set(project.settings, parameter(name), *value);
  }
  for (const Json& source : json->at("sources").elements())
    project.sources.push_back(source_of(source, subject));
  project.rest = source_of(json->at("residual"), subject);
  const Json start = json->at("start");
  project.start = start.at("path").text().value_or("");
  project.start_sha256 = start.at("sha256").text().value_or("");
  if (!project.start.empty()) {
    if (project.start.find('/') != std::string::npos || !is_file(project.start))
      refuse(subject, "a start in a .npz file beside it", "'" + project.start + "'");
    const std::string fixed = start.at("fixed").text().value_or("");
    if (!fixed.empty()) set(project.settings, parameter("fixed"), fixed);
  }
  project.cost = json->at("cost").number().value_or(0.0);
  project_settings(project);
  return project;
}

Project read_project(const fs::path& path) {
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  if (error) refuse(path.string(), "a project", error.message());
  if (bytes > kMostBytes)
    refuse(path.string(), "a project of at most 1 MiB", std::to_string(bytes) + " bytes");
  std::ifstream file(path, std::ios::binary);
  Project project =
      parse_project({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()}, path.string());
  project.audio = (path.parent_path() / project.audio).lexically_normal();
  if (!fs::is_regular_file(project.audio, error))
    refuse(path.string(), "its recording " + project.audio.string(), "no such file");
  if (project.start.empty()) return project;
  const fs::path start = (path.parent_path() / project.start).lexically_normal();
  if (!fs::is_regular_file(start, error))
    refuse(path.string(), "its start " + start.string(), "no such file");
  if (sha256_of(start) != project.start_sha256)
    refuse(path.string(), start.string() + " as it was", "one that has changed");
  project.settings.init = start.string();
  return project;
}

void check_recording(const Project& project, const std::string& subject) {
  const std::string now = sha256_of(project.audio);
  if (now == project.sha256) return;
  refuse(subject, project.audio.string() + " as it was (SHA-256 " + project.sha256.substr(0, 12) + "…)",
         "one that has changed (" + now.substr(0, 12) + "…)");
}

Settings project_settings(const Project& project) {
  Settings settings = project.settings;
  std::vector<std::string> names;
  for (const ProjectSource& source : project.sources) {
    if (source.components.empty()) continue;
    std::vector<std::string> components;
    for (const int k : source.components) components.push_back(std::to_string(k));
    settings.group.push_back(join(components, ","));
    names.push_back(source.name);
  }
  if (names.empty()) return settings;
  settings.sources.reset();
  check_stem_names(names);
  bool numbered = true;
  for (std::size_t s = 0; s < names.size(); ++s) numbered = numbered && names[s] == std::to_string(s + 1);
  if (!numbered) settings.names = names;
  return settings;
}

Settings with_flags(Settings settings, const Settings& flags) {
  if (!flags.group.empty()) settings.names.clear();
  for (const Parameter& p : parameters()) {
    if ((p.commands & kSeparate) == 0 || is_default(flags, p)) continue;
    std::visit([&](auto member) { settings.*member = flags.*member; }, p.field);
  }
  return settings;
}

std::string to_text(const Project& project) {
  Json parameters = Json::object();
  for (const std::string_view name : kKept) {
    const Parameter& p = parameter(name);
    const bool is_start = name == "init" && is_file(project.settings.init);
    if (!is_start && !is_default(project.settings, p)) parameters.set(name, to_text(project.settings, p));
  }
  Json sources = Json::array();
  for (const ProjectSource& source : project.sources) sources.push(json_of(source));
  Json start;
  if (!project.start.empty()) {
    start = Json::object()
                .set("path", project.start)
                .set("sha256", project.start_sha256)
                .set("fixed", join(project.settings.fixed, ","));
  }
  return Json::object()
             .set("form", kForm)
             .set("divisi", version())
             .set("audio",
                  Json::object().set("path", project.audio.generic_string()).set("sha256", project.sha256))
             .set("parameters", std::move(parameters))
             .set("start", std::move(start))
             .set("cost", project.cost)
             .set("sources", std::move(sources))
             .set("residual", json_of(project.rest))
             .dump(2) +
         "\n";
}

}  // namespace divisi
