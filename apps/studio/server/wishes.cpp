// SPDX-License-Identifier: Apache-2.0
#include "wishes.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/pipeline/live.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/project.h"
#include "divisi/pipeline/starting_point.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace divisi::studio {
namespace {

// Channels that differ in direction need a mask each; nmf2d alone has a logarithmic axis whose notes are
// played.
constexpr std::array<std::string_view, 2> kNotOffered{"spatial", "frequency"};
constexpr std::array<std::string_view, 5> kExport{"format", "subtype", "gain", "report", "factors"};

// Words of the table that the page cannot play: files, and masks that need not add up to one.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kNotPlayed{
    {{"mask", "none"}, {"init", "FILE.npz"}}};

constexpr int kSources = 2;  // to begin with, however many components there are: the page is there to regroup

std::vector<std::string_view> run_names() {
  auto names = project_parameters();
  std::erase_if(
      names, [](std::string_view name) { return std::ranges::find(kNotOffered, name) != kNotOffered.end(); });
  return names;
}

Settings defaults() {
  Settings settings;
  settings.sources = kSources;
  settings.spatial = Spatial::kOff;
  return settings;
}

std::vector<std::string> choices_of(const Parameter& p) {
  if (p.value.find('|') == std::string_view::npos) return {};
  auto words = split(p.value, '|');
  std::erase_if(words, [&](const std::string& word) {
    return std::ranges::find(kNotPlayed, std::pair<std::string_view, std::string_view>(p.name, word)) !=
           kNotPlayed.end();
  });
  return words;
}

void take(Settings& settings, const Json& wanted, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    const auto text = wanted.at(name).text();
    if (!text || text->empty()) continue;
    const Parameter& p = parameter(name);
    const auto choices = choices_of(p);
    if (!choices.empty() && *text != p.unset && std::ranges::find(choices, *text) == choices.end()) {
      throw InvalidInput(name, join(choices, ", "), "'" + *text + "'");
    }
    set(settings, p, *text);
  }
}

void describe(Json& list, std::string_view what, std::span<const std::string_view> names) {
  const Settings settings = defaults();
  for (const Parameter& p : parameters()) {
    if ((p.commands & kSeparate) == 0 || std::ranges::find(names, p.name) == names.end()) continue;
    list.push(Json::object()
                  .set("for", what)
                  .set("name", p.name)
                  .set("topic", p.topic)
                  .set("help", p.help)
                  .set("value", p.value)
                  .set("choices", Json(choices_of(p)))
                  .set("flag", std::holds_alternative<bool Settings::*>(p.field))
                  .set("default", to_text(settings, p)));
  }
}

}  // namespace

Json offered_parameters() {
  Json list = Json::array();
  describe(list, "run", run_names());
  describe(list, "export", kExport);
  return list;
}

Settings run_settings(const Json& wanted) {
  Settings settings = defaults();
  take(settings, wanted, run_names());
  const int components = settings.components.value_or(kEstimate);
  if (!settings.sources || wanted.at("sources").text().value_or("").empty())
    settings.sources = components == kEstimate ? kSources : std::min(kSources, components);
  require_live(with_model(settings), 0);
  return settings;
}

Json wishes_of(const Settings& settings) {
  Json wishes = Json::object();
  for (const std::string_view name : run_names()) {
    const Parameter& p = parameter(name);
    const std::string value = to_text(settings, p);
    if (value != to_text(defaults(), p) && value != p.unset && !is_file(value)) wishes.set(name, value);
  }
  return wishes;
}

Settings with_export(Settings settings, const Json& wanted) {
  take(settings, wanted, kExport);
  return settings;
}

}  // namespace divisi::studio
