// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/track_report.h"

#include "divisi/core/json.h"
#include "divisi/core/random.h"
#include "divisi/pipeline/render.h"
#include "divisi/pipeline/test_shapes_test.h"
#include "divisi/pipeline/test_sound_test.h"
#include "divisi/report/page.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

// The report of a separation, as its page has it.
class ReportSink : public StemSink {
 public:
  explicit ReportSink(TrackReport& report) : report_(report) {}
  void spectrum(const Matrix& mixture) override { report_.spectrum(mixture); }
  void samples(std::span<const double> mixture, const std::vector<std::vector<double>>& stems) override {
    std::vector<std::vector<double>> written = stems;
    written.emplace_back(mixture.size(), 0.0);
    report_.samples(mixture, written);
  }

 private:
  TrackReport& report_;
};

std::string page_of(AudioSource& source, const Separation& found, const Settings& settings) {
  AudioFacts facts;
  facts.rate_hz = source.rate_hz();
  facts.channels = source.channels();
  facts.frames = source.frames();
  facts.peak = 0.5;
  TrackReport report(found, settings, facts, {0, 1});
  ReportSink sink(report);
  EXPECT_TRUE(render(source, found, settings, sink));
  return report.render("track", "mix.wav", {"1.wav", "2.wav", ""}, std::vector<FileLevel>(3), {});
}

std::string between(const std::string& page, const std::string& begin, const std::string& end) {
  const std::size_t at = page.find(begin);
  if (at == std::string::npos) return "none";
  return page.substr(at + begin.size(), page.find(end, at) - at - begin.size());
}

Json state_of(const std::string& page) {
  return Json::parse(between(page, R"(<script type="application/json" id="state">)", "</script>"))
      .value_or(Json());
}

std::string fact(const std::string& page, const std::string& name) {
  return between(page, "<dt>" + name + "</dt><dd>", "</dd>");
}

double number(const Json& object, std::string_view name) {
  return object.at(name).number().value_or(-1.0);
}

Settings plain() {
  return {.sources = 2, .components = 3, .fft = 256, .model = Model::kNmf, .iterations = 5, .restarts = 1};
}

TEST(TrackReport, CarriesWhatLiveMasksAreMadeOf) {
  const Audio sound = test_sound(2);
  MemorySource source(sound);
  Settings settings = plain();
  settings.spatial = Spatial::kOff;
  const Separation found = separate(source, settings);
  const std::string page = page_of(source, found, settings);
  EXPECT_EQ(fact(page, "Model"), "NMF, Kullback–Leibler divergence");
  EXPECT_EQ(fact(page, "Frequency axis"), "none");
  if (!page_is_live()) GTEST_SKIP() << "built without npm";
  const Json state = state_of(page);
  EXPECT_EQ(state.at("sound").at("carried").text(), "mixture");
  EXPECT_EQ(state.at("sound").at("copy"), Json(false));
  EXPECT_EQ(number(state.at("recording"), "channels"), 2.0);
  const Json result = state.at("result");
  EXPECT_EQ(number(result, "components"), 3.0);
  EXPECT_EQ(number(result, "exponent"), 1.5);
  EXPECT_EQ(result.at("groups").elements().size(), 2U);
  EXPECT_EQ(result.at("groups").elements().front().at("file").text(), "1.wav");
  EXPECT_EQ(number(state.at("picture"), "frames"), number(result, "frames"));
  const auto values = static_cast<std::size_t>(3 * 129 + 3 * found.fit.factors.H.cols() + 256);
  EXPECT_EQ(between(page, "id=\"blob-factors\">", "<").size(), 4 * ((4 * values + 2) / 3));
  EXPECT_NE(page.find("id=\"blob-sound-0\""), std::string::npos);
  EXPECT_EQ(page.find("id=\"blob-sound-1\""), std::string::npos);
  EXPECT_NE(state.at("regroup").text().value_or("").find("--components 3"), std::string::npos);
}

TEST(TrackReport, CarriesTheStemsWhereMasksAreNotThePages) {
  const Audio sound = test_sound(2);
  MemorySource source(sound);
  Settings settings = plain();
  settings.spatial = Spatial::kOff;
  settings.mask = MaskKind::kNone;
  const std::string page = page_of(source, separate(source, settings), settings);
  if (!page_is_live()) GTEST_SKIP() << "built without npm";
  const Json state = state_of(page);
  EXPECT_EQ(state.at("sound").at("carried").text(), "stems");
  EXPECT_EQ(state.at("sound").at("why").text(), "made with --mask none");
  EXPECT_NE(page.find("id=\"blob-sound-2\""), std::string::npos);
  EXPECT_EQ(page.find("id=\"blob-sound-3\""), std::string::npos);
}

TEST(TrackReport, ShowsWhenShapesMoveThatAreOnAnotherAxis) {
  const Audio sound = test_sound(1);
  Settings settings{.components = 2, .fft = 256};
  settings.model = Model::kNmf2d;
  settings.time_shifts = 3;
  settings.pitch_shifts = 4;
  settings.fmin_hz = 100.0;
  settings.refine = 0;
  MemorySource source(sound);
  Separation found = moving_shapes(source, settings);
  found.fit.costs = {{0, 2.0}, {10, 1.0}};
  const std::string page = page_of(source, found, settings);
  EXPECT_EQ(fact(page, "Model"), "NMF2D, 3 time shifts, 4 pitch shifts, Kullback–Leibler divergence");
  EXPECT_EQ(fact(page, "Frequency axis"),
            std::to_string(found.axis->bins()) + " bins, 36 an octave, from 100 Hz");
  if (!page_is_live()) GTEST_SKIP() << "built without npm";
  const Json state = state_of(page);
  EXPECT_EQ(state.at("sound").at("carried").text(), "stems");
  EXPECT_EQ(state.at("sound").at("why").text(), "made with --refine 0");
  EXPECT_EQ(number(state.at("result"), "bins"), 0.0);
  EXPECT_EQ(number(state.at("result"), "time_shifts"), 1.0);
  EXPECT_EQ(number(state.at("picture"), "bins"), 129.0);
}

}  // namespace
}  // namespace divisi
