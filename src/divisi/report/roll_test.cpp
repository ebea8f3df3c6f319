// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/roll.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

RollPage page() {
  return {.title = "song",
          .facts = {{"Notes", "2"}},
          .warnings = {},
          .start_s = 10.0,
          .end_s = 14.0,
          .notes = {{10.5, 1.0, 60, 127, "C4", 261.6256}, {12.0, 0.25, 127, 1, "G9", 12543.85}},
          .command = "divisi transcribe song.wav",
          .version = "1"};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto place = text.find(part); place != std::string::npos; place = text.find(part, place + 1)) ++found;
  return found;
}

TEST(Roll, HasABarAndALineForEveryNote) {
  const std::string text = render_roll(page());
  EXPECT_EQ(count(text, "class='note'"), 2U);
  EXPECT_EQ(count(text, "<tr><td>"), 2U);
  EXPECT_NE(text.find("<td>C4</td><td>261.6</td><td>10.50</td><td>1.00</td><td>127</td>"), std::string::npos);
  EXPECT_NE(text.find("12.0 s</text>"), std::string::npos);
  EXPECT_EQ(text, render_roll(page()));
  EXPECT_LT(text.find(kRollTitle), 1000U);
}

TEST(Roll, ForeignTextStaysText) {
  RollPage hostile = page();
  hostile.title = hostile.command = hostile.notes[0].name = "</title><script>alert(\"1\")</script>&amp;";
  hostile.warnings = {"<b>"};
  const std::string text = render_roll(hostile);
  EXPECT_EQ(text.find("<script"), std::string::npos);
  EXPECT_EQ(text.find("<b>"), std::string::npos);
  EXPECT_NE(text.find("&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;"),
            std::string::npos);
}

TEST(Roll, NoNotesAndNoLengthStillMakeAPage) {
  RollPage empty = page();
  empty.notes.clear();
  empty.end_s = empty.start_s;
  EXPECT_NE(render_roll(empty).find("No note was found."), std::string::npos);
  RollPage instant = page();
  instant.end_s = instant.start_s;
  EXPECT_EQ(count(render_roll(instant), "class='note'"), 2U);
}

}  // namespace
}  // namespace divisi
