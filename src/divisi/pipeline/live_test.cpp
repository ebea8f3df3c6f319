// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/live.h"

#include "divisi/core/error.h"
#include "divisi/pipeline/report_sound.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

std::string wrong(const Settings& settings) {
  try {
    require_live(resolved(settings, 44100), 44100);
    return "";
  } catch (const InvalidInput& error) {
    return error.subject();
  }
}

TEST(RequireLive, TakesTheModelsAsTheyAre) {
  for (const Model model : {Model::kNmf, Model::kNmfd, Model::kNmf2d}) {
    Settings settings;
    settings.model = model;
    EXPECT_EQ(wrong(settings), "") << static_cast<int>(model);
    settings.mask = MaskKind::kBinary;
    EXPECT_EQ(wrong(settings), "");
  }
}

TEST(RequireLive, NamesWhatThePageCannotMake) {
  EXPECT_EQ(wrong({.spatial = Spatial::kPanning}), "spatial");
  EXPECT_EQ(wrong({.spatial = Spatial::kIlrma}), "spatial");
  EXPECT_EQ(wrong({.mask = MaskKind::kNone}), "mask");
  EXPECT_EQ(wrong({.rate_hz = 22050}), "rate");
  EXPECT_EQ(wrong({.fft = 1000}), "fft");
  EXPECT_EQ(wrong({.fft = 1 << 16}), "fft");
  EXPECT_EQ(wrong({.frequency = FrequencyScale::kLog}), "frequency");
  EXPECT_EQ(wrong({.model = Model::kNmf2d, .refine = 0}), "refine");
}

AudioFacts lasting(double minutes, int channels, int rate_hz = 44100) {
  AudioFacts facts;
  facts.rate_hz = rate_hz;
  facts.channels = channels;
  facts.frames = static_cast<Index>(60.0 * minutes * rate_hz);
  return facts;
}

TEST(Carried, IsBounded) {
  EXPECT_EQ(carried(lasting(1, 2), true, 4), Carried::kMixture);
  EXPECT_EQ(carried(lasting(11, 2), true, 4), Carried::kMixture);
  EXPECT_EQ(carried(lasting(12, 2), true, 4), Carried::kNothing);
  EXPECT_EQ(carried(lasting(1, 2), false, 2), Carried::kStems);
  EXPECT_EQ(carried(lasting(1, 2), false, 4), Carried::kNothing);
  EXPECT_EQ(carried(lasting(1, 1, 2000), true, 2), Carried::kNothing);  // no browser plays it
}

TEST(ReportSound, OfALongerRecordingIsACopy) {
  EXPECT_FALSE(ReportSound(lasting(1, 2), Carried::kMixture, 3).is_copy());
  EXPECT_TRUE(ReportSound(lasting(3, 2), Carried::kMixture, 3).is_copy());
}

TEST(ReportSound, MoreChannelsThanTwoAreHeardAsTheirMean) {
  ReportSound sound(lasting(1, 4), Carried::kStems, 1);
  EXPECT_EQ(sound.channels(), 1);
  sound.samples(std::vector<double>(4), {{1.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0}});
  const auto blobs = sound.finish(1.0);
  ASSERT_EQ(blobs.size(), 1U);
  EXPECT_EQ(blobs[0].bytes, encode_flac({.rate_hz = 44100, .channels = 1, .samples = {0.25F, 0.25F}}));
}

}  // namespace
}  // namespace divisi
