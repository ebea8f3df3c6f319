// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/dictionary.h"

#include "divisi/core/error.h"
#include "divisi/core/json.h"
#include "divisi/core/text.h"
#include "divisi/core/version.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/starting_point.h"
#include "divisi/store/npy.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace divisi {
namespace {

constexpr double kMaskExponent = 2.0;  // the shapes are surer than those of a blind run
constexpr const char* kKind = "divisi dictionary";

Json config_json(const Dictionary& dictionary) {
  Json analysis = Json::object();
  for (const auto name : kAnalysis) analysis.set(name, to_text(dictionary.analysis, parameter(name)));
  Json sources = Json::array();
  for (const auto& source : dictionary.sources) {
    sources.push(Json::object()
                     .set("name", source.name)
                     .set("components", source.components)
                     .set("files", Json(source.files)));
  }
  return Json::object()
      .set("kind", kKind)
      .set("divisi", version())
      .set("analysis", std::move(analysis))
      .set("sources", std::move(sources));
}

Error not_a_dictionary(const std::filesystem::path& path, const std::string& got) {
  return {Fault::kInput, path.string(), "a dictionary as divisi learn writes it", got};
}

// What the file says of itself.
Dictionary described(const std::filesystem::path& path, const Json& config) {
  Dictionary dictionary;
  for (const auto name : kAnalysis) {
    const auto text = config.at("analysis").at(name).text();
    if (!text) throw not_a_dictionary(path, "one without its " + std::string(name));
    try {
      set(dictionary.analysis, parameter(name), *text);
    } catch (const InvalidInput& error) {
      throw not_a_dictionary(path, error.what());
    }
  }
  const Settings& analysis = dictionary.analysis;
  if (!analysis.rate_hz || !analysis.fft || !analysis.hop || !analysis.power || !analysis.frequency ||
      (analysis.frequency == FrequencyScale::kLog && (!analysis.bins_per_octave || !analysis.fmax_hz))) {
    throw not_a_dictionary(path, "one whose analysis is not complete");
  }
  for (const Json& source : config.at("sources").elements()) {
    DictionarySource& added = dictionary.sources.emplace_back();
    added.name = source.at("name").text().value_or("");
    const double components = source.at("components").number().value_or(0.0);
    if (components < 1.0 || components > 1e6 || std::floor(components) != components)
      throw not_a_dictionary(path, "a source with " + to_text(components) + " components");
    added.components = static_cast<int>(components);
    for (const Json& file : source.at("files").elements()) added.files.push_back(file.text().value_or(""));
  }
  return dictionary;
}

std::vector<std::string> names_of(const Dictionary& dictionary) {
  std::vector<std::string> names;
  for (const auto& source : dictionary.sources) names.push_back(source.name);
  return names;
}

// How the recording is looked at: as the dictionary's files were.
void take_analysis(Settings& settings, const Dictionary& dictionary) {
  for (const auto name : kAnalysis) {
    const Parameter& p = parameter(name);
    const std::string text = to_text(dictionary.analysis, p);
    if (!is_default(settings, p) && to_text(settings, p) != text)
      throw InvalidInput(name, text + ", as the dictionary has it", to_text(settings, p));
    set(settings, p, text);
  }
}

void refuse_beside_dictionary(const Settings& settings) {
  const auto refuse = [&](bool given, const char* name) {
    if (given)
      throw InvalidInput(name, "no such flag beside --dictionary", to_text(settings, parameter(name)));
  };
  refuse(!settings.group.empty(), "group");
  refuse(!settings.fix_w.empty(), "fix-w");
  refuse(!settings.solo.empty(), "solo");
  refuse(!settings.activations.empty(), "activations");
  refuse(!settings.fixed.empty(), "fixed");
  refuse(is_file(settings.init) || is_informed(settings.init), "init");
}

// Takes what the dictionary decides, or is content with the same.
template <typename Given, typename Value>
void decide(Given& given, bool is_given, const Value& value, const char* name, const Settings& settings) {
  const std::string got = to_text(settings, parameter(name));
  const bool differs = is_given && !(given == Given(value));
  given = value;
  if (differs)
    throw InvalidInput(name, to_text(settings, parameter(name)) + ", as the dictionary has it", got);
}

}  // namespace

