// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/json.h"

#include <gtest/gtest.h>
#include <limits>

namespace divisi {
namespace {

TEST(Json, KeysKeepTheirOrder) {
  const Json json = Json::object().set("z", 1).set("a", true).set("m", "text");
  EXPECT_EQ(json.dump(), R"({"z":1,"a":true,"m":"text"})");
}

TEST(Json, NumbersThatAreNotFiniteAreNull) {
  EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()).dump(), "null");
  EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).dump(), "null");
}

TEST(Json, TextThatIsNotUtf8IsStillWritten) {
  EXPECT_EQ(Json("a\xff").dump(), "\"a\uFFFD\"");
}

TEST(Json, AsciiEscapesEverythingElse) {
  EXPECT_EQ(Json("\u00e4").dump_ascii(), "\"\\u00e4\"");
}

TEST(Json, ParsesWhatItDumps) {
  const Json json = Json::object().set("list", Json(std::vector<double>{1.5, 2.0})).set("name", "stem");
  const auto parsed = Json::parse(json.dump(2));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, json);
  EXPECT_EQ(parsed->at("list").elements().at(0).number(), 1.5);
  EXPECT_EQ(parsed->at("name").text(), "stem");
}

TEST(Json, WhatIsMissingOrOfAnotherKindIsNothing) {
  EXPECT_FALSE(Json::parse("{broken"));
  EXPECT_FALSE(Json(1).at("key").text());
  EXPECT_FALSE(Json("text").number());
  EXPECT_TRUE(Json(1).elements().empty());
}

}  // namespace
}  // namespace divisi
