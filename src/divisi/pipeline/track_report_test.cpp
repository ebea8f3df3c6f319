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
  void spectra(const Matrix& mixture, const std::vector<Matrix>& sources) override {
    report_.spectra(mixture, sources);
  }
  void samples(std::span<const double> /*mixture*/,
               const std::vector<std::vector<double>>& /*stems*/) override {}

 private:
  TrackReport& report_;
};

Json page_of(AudioSource& source, const Separation& found, const Settings& settings) {
  AudioFacts facts;
  facts.rate_hz = source.rate_hz();
  facts.channels = source.channels();
  facts.frames = source.frames();
  facts.peak = 0.5;
  TrackReport report(found, settings, facts, {0, 1});
  ReportSink sink(report);
  EXPECT_TRUE(render(source, found, settings, sink));
  const std::string page =
      report.render("track", "divisi", {"mix.wav", "1.wav", "2.wav", ""}, std::vector<FileLevel>(3), {});
  const std::string begin = R"(<script type="application/json" id="report">)";
  const std::size_t at = page.find(begin) + begin.size();
  return Json::parse(page.substr(at, page.find("</script>", at) - at)).value();
}

std::string fact(const Json& page, const std::string& name) {
  for (const Json& entry : page.at("facts").elements()) {
    if (entry.at("name").text() == name) return entry.at("value").text().value_or("");
  }
  return "none";
}

TEST(TrackReport, ShowsShapesThatMoveOnTheAxisThatWasAnalysed) {
  const Audio sound = test_sound(1);
  Settings settings{.components = 2, .fft = 256};
  settings.model = Model::kNmf2d;
  settings.time_shifts = 3;
  settings.pitch_shifts = 4;
  settings.fmin_hz = 100.0;
  MemorySource source(sound);
  Separation found = moving_shapes(source, settings);
  auto& H = found.fit.factors.H;
  for (Index j = 0; j < H.cols(); ++j) {
    for (Index row = 0; row < 8; ++row) H(row, j) = row == 5 ? 1.0F : 0.0F;  // component 2, two bins up
  }
  found.fit.costs = {{0, 2.0}, {10, 1.0}};
  const Json page = page_of(source, found, settings);
  const Json model = page.at("model");
  const double bins = static_cast<double>(found.axis->bins());
  EXPECT_EQ(model.at("axis").at("lowest_hz").number(), 100.0);
  EXPECT_EQ(page.at("axis").at("highest_hz").number(), 4000.0);
  EXPECT_EQ(model.at("V").at("rows").number(), bins);
  EXPECT_EQ(model.at("WH").at("rows").number(), bins);
  EXPECT_EQ(model.at("semitones").number(), 12.0 / 36.0);
  const auto components = model.at("components").elements();
  ASSERT_EQ(components.size(), 2U);
  EXPECT_EQ(components[0].at("W").at("rows").number(), bins);
  EXPECT_EQ(components[0].at("W").at("cols").number(), 3.0);
  EXPECT_EQ(components[0].at("H").at("rows").number(), 4.0);
  const Index cols = H.cols();
  const std::vector<std::uint8_t> silent(static_cast<std::size_t>(4 * cols), 0);
  std::vector<std::uint8_t> third = silent;
  std::fill(third.begin() + 2 * cols, third.begin() + 3 * cols, std::uint8_t{255});
  EXPECT_EQ(components[0].at("H").at("levels").text(), to_base64(std::as_bytes(std::span(silent))));
  EXPECT_EQ(components[1].at("H").at("levels").text(), to_base64(std::as_bytes(std::span(third))));
  EXPECT_EQ(fact(page, "Model"), "NMF2D, 3 time shifts, 4 pitch shifts, Kullback–Leibler divergence");
  EXPECT_EQ(fact(page, "Frequency axis"),
            std::to_string(found.axis->bins()) + " bins, 36 an octave, from 100 Hz");
}

TEST(TrackReport, ShowsPlainShapesTogether) {
  const Audio sound = test_sound(1);
  const Settings settings{.sources = 2, .components = 3, .fft = 256, .iterations = 5, .restarts = 1};
  MemorySource source(sound);
  const Json page = page_of(source, separate(source, settings), settings);
  EXPECT_TRUE(page.at("model").at("components").elements().empty());
  EXPECT_EQ(page.at("model").at("W").at("cols").number(), 3.0);
  EXPECT_EQ(page.at("model").at("H").at("rows").number(), 3.0);
  EXPECT_EQ(page.at("model").at("axis"), page.at("axis"));
  EXPECT_EQ(fact(page, "Model"), "NMF, Kullback–Leibler divergence");
  EXPECT_EQ(fact(page, "Frequency axis"), "none");
}

}  // namespace
}  // namespace divisi
