// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/model.h"

#include "divisi/core/error.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

Settings of_model(Model model) {
  Settings settings;
  settings.model = model;
  return settings;
}

TEST(Model, EachHasItsShifts) {
  EXPECT_EQ(with_shifts(of_model(Model::kNmf)).time_shifts, 1);
  EXPECT_EQ(with_shifts(of_model(Model::kNmf)).pitch_shifts, 1);
  EXPECT_EQ(with_shifts(of_model(Model::kNmfd)).time_shifts, 8);
  EXPECT_EQ(with_shifts(of_model(Model::kNmfd)).pitch_shifts, 1);
  EXPECT_EQ(with_shifts(of_model(Model::kNmf2d)).time_shifts, 7);
  EXPECT_EQ(with_shifts(of_model(Model::kNmf2d)).pitch_shifts, 12);
  Settings settings = of_model(Model::kNmf2d);
  settings.time_shifts = 3;
  settings.pitch_shifts = 20;
  EXPECT_EQ(with_shifts(settings).time_shifts, 3);
  EXPECT_EQ(with_shifts(settings).pitch_shifts, 20);
}

TEST(Model, OnlyNmf2dIsOnALogarithmicAxisByItself) {
  EXPECT_EQ(with_axis(of_model(Model::kNmf), 44100.0).frequency, FrequencyScale::kLinear);
  EXPECT_EQ(with_axis(of_model(Model::kNmfd), 44100.0).frequency, FrequencyScale::kLinear);
  const Settings chosen = with_axis(of_model(Model::kNmf2d), 44100.0);
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
    log_axis(with_axis(with_shifts(settings), rate_hz), rate_hz);
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
  EXPECT_EQ(refusal(settings), "time-shifts: expected --model nmfd or nmf2d beside it, got --model nmf");
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
