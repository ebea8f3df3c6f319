// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/manifest.h"

#include "divisi/audio/digest.h"
#include "divisi/core/text.h"
#include "divisi/core/version.h"
#include "divisi/factor/divergence.h"
#include "divisi/pipeline/counts.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/starting_point.h"

#include <cmath>
#include <fstream>

namespace divisi {
namespace {

std::string_view depth_name(Depth depth) {
  switch (depth) {
    case Depth::kU8:
      return "8";
    case Depth::kS16:
      return "16";
    case Depth::kS24:
      return "24";
    case Depth::kS32:
      return "32";
    case Depth::kFloat:
      return "float";
    case Depth::kDouble:
      return "double";
  }
  return "";
}

Json input_json(const std::string& name, const std::string& sha256, const AudioFacts& facts) {
  return Json::object()
      .set("file", name)
      .set("sha256", sha256)
      .set("container", facts.container)
      .set("rate_hz", facts.rate_hz)
      .set("channels", facts.channels)
      .set("frames", static_cast<long>(facts.frames))
      .set("subtype", depth_name(facts.depth))
      .set("lossy", facts.lossy);
}

// The digests of the files that the factorization starts from.
Json start_files(const Settings& settings) {
  Json files = Json::object();
  if (is_file(settings.init)) files.set(settings.init, sha256_of(settings.init));
  for (const auto& file : {settings.activations, settings.fix_w, settings.dictionary, settings.score}) {
    if (!file.empty()) files.set(file, sha256_of(file));
  }
  return files;
}

Json fit_json(const Fit& fit, double beta) {
  return Json::object()
      .set("divergence", divergence_name(beta))
      .set("iterations", fit.iterations)
      .set("stop", to_string(fit.stop))
      .set("best_restart", fit.restart + 1)
      .set("first_cost", fit.costs.front().cost)
      .set("last_cost", fit.costs.back().cost);
}

Json sources_json(const Separation& separation) {
  Json sources = Json::array();
  for (std::size_t s = 0; s < separation.groups.size(); ++s) {
    Json components = Json::array();
    for (const int k : separation.groups[s].components) components.push(k + 1);
    const SourceGroup& group = separation.groups[s];
    sources.push(Json::object()
                     .set("name", separation.names[s])
                     .set("components", components)
                     .set("reason", group.reason)
                     .set("confidence", group.confidence ? Json(*group.confidence) : Json()));
  }
  return sources;
}

}  // namespace

std::optional<double> to_dbfs(double peak) {
  if (peak <= 0.0) return std::nullopt;
  return 20.0 * std::log10(peak);
}

Json parameters_json(const Settings& settings, int rate_hz) {
  const Settings chosen = resolved(settings, rate_hz);
  Json json = Json::object();
  for (const Parameter& p : parameters()) {
    if ((p.commands & kSeparate) == 0 || !shapes_result(p)) continue;
    const std::string text = to_text(chosen, p);
    const bool is_number = std::holds_alternative<int Settings::*>(p.field) ||
                           std::holds_alternative<double Settings::*>(p.field) ||
                           std::holds_alternative<std::optional<int> Settings::*>(p.field) ||
                           p.name == "fmax";
    const bool is_flag = std::holds_alternative<bool Settings::*>(p.field);
    json.set(p.name, is_number && text == p.unset ? Json()  // fmax, of a linear axis
                     : is_number                  ? Json(parse_number(text, p.name, "a number"))
                     : is_flag                    ? Json(text == "true")
                                                  : Json(text));
  }
  return json;
}

Json make_manifest(const FinishedTrack& track) {
  Json files = Json::array();
  for (const OutputFile& output : track.outputs) {
    Json file = Json::object().set("kind", output.kind).set("file", output.file.generic_string());
    if (!output.stem.empty()) file.set("stem", output.stem);
    file.set("bytes", static_cast<double>(std::filesystem::file_size(output.aside)));
    if (const auto& level = output.level) {
      const auto peak = to_dbfs(level->peak);
      file.set("peak_dbfs", peak ? Json(*peak) : Json())
          .set("clipped_samples", static_cast<long>(level->clipped));
    }
    files.push(std::move(file));
  }
  const auto& counts = track.separation.heard.counts;
  return Json::object()
      .set("divisi", version())
      .set("input", input_json(track.input, track.sha256, track.facts))
      .set("flags", command_line(track.settings))
      .set("start_files", start_files(track.settings))
      .set("parameters",
           parameters_json(as_heard(track.settings, track.separation.heard), track.facts.rate_hz))
      .set("seed", track.settings.seed)
      .set("factorization",
           fit_json(track.separation.fit,
                    as_heard(track.settings, track.separation.heard).spatial == Spatial::kIlrma
                        ? 0.0
                        : track.settings.beta))
      .set("components_estimated", counts ? to_json(*counts) : Json())
      .set("sources", sources_json(track.separation))
      .set("outputs", std::move(files))
      .set("warnings", Json(track.warnings));
}

bool is_up_to_date(const Json& manifest, const std::string& sha256, const Settings& settings,
                   const std::filesystem::path& output) {
  if (manifest.at("divisi").text() != version() || manifest.at("input").at("sha256").text() != sha256 ||
      manifest.at("flags").text() != command_line(settings) ||
      !(manifest.at("start_files") == start_files(settings))) {
    return false;
  }
  const auto files = manifest.at("outputs").elements();
  for (const Json& file : files) {
    std::error_code error;
    const std::filesystem::path path = file.at("file").text().value_or("");
    const auto bytes = std::filesystem::file_size(output / path, error);
    if (error || static_cast<double>(bytes) != file.at("bytes").number()) return false;
  }
  return !files.empty();
}

std::optional<Json> read_manifest(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return Json::parse(std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
}

}  // namespace divisi
