// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/page.h"

#include "divisi/core/json.h"

#include <gtest/gtest.h>
#include <vector>

namespace divisi {
namespace {

std::string base64(std::string_view text) {
  return to_base64(std::as_bytes(std::span(text)));
}

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(PageTemplate, HasEachSlotOnceAndInOrder) {
  EXPECT_EQ(occurrences(page_template(), kTextSlot), 1U);
  EXPECT_EQ(occurrences(page_template(), kDataSlot), page_is_live() ? 1U : 0U);
  if (page_is_live()) {
    EXPECT_LT(page_template().find(kTextSlot), page_template().find(kDataSlot));
    EXPECT_LT(page_template().find(kDataSlot), page_template().find("<script>"));  // which reads the data
  }
}

TEST(PageTemplate, IsAWholePage) {
  EXPECT_TRUE(page_template().starts_with("<!DOCTYPE html>") ||
              page_template().starts_with("<!doctype html>"));
  EXPECT_NE(page_template().find("</html>"), std::string_view::npos);
  EXPECT_NE(page_template().find("lang=\"en\""), std::string_view::npos);
}

TEST(PageTemplate, HasItsStyles) {
  EXPECT_EQ(occurrences(page_template(), "@STYLE@"), 0U);
  EXPECT_NE(page_template().find(".warnings"), std::string_view::npos);
  EXPECT_NE(page_template().find("--accent"), std::string_view::npos);
}

TEST(PageTemplate, LoadsNothingAndReadsNoTextAsHtml) {
  for (const char* word : {"https://", "src=\"", "@import", "url(", "insertAdjacentHTML", "document.write",
                           "eval(", "XMLHttpRequest", "EventSource", "WebSocket", "sendBeacon"}) {
    EXPECT_EQ(occurrences(page_template(), word), 0U) << word;
  }
  EXPECT_NE(page_template().find("default-src 'none'"), std::string_view::npos);
  EXPECT_EQ(occurrences(page_template(), "connect-src"), 0U);
  EXPECT_EQ(occurrences(page_template(), "script-src 'unsafe-inline'"), 0U);
}

TEST(ForHtml, NoTextCanEndOrOpenAnElement) {
  EXPECT_EQ(for_html("</p><script>\"'&"), "&lt;/p&gt;&lt;script&gt;&quot;&#39;&amp;");
  EXPECT_EQ(for_html("ü日"), "ü日");
}

TEST(ForAddress, NothingIsReadInAnotherWay) {
  EXPECT_EQ(for_address("a-b_c.d~/1.wav"), "./a-b_c.d~/1.wav");
  EXPECT_EQ(for_address("javascript:x"), "./javascript%3Ax");
  EXPECT_EQ(for_address("#1 50%?\"<'&ü.wav"), "./%231%2050%25%3F%22%3C%27%26%C3%BC.wav");
}

TEST(ForScript, NoTextCanEndOrOpenAnElement) {
  for (const char* hostile : {"</script><script>alert(1)</script>", "<!--<script>", "]]>\"'&\\", "a\nb\t\x01",
                              "日本語 ü \u2028", "<!--divisi:data-->", ""}) {
    const std::string text = for_script(Json::object().set("name", hostile).dump());
    EXPECT_EQ(text.find('<'), std::string::npos) << text;
    const auto parsed = Json::parse(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->at("name").text(), hostile);
  }
}

// RFC 4648, section 10.
TEST(ToBase64, IsTheStandards) {
  const std::vector<std::pair<std::string_view, std::string_view>> vectors{{"", ""},
                                                                           {"f", "Zg=="},
                                                                           {"fo", "Zm8="},
                                                                           {"foo", "Zm9v"},
                                                                           {"foob", "Zm9vYg=="},
                                                                           {"fooba", "Zm9vYmE="},
                                                                           {"foobar", "Zm9vYmFy"}};
  for (const auto& [text, expected] : vectors) EXPECT_EQ(base64(text), expected);
  EXPECT_EQ(base64("\xfb\xff\xfe"), "+//+");
}

TEST(ToBase64, LongInputIsPaddedAtItsEndOnly) {
  const std::string zeros(std::size_t{7} << 20, '\0');
  std::string expected(4 * ((zeros.size() + 2) / 3), 'A');
  expected.replace(expected.size() - 2, 2, "==");
  EXPECT_TRUE(base64(zeros) == expected);
}

}  // namespace
}  // namespace divisi
