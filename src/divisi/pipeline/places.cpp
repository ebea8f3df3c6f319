// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/places.h"

#include "divisi/core/error.h"
#include "divisi/pipeline/separate.h"

#include <algorithm>

namespace divisi {
namespace {

namespace fs = std::filesystem;

bool is_one_of(const fs::path& path, const std::vector<fs::path>& files) {
  return std::ranges::any_of(files, [&](const fs::path& file) {
    std::error_code ignored;
    return fs::equivalent(path, file, ignored);
  });
}

}  // namespace

std::vector<fs::path> files_of(const Json& manifest) {
  std::vector<fs::path> files;
  for (const Json& output : manifest.at("outputs").elements()) {
    const fs::path file = fs::path(output.at("file").text().value_or("")).lexically_normal();
    if (!file.empty() && !file.is_absolute() && *file.begin() != "..") files.push_back(file);
  }
  return files;
}

void check_places(const TrackJob& job, const fs::path& manifest_path, const std::optional<Json>& before) {
  std::vector<fs::path> recordings = job.recordings;
  recordings.push_back(job.input);
  const auto known = before ? files_of(*before) : std::vector<fs::path>();
  std::error_code ignored;
  // A manifest that cannot be read is still one of ours, and with it the files beside it.
  const bool is_ours = job.force || (!before && fs::exists(manifest_path, ignored));
  for (const fs::path& path : planned_outputs(job)) {
    if (is_one_of(path, recordings)) {
      throw Error(Fault::kOutput, path.string(), "a place that is not a recording's", "a recording");
    }
    const bool is_known =
        std::ranges::any_of(known, [&](const fs::path& file) { return job.output / file == path; });
    if (!is_ours && !is_known && path != manifest_path && fs::exists(path, ignored)) {
      throw Error(Fault::kOutput, path.string(), "a free place (--force replaces what is there)",
                  "a file that divisi has not written");
    }
  }
}

void remove_stale(const TrackJob& job, const Json& before, const std::vector<OutputFile>& outputs) {
  std::vector<fs::path> recordings = job.recordings;
  recordings.push_back(job.input);
  for (const fs::path& file : files_of(before)) {
    const bool is_new = std::ranges::find(outputs, file, &OutputFile::file) != outputs.end();
    if (is_new || is_one_of(job.output / file, recordings)) continue;
    std::error_code ignored;
    fs::remove(job.output / file, ignored);
  }
}

std::vector<fs::path> planned_outputs(const TrackJob& job) {
  Settings settings = job.settings;
  if (settings.init == "harmonic") {  // as many components as the recording's rate has room for
    settings.sources = stems_wanted(settings);
    settings.components.reset();
  }
  const Settings chosen = resolved(settings, 1);
  const auto names = stem_names(chosen);
  const auto path = [&](const std::string& stem, std::string_view ext) {
    return job.output / output_name(chosen.name, job.track, stem, std::string(ext));
  };
  std::vector<fs::path> paths{path("manifest", "json")};
  for (const std::size_t s : selected_stems(chosen, names))
    paths.push_back(path(names[s], extension_of(chosen.format)));
  paths.push_back(path("residual", extension_of(chosen.format)));
  if (chosen.report) paths.push_back(path("report", "html"));
  if (chosen.factors) paths.push_back(path("factors", "npz"));
  return paths;
}

std::string track_name(const fs::path& input) {
  if (input == "-") return "stdin";
  const std::string stem = input.stem().string();
  return stem.empty() ? input.filename().string() : stem;
}

fs::path output_name(const std::string& name_template, const std::string& track, const std::string& stem,
                     const std::string& ext) {
  const std::string expected = "a path with {stem} and {ext}, and nothing in braces but these and {track}";
  std::string name;
  bool has_stem = false;
  bool has_ext = false;
  for (std::size_t i = 0; i < name_template.size(); ++i) {
    if (name_template[i] != '{') {
      name += name_template[i];
      continue;
    }
    const std::size_t end = name_template.find('}', i);
    const std::string part = name_template.substr(i, end == std::string::npos ? end : end - i + 1);
    if (part != "{track}" && part != "{stem}" && part != "{ext}")
      throw InvalidInput("name", expected, "'" + name_template + "'");
    name += part == "{track}" ? track : part == "{stem}" ? stem : ext;
    has_stem = has_stem || part == "{stem}";
    has_ext = has_ext || part == "{ext}";
    i = end;
  }
  fs::path path = fs::path(name).lexically_normal();
  if (!has_stem || !has_ext || path.is_absolute() || *path.begin() == "..") {
    throw InvalidInput("name", expected, "'" + name_template + "'");
  }
  return path;
}

}  // namespace divisi
