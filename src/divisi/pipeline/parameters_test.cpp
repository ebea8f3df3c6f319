// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/parameters.h"

#include "divisi/core/error.h"
#include "divisi/transform/window.h"

#include <gtest/gtest.h>
#include <set>

namespace divisi {
namespace {

std::string refusal(std::string_view name, std::string_view text) {
  try {
    Settings settings;
    set(settings, parameter(name), text);
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Parameters, TheTableIsSound) {
  std::set<std::pair<unsigned, std::string_view>> names;
  for (const Parameter& p : parameters()) {
    for (const unsigned command : {kSeparate, kFactorize, kEvaluate}) {
      if ((p.commands & command) != 0) {
        EXPECT_TRUE(names.emplace(command, p.name).second) << p.name;
      }
    }
    EXPECT_FALSE(p.help.empty() || p.topic.empty()) << p.name;
    EXPECT_LT(p.help.size(), 90U) << p.name;
    EXPECT_NE(p.commands, 0U) << p.name;
  }
}

TEST(Parameters, DefaultsReadBackAsThemselvesAndMakeAnEmptyCommandLine) {
  const Settings defaults;
  EXPECT_EQ(command_line(defaults), "");
  for (const Parameter& p : parameters()) {
    EXPECT_TRUE(is_default(defaults, p)) << p.name;
    if (std::holds_alternative<std::vector<std::string> Settings::*>(p.field) || p.value == "FILE.npz" ||
        p.value == "FILE")
      continue;
    Settings settings;
    set(settings, p, to_text(defaults, p));
    const bool is_time = p.name == "start";  // 0 is written for the start that was not set
    EXPECT_TRUE(is_default(settings, p) || is_time) << p.name;
  }
}

TEST(Parameters, EveryTypeIsReadWithinItsRange) {
  Settings settings;
  set(settings, parameter("sources"), "3");
  set(settings, parameter("beta"), "-1.5");
  set(settings, parameter("window"), "sqrt-hann");
  set(settings, parameter("mask"), "binary");
  set(settings, parameter("format"), "flac");
  set(settings, parameter("report"), "false");
  set(settings, parameter("start"), "1:30");
  set(settings, parameter("end"), "1:02:03.5");
  set(settings, parameter("group"), "1,3");
  set(settings, parameter("group"), "2");
  set(settings, parameter("names"), "drums,bass line");
  set(settings, parameter("model"), "nmf2d");
  set(settings, parameter("pitch-shifts"), "9");
  set(settings, parameter("frequency"), "log");
  set(settings, parameter("fmax"), "7040.5");
  EXPECT_EQ(settings.sources, 3);
  EXPECT_EQ(settings.beta, -1.5);
  EXPECT_EQ(settings.window, Window::kSqrtHann);
  EXPECT_EQ(settings.mask, MaskKind::kBinary);
  EXPECT_EQ(settings.format, Container::kFlac);
  EXPECT_EQ(settings.model, Model::kNmf2d);
  EXPECT_EQ(settings.pitch_shifts, 9);
  EXPECT_EQ(settings.frequency, FrequencyScale::kLog);
  EXPECT_EQ(settings.fmax_hz, 7040.5);
  EXPECT_EQ(settings.start_s, 90.0);
  EXPECT_EQ(settings.end_s, 3723.5);
  EXPECT_EQ(settings.group, (std::vector<std::string>{"1,3", "2"}));
  EXPECT_EQ(settings.names, (std::vector<std::string>{"drums", "bass line"}));
  EXPECT_EQ(command_line(settings),
            " --sources 3 --group 1,3 --group 2 --names 'drums,bass line' --start 90 --end 3723.5 --window "
            "sqrt-hann "
            "--frequency log --fmax 7040.5 --model nmf2d --pitch-shifts 9 --beta -1.5 --mask binary --format "
            "flac --no-report");
}

TEST(Parameters, WhatIsOutOfRangeIsRefusedInOneLine) {
  EXPECT_EQ(refusal("components", "0"), "components: expected a whole number 1..10000, got 0");
  EXPECT_EQ(refusal("components", "2.5"), "components: expected a whole number 1..10000, got 2.5");
  EXPECT_EQ(refusal("components", "many"), "components: expected a whole number 1..10000, got 'many'");
  EXPECT_EQ(refusal("beta", "inf"), "beta: expected a number, got 'inf'");
  EXPECT_EQ(refusal("power", "-1"), "power: expected a number 0.1..4, got -1");
  EXPECT_EQ(refusal("mask", "soft"), "mask: expected wiener, binary, none, got 'soft'");
  EXPECT_EQ(refusal("init", "spa"),
            "init: expected auto, random, frames, nndsvd, harmonic, drums, voice, FILE.npz, got 'spa'");
  EXPECT_EQ(refusal("start", "1:-2"), "start: expected seconds or mm:ss, got '1:-2'");
  EXPECT_EQ(refusal("start", ""), "start: expected seconds or mm:ss, got ''");
  EXPECT_EQ(refusal("group", ""), "group: expected LIST, got ''");
  EXPECT_EQ(refusal("model", "cnmf"), "model: expected nmf, nmfd, nmf2d, auto, got 'cnmf'");
  EXPECT_EQ(refusal("frequency", "mel"), "frequency: expected linear, log, got 'mel'");
  EXPECT_EQ(refusal("fmax", "1:30"), "fmax: expected a number 1..1e+06, got '1:30'");
  EXPECT_EQ(refusal("bins-per-octave", "0"), "bins-per-octave: expected a whole number 1..1200, got 0");
  EXPECT_EQ(refusal("plots", "svg"), "parameter: expected a known name, got 'plots'");
}

TEST(Parameters, ThreadsDoNotShapeTheResult) {
  Settings settings;
  settings.threads = 7;
  EXPECT_EQ(command_line(settings), "");
}

TEST(Parameters, ShellWordsAreQuotedWhereTheyMustBe) {
  EXPECT_EQ(shell_quoted("mix.wav"), "mix.wav");
  EXPECT_EQ(shell_quoted("my mix.wav"), "'my mix.wav'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("$(rm)"), "'$(rm)'");
}

}  // namespace
}  // namespace divisi
