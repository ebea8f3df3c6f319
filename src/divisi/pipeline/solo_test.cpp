// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/solo.h"

#include "divisi/core/error.h"
#include "divisi/core/random.h"
#include "divisi/factor/nmf.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/starting_point.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace divisi {
namespace {

constexpr double kStep = 0.1;

Settings marked(std::vector<std::string> marks, std::vector<std::string> names = {}) {
  Settings settings;
  settings.solo = std::move(marks);
  settings.names = std::move(names);
  return settings;
}

std::string refusal(const Settings& settings) {
  try {
    const Settings chosen = resolved(settings, 8000);
    Matrix V(4, 40);
    std::ranges::fill(V.values(), 1.0F);
    for (Index j = 30; j < 40; ++j) std::ranges::fill(V.col(j), 0.0F);
    solo_start(V, chosen, kStep);
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

TEST(Solo, SettingsTakeCountsFromTheMarks) {
  const Settings two = resolved(marked({"1=0-1"}), 8000);
  EXPECT_EQ(two.sources, 2);
  EXPECT_EQ(two.components, 64);
  EXPECT_EQ(two.fft, 1024);
  EXPECT_EQ(resolved(marked({"3=0-1"}), 8000).sources, 3);
  EXPECT_EQ(resolved(marked({"b=0-1"}, {"a", "b", "c"}), 8000).sources, 3);
  const Settings one = marked({"1=0-1"});
  EXPECT_EQ(soloists(resolved(one, 8000)).front(), true);
  EXPECT_EQ(soloists(resolved(one, 8000)).back(), false);
}

TEST(Solo, RefusesWhatSaysNothing) {
  const char* const shape = "solo: expected S=FROM-TO, as in 1=12.0-14.5 or voice=1:02-1:10, got ";
  EXPECT_EQ(refusal(marked({"1"})), std::string(shape) + "'1'");
  EXPECT_EQ(refusal(marked({"1=2"})), std::string(shape) + "'1=2'");
  EXPECT_EQ(refusal(marked({"1=x-2"})), std::string(shape) + "'1=x-2'");
  EXPECT_EQ(refusal(marked({"1=2-2"})), "solo: expected FROM before TO, got '1=2-2'");
  EXPECT_EQ(refusal(marked({"1=0-2", "2=1.5-3"})),
            "solo: expected one source alone at a time, got 1=0-2 and 2=1.5-3");
  EXPECT_EQ(refusal(marked({"c=0-2"}, {"a", "b"})), "solo: expected one of the stems a, b, got 'c'");
  EXPECT_EQ(refusal(marked({"1=0-9"})), "solo: expected times within 0.00-4.00 s, got 0-9");
  EXPECT_EQ(
      refusal(marked({"2=3.2-3.8"})),
      "solo: expected a stretch in which source 2 sounds, got digital silence, or one shorter than a frame");
  Settings moved = marked({"1=0-1"});
  moved.model = Model::kNmf2d;
  EXPECT_EQ(refusal(moved), "model: expected nmf or nmfd beside --solo, got nmf2d");
}

// Two shapes that share a bin: one alone for 1 s, the other alone for 1 s, then both for 2 s.
TEST(Solo, OthersAreSilentInAStretchAndStaySo) {
  Matrix V(3, 40);
  for (Index j = 0; j < 40; ++j) {
    const float first = j < 10 || j >= 20 ? 1.0F + static_cast<float>(j % 3) : 0.0F;
    const float second = j >= 10 ? 1.0F + static_cast<float>(j % 5) : 0.0F;
    V(0, j) = 3.0F * first;
    V(1, j) = 2.0F * first + 2.0F * second;
    V(2, j) = 3.0F * second;
  }
  Settings settings = marked({"1=0-1"});
  settings.components = 2;
  const Settings chosen = resolved(settings, 8000);
  const Fit fit = nmf(V, nmf_options(chosen), solo_start(V, chosen, kStep));
  for (Index j = 1; j < 10; ++j) EXPECT_EQ(fit.factors.H(1, j), 0.0F) << j;
  EXPECT_NEAR(static_cast<double>(fit.factors.W(0, 0)), 0.6, 0.01);
  EXPECT_NEAR(static_cast<double>(fit.factors.W(1, 0)), 0.4, 0.01);
  const Grouping groups = group_by_solo(chosen, fit.factors, {{0.0, 1000.0, 2000.0}, 0.01});
  EXPECT_EQ(groups[0].components, std::vector<int>{0});
  EXPECT_EQ(groups[1].components, std::vector<int>{1});
}

TEST(Solo, ShapesThatLastDoNotReachIntoAnothersStretch) {
  Settings settings = marked({"1=1-2", "2=3-4"});
  settings.model = Model::kNmfd;
  settings.time_shifts = 3;
  settings.components = 2;
  Matrix V(4, 40);
  std::ranges::fill(V.values(), 1.0F);
  const Settings chosen = resolved(settings, 8000);
  const Factors start = solo_start(V, chosen, kStep);
  for (const Index frame : {9, 10, 11, 19}) EXPECT_EQ(start.H(1, frame), 0.0F) << frame;
  for (const Index frame : {8, 20}) EXPECT_GT(start.H(1, frame), 0.0F) << frame;
  EXPECT_EQ(start.time_shifts, 3);
}

TEST(Solo, SeveralUnmarkedSourcesAreGroupedByTimbre) {
  Settings settings = marked({"2=0-1"});
  settings.sources = 3;
  settings.components = 6;
  Matrix V(64, 40);
  Random random(3);
  for (float& v : V.values()) v = static_cast<float>(random.uniform());
  const Settings chosen = resolved(settings, 8000);
  std::vector<double> frequencies;
  for (int i = 0; i < 64; ++i) frequencies.push_back(60.0 * i);
  const Fit fit = nmf(V, nmf_options(chosen), solo_start(V, chosen, kStep));
  const Grouping groups = group_by_solo(chosen, fit.factors, {frequencies, 0.01});
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[1].components, (std::vector<int>{2, 3}));
  EXPECT_EQ(groups[0].components.size() + groups[2].components.size(), 4U);
}

}  // namespace
}  // namespace divisi
