// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/text.h"

#include "divisi/core/error.h"
#include "divisi/core/version.h"

#include <gtest/gtest.h>
#include <limits>

namespace divisi {
namespace {

TEST(Text, ANumberReadsBackAsItself) {
  for (const double value : {0.0, -0.5, 1e-4, 44100.0, 1.0 / 3.0, 1e300}) {
    EXPECT_EQ(parse_number(to_text(value), "x", "a number"), value);
  }
  EXPECT_EQ(to_text(44100), "44100");
  EXPECT_EQ(to_fixed(-1.256, 2), "-1.26");
  EXPECT_EQ(to_fixed(std::numeric_limits<double>::max(), 0).size(), 309U);
}

TEST(Text, WhatIsNotANumberIsRefusedWithItsText) {
  for (const char* text : {"", "abc", "1x", "nan", "inf", "1e999", " 1"}) {
    EXPECT_THROW(parse_number(text, "beta", "a number"), InvalidInput) << text;
  }
  try {
    parse_number("1x", "beta", "a number");
  } catch (const InvalidInput& error) {
    EXPECT_STREQ(error.what(), "beta: expected a number, got '1x'");
  }
}

TEST(Text, SplitAndJoinAreInverses) {
  EXPECT_EQ(split("1,,3", ','), (std::vector<std::string>{"1", "", "3"}));
  EXPECT_TRUE(split("", ',').empty());
  EXPECT_EQ(join(split("a,b,c", ','), ","), "a,b,c");
}

TEST(Error, StaysOneLineAndKeepsItsParts) {
  const Error error(Fault::kInput, "evil\nname.wav", "audio", "text");
  EXPECT_STREQ(error.what(), "evil?name.wav: expected audio, got text");
  EXPECT_EQ(error.fault(), Fault::kInput);
  EXPECT_EQ(error.subject(), "evil\nname.wav");
  EXPECT_EQ(error.got(), "text");
}

TEST(Version, IsThreeNumbers) {
  EXPECT_EQ(split(version(), '.').size(), 3U);
}

}  // namespace
}  // namespace divisi
