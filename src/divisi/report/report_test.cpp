// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/report.h"

#include "divisi/core/json.h"
#include "divisi/report/page.h"

#include <gtest/gtest.h>
#include <limits>
#include <span>

namespace divisi {
namespace {

constexpr const char* kHostile = "</script><script>alert(1)</script>\"'&<!--divisi:sounds-->ü日.wav";

std::vector<std::byte> bytes(std::string_view text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

ReportTrack track(TrackRole role, const std::string& name, std::string_view flac) {
  ReportTrack result;
  result.role = role;
  result.name = name;
  result.file = name + ".wav";
  result.flac = bytes(flac);
  result.spectrogram = {.rows = 2, .cols = 2, .levels = {0, 1, 254, 255}, .top_db = -3.0, .floor_db = -83.0};
  result.peak_dbfs = -1.5;
  return result;
}

Report sample() {
  Report report;
  report.track = kHostile;
  report.facts = {{"rate", "8000 Hz"}, {kHostile, kHostile}};
  report.warnings = {kHostile};
  report.duration_s = 1.25;
  report.frame_step_s = 0.5;
  report.frames = 2;
  report.axis = FrequencyAxis(2, 8000.0, 2);
  report.model_axis = report.axis;
  report.tracks = {track(TrackRole::kMixture, "mix", "fLaC-mix"),
                   track(TrackRole::kStem, kHostile, "fLaC-one"),
                   track(TrackRole::kResidual, "residual", "")};
  report.tracks[1].components = {0, 2};
  report.tracks[1].reason = kHostile;
  report.tracks[2].peak_dbfs = -std::numeric_limits<double>::infinity();
  report.V = report.WH = report.tracks[0].spectrogram;
  report.W = shapes_picture(Matrix(2, 3, {1, 0, 0, 1, 1, 1}), report.axis);
  report.H = activations_picture(Matrix(3, 2, {1, 2, 3, 4, 5, 6}));
  report.costs = {{0, 12.5}, {10, 3.25}};
  report.divergence = "KL divergence";
  report.stop = kHostile;
  report.parameters = {{"fft", "2048", "samples", "the window", true}, {"beta", "1", "", kHostile, false}};
  report.command = std::string("divisi separate ") + kHostile;
  report.version = "1.2.3";
  return report;
}

std::string between(const std::string& text, std::string_view begin, std::string_view end) {
  const std::size_t first = text.find(begin);
  EXPECT_NE(first, std::string::npos) << begin;
  const std::size_t start = first + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

Json data_of(const std::string& page) {
  const auto json =
      Json::parse(between(page, R"(<script type="application/json" id="report">)", "</script>"));
  EXPECT_TRUE(json);
  return json.value_or(Json());
}

TEST(Report, EqualReportsAreEqualBytes) {
  EXPECT_TRUE(render_report(sample()) == render_report(sample()));
}

TEST(Report, CarriesEveryWordUnchanged) {
  const Json data = data_of(render_report(sample()));
  EXPECT_EQ(data.at("track").text(), kHostile);
  EXPECT_EQ(data.at("facts").elements().at(1).at("name").text(), kHostile);
  EXPECT_EQ(data.at("warnings").elements().at(0).text(), kHostile);
  EXPECT_EQ(data.at("tracks").elements().at(1).at("reason").text(), kHostile);
  EXPECT_EQ(data.at("stop").text(), kHostile);
  EXPECT_EQ(data.at("command").text(), std::string("divisi separate ") + kHostile);
  EXPECT_EQ(data.at("version").text(), "1.2.3");
  const Json parameter = data.at("parameters").elements().at(1);
  EXPECT_EQ(parameter.at("help").text(), kHostile);
  EXPECT_EQ(parameter.at("is_default"), Json(false));
}

TEST(Report, CarriesEveryNumber) {
  const Json data = data_of(render_report(sample()));
  EXPECT_EQ(data.at("duration_s").number(), 1.25);
  EXPECT_EQ(data.at("frame_step_s").number(), 0.5);
  EXPECT_EQ(data.at("frames").number(), 2.0);
  EXPECT_EQ(data.at("axis").at("highest_hz").number(), 4000.0);
  EXPECT_EQ(data.at("costs").dump(), "[[0,12.5],[10,3.25]]");
  const auto tracks = data.at("tracks").elements();
  ASSERT_EQ(tracks.size(), 3U);
  EXPECT_EQ(tracks[0].at("role").text(), "mixture");
  EXPECT_EQ(tracks[1].at("components").dump(), "[0,2]");
  EXPECT_EQ(tracks[1].at("peak_dbfs").number(), -1.5);
  EXPECT_EQ(tracks[2].at("peak_dbfs"), Json());  // silence has no level
}

TEST(Report, PicturesAreTheirBytes) {
  const Json data = data_of(render_report(sample()));
  const Json V = data.at("model").at("V");
  EXPECT_EQ(V.at("levels").text(), "AAH+/w==");
  EXPECT_EQ(V.at("rows").number(), 2.0);
  EXPECT_EQ(V.at("top_db").number(), -3.0);
  EXPECT_EQ(V.at("floor_db").number(), -83.0);
  EXPECT_EQ(data.at("model").at("W").at("cols").number(), 3.0);
  EXPECT_EQ(data.at("model").at("H").at("rows").number(), 3.0);
}

TEST(Report, ShapesThatLastOrMoveHavePicturesOfTheirOwn) {
  Report report = sample();
  report.model_axis = FrequencyAxis(std::vector<double>{50.0, 100.0, 200.0});
  report.components = {{report.V, report.WH}, {report.WH, report.V}};
  report.components[1].H.levels = {9, 8, 7, 6};
  report.semitones = 0.5;
  const Json model = data_of(render_report(report)).at("model");
  EXPECT_EQ(model.at("axis").at("lowest_hz").number(), 50.0);
  EXPECT_EQ(model.at("axis").at("highest_hz").number(), 200.0);
  EXPECT_EQ(model.at("semitones").number(), 0.5);
  const auto components = model.at("components").elements();
  ASSERT_EQ(components.size(), 2U);
  EXPECT_EQ(components[0].at("W").at("levels").text(), "AAH+/w==");
  EXPECT_EQ(components[1].at("H").at("levels").text(), "CQgHBg==");
  EXPECT_EQ(components[1].at("H").at("rows").number(), 2.0);
}

TEST(Report, EmbedsTheSoundsThatItIsGiven) {
  const std::string page = render_report(sample());
  EXPECT_EQ(between(page, "id=\"sound-0\">", "<"), to_base64(bytes("fLaC-mix")));
  EXPECT_EQ(between(page, "id=\"sound-1\">", "<"), to_base64(bytes("fLaC-one")));
  EXPECT_EQ(page.find("id=\"sound-2\""), std::string::npos);
  const auto tracks = data_of(page).at("tracks").elements();
  EXPECT_EQ(tracks.at(1).at("embedded"), Json(true));
  EXPECT_EQ(tracks.at(2).at("embedded"), Json(false));
}

TEST(Report, ForeignTextAddsNoElementAndFillsNoSlot) {
  const auto count = [](const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  const std::string page = render_report(sample());
  const std::string empty(page_template());
  EXPECT_EQ(count(page, "<script"), count(empty, "<script") + 2);  // the two sounds
  EXPECT_EQ(count(page, "</script"), count(empty, "</script") + 2);
  EXPECT_EQ(count(page, "<!--"), count(empty, "<!--") - 2);  // the two slots
  EXPECT_EQ(page.find("divisi:data"), std::string::npos);
}

TEST(Report, AnEmptyOneIsStillAPage) {
  const Json data = data_of(render_report({}));
  EXPECT_TRUE(data.at("tracks").elements().empty());
  EXPECT_EQ(data.at("model").at("V").at("levels").text(), "");
}

}  // namespace
}  // namespace divisi
