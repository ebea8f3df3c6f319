// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/learn.h"

#include "divisi/core/error.h"

#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <unistd.h>

namespace divisi {
namespace {

namespace fs = std::filesystem;

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(LearnSources, AreNamesWithFilesThatAddUp) {
  const auto sources = parse_sources({"drums=a.wav,b.wav", "voice=c.wav", "drums=d=1.wav"});
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].name, "drums");
  EXPECT_EQ(sources[0].files, (std::vector<fs::path>{"a.wav", "b.wav", "d=1.wav"}));
  EXPECT_EQ(sources[1].files, (std::vector<fs::path>{"c.wav"}));
}

TEST(LearnSources, PatternsAndNamesWithCommas) {
  const fs::path folder = fs::temp_directory_path() / ("learn_test." + std::to_string(getpid()));
  fs::create_directories(folder);
  for (const char* name : {"b.wav", "a.wav", "x,y.wav"}) std::ofstream(folder / name) << "x";
  const auto all = parse_sources({"hits=" + (folder / "?.wav").string()});
  EXPECT_EQ(all[0].files, (std::vector<fs::path>{folder / "a.wav", folder / "b.wav"}));
  const auto one = parse_sources({"hits=" + (folder / "x,y.wav").string()});
  EXPECT_EQ(one[0].files, (std::vector<fs::path>{folder / "x,y.wav"}));
  EXPECT_NE(message_of([&] { parse_sources({"hits=" + (folder / "*.flac").string()}); }), "");
  fs::remove_all(folder);
}

TEST(LearnSources, ThatAreNoneAreRefused) {
  for (const char* argument :
       {"a.wav", "=a.wav", "a=", "a=b.wav,", "a/b=c.wav", ".a=c.wav", "residual=c.wav", "rest=c.wav"}) {
    EXPECT_NE(message_of([&] { parse_sources({argument}); }), "") << argument;
  }
}

}  // namespace
}  // namespace divisi
