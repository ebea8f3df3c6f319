// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/counts.h"

#include "divisi/core/error.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/test_sink_test.h"
#include "divisi/pipeline/test_sound_test.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace divisi {
namespace {

TEST(Counts, AutoIsANumberThatTheRecordingHas) {
  const Audio sound = test_sound(1);
  Settings settings;
  settings.fft = 256;
  settings.iterations = 20;
  set(settings, parameter("components"), "auto");
  EXPECT_EQ(to_text(settings, parameter("components")), "auto");
  EXPECT_EQ(resolved(settings, 8000).sources, 2);
  MemorySource source(sound);
  const Separation found = separate(source, settings);
  ASSERT_TRUE(found.heard.counts);
  EXPECT_EQ(found.fit.factors.components(), std::max(2, found.heard.counts->relevance));
  EXPECT_LT(found.fit.factors.components(), 10);
  EXPECT_EQ(found.groups.size(), 2U);
}

TEST(Counts, AreNotForWhatBringsItsOwn) {
  Settings settings;
  settings.components = kEstimate;
  settings.model = Model::kNmfd;
  EXPECT_THROW(resolved(settings, 8000), InvalidInput);
  settings.model = Model::kAuto;
  settings.score = "song.mid";
  EXPECT_THROW(resolved(settings, 8000), InvalidInput);
  EXPECT_EQ(components_of({.relevance = 2, .elbow = 4, .held_out = 9}, 3), 3);
}

}  // namespace
}  // namespace divisi