int Dictionary::components() const {
  return std::accumulate(sources.begin(), sources.end(), 0,
                         [](int sum, const DictionarySource& source) { return sum + source.components; });
}

Index bins_of(const Settings& analysis) {
  const auto axis = log_axis(analysis, *analysis.rate_hz);
  return axis ? axis->bins() : stft_spec(analysis).bins();
}

void check_source_names(const std::vector<std::string>& names) {
  check_stem_names(names);
  if (std::ranges::find(names, kRest) != names.end())
    throw InvalidInput("names", "names other than rest, which is the stem of --free", kRest);
}

void write_dictionary(const std::filesystem::path& path, const Dictionary& dictionary) {
  NpzWriter npz;
  npz.add_factors({.W = dictionary.W, .H = {}, .time_shifts = dictionary.time_shifts});
  npz.add("config", config_json(dictionary).dump_ascii());
  npz.write(path);
}

Dictionary read_dictionary(const std::filesystem::path& path) {
  const auto text = read_npz_text(path, "config");
  const auto config = text ? Json::parse(*text) : std::nullopt;
  if (!config || config->at("kind").text() != kKind)
    throw not_a_dictionary(path, "a .npz file of another kind");
  Dictionary dictionary = described(path, *config);
  Factors factors = read_factors(path);
  dictionary.W = std::move(factors.W);
  dictionary.time_shifts = factors.time_shifts;
  try {
    check_source_names(names_of(dictionary));
  } catch (const InvalidInput& error) {
    throw not_a_dictionary(path, error.what());
  }
  const Index columns = dictionary.components() * dictionary.time_shifts;
  if (columns == 0 || dictionary.W.cols() != columns ||
      dictionary.time_shifts != dictionary.analysis.time_shifts.value_or(1)) {
    throw not_a_dictionary(path, "shapes that are not those of its sources");
  }
  const Index bins = bins_of(dictionary.analysis);
  if (dictionary.W.rows() != bins) {
    throw Error(Fault::kInput, path.string(), "a W of " + std::to_string(bins) + " bins, as its frames have",
                std::to_string(dictionary.W.rows()));
  }
  return dictionary;
}

Settings with_dictionary(const Settings& settings) {
  if (settings.dictionary.empty()) {
    for (const char* name : {"free", "adapt"}) {
      if (!is_default(settings, parameter(name)))
        throw InvalidInput(name, "--dictionary FILE.npz beside it", "none");
    }
    return settings;
  }
  refuse_beside_dictionary(settings);
  const Dictionary dictionary = read_dictionary(settings.dictionary);
  Settings chosen = settings;
  take_analysis(chosen, dictionary);
  auto names = names_of(dictionary);
  if (chosen.free > 0) names.emplace_back(kRest);
  decide(chosen.sources, chosen.sources.has_value(), static_cast<int>(names.size()), "sources", chosen);
  decide(chosen.components, chosen.components.has_value(), dictionary.components() + chosen.free,
         "components", chosen);
  decide(chosen.names, !chosen.names.empty(), names, "names", chosen);
  if (!chosen.mask_exponent) chosen.mask_exponent = kMaskExponent;
  return chosen;
}

Grouping group_by_dictionary(const Settings& settings) {
  const Dictionary dictionary = read_dictionary(settings.dictionary);
  Grouping groups;
  int next = 0;
  const auto add = [&](int count, std::string reason) {
    SourceGroup& group = groups.emplace_back();
    for (int k = 0; k < count; ++k) group.components.push_back(next++);
    group.reason = std::move(reason);
  };
  const std::string file = std::filesystem::path(settings.dictionary).filename().string();
  for (const auto& source : dictionary.sources) {
    add(source.components, "the dictionary " + file + " learned it from " + join(source.files, ", ") +
                               (settings.adapt ? ", adapted to the recording" : ""));
  }
  if (settings.free > 0) add(settings.free, "what the dictionary " + file + " does not know, found here");
  return groups;
}

}  // namespace divisi
