// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/report.h"

#include "divisi/report/page.h"

#include <gtest/gtest.h>
#include <limits>
#include <span>

namespace divisi {
namespace {

constexpr const char* kHostile = "</script><script>alert(1)</script>\"'&<!--divisi:data-->ü日.wav";

std::vector<std::byte> bytes(std::string_view text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

Report sample() {
  Report report;
  report.track = kHostile;
  report.facts = {{"rate", "8000 Hz"}, {kHostile, kHostile}};
  report.warnings = {kHostile};
  report.tracks = {
      {.name = kHostile, .file = kHostile, .components = {0, 2}, .reason = kHostile, .peak_dbfs = -1.5},
      {.name = "residual",
       .file = "residual.wav",
       .components = {},
       .reason = "",
       .peak_dbfs = -std::numeric_limits<double>::infinity()}};
  report.costs = {{0, 12.5}, {10, 3.25}};
  report.divergence = "KL divergence";
  report.stop = kHostile;
  report.parameters = {{"fft", "2048", "the window", true}, {"beta", "1", kHostile, false}};
  report.command = std::string("divisi separate ") + kHostile;
  report.version = "1.2.3";
  report.state = Json::object().set("name", kHostile);
  report.blobs = {{"picture", bytes("\x01\xff")}, {"sound-0", bytes("fLaC-mix")}};
  return report;
}

std::string between(const std::string& text, std::string_view begin, std::string_view end) {
  const std::size_t first = text.find(begin);
  EXPECT_NE(first, std::string::npos) << begin;
  const std::size_t start = first + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Report, EqualReportsAreEqualBytes) {
  EXPECT_TRUE(render_report(sample()) == render_report(sample()));
}

TEST(Report, SaysEveryWordUnchanged) {
  const std::string page = render_report(sample());
  const std::string hostile = for_html(kHostile);
  EXPECT_EQ(between(page, "<h1>", "</h1>"), hostile);
  EXPECT_EQ(count(page, "<dt>" + hostile + "</dt><dd>" + hostile + "</dd>"), 1U);
  EXPECT_EQ(count(between(page, "class=\"warnings\"", "</ul>"), "<li>" + hostile + "</li>"), 1U);
  EXPECT_EQ(count(page, "<h3>" + hostile + "</h3>"), 1U);
  EXPECT_EQ(count(page, "<p>" + hostile + "</p>"), 2U);  // the reason, and how the run ended
  EXPECT_EQ(between(page, "<code>divisi separate ", "</code>"), hostile);
  EXPECT_EQ(count(page, "<td>" + hostile + "</td>"), 1U);
  EXPECT_NE(page.find("Made by divisi 1.2.3"), std::string::npos);
}

TEST(Report, SaysEveryNumber) {
  const std::string page = render_report(sample());
  EXPECT_NE(page.find("peak -1.5 dBFS · components 1, 3"), std::string::npos);
  EXPECT_NE(page.find("· silent"), std::string::npos);
  EXPECT_NE(page.find("KL divergence: from 12.5 to 3.25 in 10 iterations."), std::string::npos);
  EXPECT_NE(page.find("2 in force, 1 not at the default."), std::string::npos);
}

TEST(Report, ParametersThatWereChosenStandFirst) {
  const std::string page = render_report(sample());
  EXPECT_LT(page.find("<code>beta</code>"), page.find("<code>fft</code>"));
}

TEST(Report, TheFilesCanBeHeardBesideIt) {
  const std::string page = render_report(sample());
  EXPECT_EQ(count(page, "<audio "), 2U);
  EXPECT_EQ(count(page, "src=\"" + for_address(kHostile) + "\""), 1U);
  EXPECT_EQ(count(page, "href=\"./residual.wav\""), 1U);
}

TEST(Report, CarriesItsDataWhereThePageIsLive) {
  const std::string page = render_report(sample());
  if (!page_is_live()) GTEST_SKIP() << "built without npm";
  const auto state =
      Json::parse(between(page, R"(<script type="application/json" id="state">)", "</script>"));
  ASSERT_TRUE(state);
  EXPECT_EQ(state->at("name").text(), kHostile);
  EXPECT_EQ(between(page, "id=\"blob-picture\">", "<"), to_base64(bytes("\x01\xff")));
  EXPECT_EQ(between(page, "id=\"blob-sound-0\">", "<"), to_base64(bytes("fLaC-mix")));
}

TEST(Report, ForeignTextAddsNoElementAndFillsNoSlot) {
  const std::string page = render_report(sample());
  const std::string empty(page_template());
  const std::size_t data = page_is_live() ? 3 : 0;  // the state and two blobs
  EXPECT_EQ(count(page, "<script"), count(empty, "<script") + data);
  EXPECT_EQ(count(page, "</script"), count(empty, "</script") + data);
  EXPECT_EQ(count(page, "<!--"), count(empty, "<!--") - (page_is_live() ? 2 : 1));  // the slots
  EXPECT_EQ(page.find(kDataSlot), std::string::npos);
}

TEST(Report, AnEmptyOneIsStillAPage) {
  const std::string page = render_report({});
  EXPECT_NE(page.find("</html>"), std::string::npos);
  EXPECT_EQ(count(page, "<audio "), 0U);
}

}  // namespace
}  // namespace divisi
