// SPDX-License-Identifier: Apache-2.0
#include "arrangement.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

namespace divisi::studio {
namespace {

// 0 for what is no number, or one that nothing here counts to.
int small_number(const Json& json) {
  const double number = json.number().value_or(0.0);
  return number >= 0.0 && number < 1e6 ? static_cast<int>(number) : 0;
}

ProjectSource source_of(const Json& json) {
  ProjectSource source{.name = json.at("name").text().value_or(""),
                       .components = {},
                       .gain_db = json.at("gain_db").number().value_or(0.0),
                       .solo = json.at("solo") == Json(true),
                       .mute = json.at("mute") == Json(true),
                       .why = one_line(json.at("why").text().value_or(""))};
  if (json.at("colour").number()) source.colour = small_number(json.at("colour"));
  for (const Json& k : json.at("components").elements()) source.components.push_back(small_number(k));
  return source;
}

constexpr std::size_t kMostSources = 9;

}  // namespace

void check_sources(std::size_t count, const std::string& subject) {
  if (count > kMostSources)
    throw InvalidInput(subject, "at most 9 sources here ('divisi separate' makes more)",
                       std::to_string(count));
}

void take_arrangement(Project& project, const Json& wanted) {
  for (const Json& source : wanted.at("sources").elements()) project.sources.push_back(source_of(source));
  project.rest = source_of(wanted.at("residual"));
}

Json arrangement_of(const Project& project) {
  Json sources = Json::array();
  for (const ProjectSource& source : project.sources) sources.push(json_of(source));
  return Json::object().set("sources", std::move(sources)).set("residual", json_of(project.rest));
}

}  // namespace divisi::studio
