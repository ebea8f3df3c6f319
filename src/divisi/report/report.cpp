// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/report.h"

#include "divisi/core/json.h"
#include "divisi/report/page.h"

namespace divisi {
namespace {

const char* to_word(TrackRole role) {
  switch (role) {
    case TrackRole::kMixture:
      return "mixture";
    case TrackRole::kStem:
      return "stem";
    case TrackRole::kResidual:
      return "residual";
  }
  return "";
}

Json to_json(const Picture& picture) {
  assert(std::ssize(picture.levels) == picture.rows * picture.cols);
  return Json::object()
      .set("rows", picture.rows)
      .set("cols", picture.cols)
      .set("top_db", picture.top_db)
      .set("floor_db", picture.floor_db)
      .set("levels", to_base64(std::as_bytes(std::span(picture.levels))));
}

Json to_json(const FrequencyAxis& axis) {
  return Json::object()
      .set("lowest_hz", axis.lowest_hz())
      .set("highest_hz", axis.highest_hz())
      .set("logarithmic", axis.logarithmic());
}

Json to_json(const ReportTrack& track) {
  return Json::object()
      .set("role", to_word(track.role))
      .set("name", track.name)
      .set("file", track.file)
      .set("embedded", !track.flac.empty())
      .set("components", Json(track.components))
      .set("reason", track.reason)
      .set("peak_dbfs", track.peak_dbfs)
      .set("spectrogram", to_json(track.spectrogram));
}

Json to_json(const ComponentPictures& component) {
  return Json::object().set("W", to_json(component.W)).set("H", to_json(component.H));
}

Json to_json(const ReportParameter& parameter) {
  return Json::object()
      .set("name", parameter.name)
      .set("value", parameter.value)
      .set("unit", parameter.unit)
      .set("help", parameter.help)
      .set("is_default", parameter.is_default);
}

template <typename T>
Json list(const std::vector<T>& values) {
  Json array = Json::array();
  for (const T& value : values) array.push(to_json(value));
  return array;
}

Json facts_of(const Report& report) {
  Json facts = Json::array();
  for (const auto& [name, value] : report.facts)
    facts.push(Json::object().set("name", name).set("value", value));
  return facts;
}

Json costs_of(const Report& report) {
  Json costs = Json::array();
  for (const auto& point : report.costs) costs.push(Json::array().push(point.iteration).push(point.cost));
  return costs;
}

Json to_json(const Report& report) {
  return Json::object()
      .set("track", report.track)
      .set("version", report.version)
      .set("facts", facts_of(report))
      .set("warnings", Json(report.warnings))
      .set("duration_s", report.duration_s)
      .set("frame_step_s", report.frame_step_s)
      .set("frames", report.frames)
      .set("axis", to_json(report.axis))
      .set("tracks", list(report.tracks))
      .set("model", Json::object()
                        .set("V", to_json(report.V))
                        .set("WH", to_json(report.WH))
                        .set("W", to_json(report.W))
                        .set("H", to_json(report.H))
                        .set("axis", to_json(report.model_axis))
                        .set("components", list(report.components))
                        .set("semitones", report.semitones))
      .set("costs", costs_of(report))
      .set("divergence", report.divergence)
      .set("stop", report.stop)
      .set("parameters", list(report.parameters))
      .set("command", report.command);
}

// Sounds stand beside the JSON, behind the script that draws: an hour of music then costs no parsing, and the
// pictures are there before it has been read.
std::string sounds_of(const Report& report) {
  std::string sounds;
  for (std::size_t i = 0; i < report.tracks.size(); ++i) {
    const auto& flac = report.tracks[i].flac;
    if (flac.empty()) continue;
    sounds += R"(<script type="text/plain" id="sound-)" + std::to_string(i) + "\">" + to_base64(flac) +
              "</script>\n";
  }
  return sounds;
}

}  // namespace

std::string render_report(const Report& report) {
  const std::string_view page = page_template();
  const std::size_t data = page.find(kDataSlot);
  const std::size_t sounds = page.find(kSoundsSlot);
  assert(data < sounds && sounds != std::string_view::npos);

  std::string text(page.substr(0, data));
  text += for_script(to_json(report).dump());
  text += page.substr(data + kDataSlot.size(), sounds - data - kDataSlot.size());
  text += sounds_of(report);
  text += page.substr(sounds + kSoundsSlot.size());
  return text;
}

}  // namespace divisi
