// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/model.h"

#include "divisi/core/error.h"
#include "divisi/pipeline/separate.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

Settings of_model(Model model) {
  Settings settings;
  settings.model = model;
  return settings;
}

TEST(Model, EachHasItsShifts) {
  EXPECT_EQ(with_model(of_model(Model::kNmf)).time_shifts, 1);
  EXPECT_EQ(with_model(of_model(Model::kNmf)).pitch_shifts, 1);
  EXPECT_EQ(with_model(of_model(Model::kNmfd)).time_shifts, 8);
  EXPECT_EQ(with_model(of_model(Model::kNmfd)).pitch_shifts, 1);
  EXPECT_EQ(with_model(of_model(Model::kNmf2d)).time_shifts, 4);
  EXPECT_EQ(with_model(of_model(Model::kNmf2d)).pitch_shifts, 36);
  Settings settings = of_model(Model::kNmf2d);
  settings.time_shifts = 3;
  settings.pitch_shifts = 20;
  EXPECT_EQ(with_model(settings).time_shifts, 3);
  EXPECT_EQ(with_model(settings).pitch_shifts, 20);
  settings.pitch_shifts.reset();
  settings.bins_per_octave = 24;
  EXPECT_EQ(with_model(settings).pitch_shifts, 24);
}

TEST(Model, DecidesWhatIsNotGiven) {
  const Settings moving = with_model(of_model(Model::kNmf2d));
  EXPECT_EQ(moving.fft, 4096);
  EXPECT_EQ(moving.power, 0.7);
  EXPECT_EQ(moving.mask_exponent, 2.0);
  EXPECT_EQ(moving.refine, 2);
  EXPECT_EQ(stft_spec(of_model(Model::kNmf2d)).hop, 2048);
  const Settings plain = with_model({});
  EXPECT_EQ(plain.fft, 2048);
  EXPECT_EQ(plain.power, 1.0);
  EXPECT_EQ(plain.mask_exponent, 1.5);
  EXPECT_EQ(plain.refine, 0);
  EXPECT_EQ(stft_spec({}).hop, 512);
  Settings given = of_model(Model::kNmf2d);
  given.fft = 1024;
  given.power = 1.0;
  EXPECT_EQ(with_model(given).fft, 1024);
  EXPECT_EQ(with_model(given).power, 1.0);
}

TEST(Model, ADrumKitIsWhatThreeShapesThatLastBeginAs) {
  Settings settings = of_model(Model::kNmfd);
  EXPECT_EQ(resolved(settings, 44100).init, "random");
  settings.sources = 3;
  EXPECT_EQ(resolved(settings, 44100).init, "drums");
  settings.init = "random";
  EXPECT_EQ(resolved(settings, 44100).init, "random");
  settings = {};
  settings.init = "drums";
  EXPECT_EQ(resolved(settings, 44100).components, 3);
  settings.components = 4;
  EXPECT_THROW(resolved(settings, 44100), InvalidInput);
}

TEST(Model, OnlyNmf2dIsOnALogarithmicAxisByItself) {
  EXPECT_EQ(with_axis(of_model(Model::kNmf), 44100.0).frequency, FrequencyScale::kLinear);
  EXPECT_EQ(with_axis(of_model(Model::kNmfd), 44100.0).frequency, FrequencyScale::kLinear);
  Settings paper = of_model(Model::kNmf2d);
  paper.fft = 2048;
  paper.bins_per_octave = 24;
  const Settings chosen = with_axis(with_model(paper), 44100.0);
  EXPECT_EQ(chosen.frequency, FrequencyScale::kLog);
  EXPECT_FALSE(log_axis(with_axis({}, 44100.0), 44100.0).has_value());
  EXPECT_EQ(log_axis(chosen, 44100.0)->bins(), 175);
  EXPECT_EQ(log_axis(chosen, 44100.0)->linear_bins(), 1025);
}

TEST(Model, TheAxisEndsWhereTheSoundDoes) {
  EXPECT_EQ(with_axis(of_model(Model::kNmf2d), 96000.0).fmax_hz, 8000.0);
  EXPECT_EQ(with_axis(of_model(Model::kNmf2d), 16000.0).fmax_hz, 8000.0);
  EXPECT_EQ(with_axis(of_model(Model::kNmf2d), 8000.0).fmax_hz, 4000.0);
}

std::string refusal(const Settings& settings, double rate_hz = 16000.0) {
  try {
    log_axis(with_axis(with_model(settings), rate_hz), rate_hz);
    return "accepted";
  } catch (const InvalidInput& error) {
    return error.what();
  }
}

TEST(Model, WhatDoesNotGoTogetherIsRefusedInOneLine) {
  Settings settings = of_model(Model::kNmf2d);
  settings.frequency = FrequencyScale::kLinear;
  EXPECT_EQ(refusal(settings),
            "frequency: expected log, on which notes are shifts (--model nmf2d), got linear");
  settings = {};
  settings.time_shifts = 8;
  EXPECT_EQ(refusal(settings), "time-shifts: expected --model nmfd or nmf2d beside it, got --model auto");
  settings = of_model(Model::kNmfd);
  settings.pitch_shifts = 2;
  EXPECT_EQ(refusal(settings), "pitch-shifts: expected --model nmf2d beside it, got --model nmfd");
  settings = {};
  settings.fmin_hz = 100.0;
  EXPECT_EQ(refusal(settings), "fmin: expected --frequency log beside it, got --frequency linear");
  settings = {};
  settings.fmax_hz = 8000.0;
  EXPECT_EQ(refusal(settings), "fmax: expected --frequency log beside it, got --frequency linear");
  settings = of_model(Model::kNmf2d);
  settings.fmax_hz = 8000.0;
  EXPECT_EQ(refusal(settings, 8000.0), "fmax: expected at most 4000 Hz, half the rate, got 8000 Hz");
  settings = of_model(Model::kNmf2d);
  settings.bins_per_octave = 24;
  settings.pitch_shifts = 176;
  EXPECT_EQ(refusal(settings), "pitch-shifts: expected 1..175, the bins of the axis, got 176");
  settings.pitch_shifts = 175;
  EXPECT_EQ(refusal(settings), "accepted");
}

TEST(Model, APitchRangeThatMayBeTooNarrowIsTold) {
  // Three components over four pitches: one in the middle, one at both ends, one at the lower end alone.
  Factors factors{.W = Matrix(20, 3), .H = Matrix(12, 5), .time_shifts = 1, .pitch_shifts = 4};
  for (const Index t : {0, 2, 4}) {
    factors.H(1 * 3 + 0, t) = factors.H(2 * 3 + 0, t) = 1.0F;
    factors.H(0 * 3 + 1, t) = factors.H(1 * 3 + 1, t) = factors.H(3 * 3 + 1, t) = 1.0F;
    factors.H(0 * 3 + 2, t) = 1.0F;
  }
  const auto warnings = range_warnings(factors);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].find("Component 2 sounds at both ends of its 4 pitch shifts"), 0U);
  factors.pitch_shifts = 1;
  factors.H = Matrix(3, 5);
  EXPECT_TRUE(range_warnings(factors).empty());
}

TEST(Model, OneShiftIsNoShift) {
  Settings settings;
  settings.time_shifts = 1;
  settings.pitch_shifts = 1;
  EXPECT_EQ(refusal(settings), "accepted");
}

}  // namespace
}  // namespace divisi
