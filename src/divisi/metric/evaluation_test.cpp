// SPDX-License-Identifier: Apache-2.0
// What BSS Eval makes of permutations, silence, perfect estimates and inputs that it cannot take.
#include "divisi/metric/evaluation.h"

#include "divisi/core/error.h"
#include "divisi/metric/test_cases.h"

#include <functional>
#include <gtest/gtest.h>
#include <limits>

namespace divisi {
namespace {

using namespace test;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void expect_undefined(const SourceScore& score) {
  EXPECT_FALSE(score.sdr || score.isr || score.sir || score.sar);
}

void expect_infinite(const SourceScore& score) {
  EXPECT_EQ(score.sdr, kInfinity);
  EXPECT_EQ(score.sir, kInfinity);
  EXPECT_EQ(score.sar, kInfinity);
}

std::string message(const std::function<void()>& call) {
  try {
    call();
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

TEST(Evaluation, FindsTheBestPermutation) {
  const Three three(900);
  const Sounds shuffled = {three.estimates[2], three.estimates[0], three.estimates[1]};
  const std::vector<Index> order = {1, 2, 0};
  const Scores expected = sources(three.references, three.estimates);
  const Scores scores = sources(three.references, shuffled, kShortBest);
  EXPECT_EQ(scores.permutation, order);
  for (std::size_t i = 0; i < 3; ++i) expect_near(scores.sources[i], expected.sources[i], 1e-12);
  const WindowOptions windows{.window = 300, .hop = 300};
  const WindowedScores best = v4(three.references, shuffled, windows, kShortBest);
  const WindowedScores given = v4(three.references, three.estimates, windows);
  for (std::size_t window = 0; window < 3; ++window) {
    EXPECT_EQ(best.windows[window].permutation, order);
    EXPECT_EQ(given.windows[window].permutation, (std::vector<Index>{0, 1, 2}));
    expect_near(best.windows[window].sources[2], given.windows[window].sources[2], 1e-12);
  }
  for (const Scores& window : images_framewise(three.references, shuffled, windows, kShortBest).windows) {
    EXPECT_EQ(window.permutation, order);
  }
}

TEST(Evaluation, DoesNotDependOnThreadsOrGain) {
  const Three three(9000);
  BssEvalOptions options = kShortBest;
  options.threads = 1;
  const Scores one = sources(three.references, three.estimates, options);
  options.threads = 3;
  const Scores many = sources(three.references, three.estimates, options);
  Sounds quiet;
  for (const Audio& audio : three.estimates) quiet.push_back(mix(1.0F / 1024.0F, audio, 0.0F, audio));
  const Scores scaled = sources(three.references, quiet, options);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(one.sources[i].sdr, many.sources[i].sdr);
    EXPECT_EQ(one.sources[i].sar, many.sources[i].sar);
    expect_near(scaled.sources[i], one.sources[i], 1e-9);
  }
}

TEST(Evaluation, TrueSourcesAreInfinite) {
  const Three three(900, 2);
  const Sounds swapped = {three.references[1], three.references[0], three.references[2]};
  const Scores scores = images(three.references, swapped, kShortBest);
  EXPECT_EQ(scores.permutation, (std::vector<Index>{1, 0, 2}));
  for (const SourceScore& score : scores.sources) {
    expect_infinite(score);
    EXPECT_EQ(score.isr, kInfinity);
  }
  // A filtered source is perfect for `sources`, and for `images` wrong in space alone.
  // Few bits, so that no rounding of float32 is in the echo.
  Audio x = test::muted(noise(1, 500), 490, 500);
  for (float& sample : x.samples) sample = std::round(sample * 128.0F) / 128.0F;
  const Audio echo = mix(0.5F, x, 0.25F, test::delayed(x, 4));
  expect_infinite(sources({x, noise(2, 500)}, {echo, noise(2, 500)}).sources[0]);
  const SourceScore score = images({x, noise(2, 500)}, {echo, noise(2, 500)}).sources[0];
  EXPECT_LT(*score.sdr, 10.0);
  EXPECT_NEAR(*score.isr, *score.sdr, 1e-9);
  EXPECT_EQ(score.sir, kInfinity);
}

TEST(Evaluation, SilentSoundsHaveNoScoreAndTheOthersDo) {
  const Three three(900);
  const Audio silent = test::silence(900);
  const Sounds pair = {three.references[0], three.references[1]};
  const Scores alone = sources(pair, {three.estimates[0], three.estimates[1]});
  const Scores scores = sources({three.references[0], silent, three.references[1]},
                                {three.estimates[0], three.estimates[2], three.estimates[1]});
  expect_undefined(scores.sources[1]);
  expect_near(scores.sources[0], alone.sources[0], 1e-9);
  expect_near(scores.sources[2], alone.sources[1], 1e-9);
  const Scores best = sources(pair, {silent, three.estimates[0]}, kShortBest);
  EXPECT_EQ(best.permutation, (std::vector<Index>{1, 0}));
  expect_near(best.sources[0], alone.sources[0], 1e-9);
  expect_undefined(best.sources[1]);
  for (const SourceScore& score : images({silent, silent}, {silent, silent}, kShortBest).sources)
    expect_undefined(score);
}

TEST(Evaluation, SilenceInAWindowIsForAllOrForThatSource) {
  const Three three(900);
  const Sounds references = {test::muted(three.references[0], 300, 600), three.references[1],
                             test::silence(900)};
  for (const bool framewise : {true, false}) {
    for (const auto policy : {SilentWindow::kAll, SilentWindow::kThat}) {
      const WindowOptions windows{.window = 300, .hop = 300, .silent = policy};
      const WindowedScores result = framewise
                                        ? images_framewise(references, three.estimates, windows, kShortBest)
                                        : v4(references, three.estimates, windows, kShortBest);
      ASSERT_EQ(result.windows.size(), 3U);
      EXPECT_TRUE(result.windows[0].sources[0].sdr && result.windows[2].sources[1].sdr);
      expect_undefined(result.windows[1].sources[0]);
      EXPECT_EQ(result.windows[1].sources[1].sdr.has_value(), policy == SilentWindow::kThat);
      for (const Scores& window : result.windows) expect_undefined(window.sources[2]);
      expect_undefined(result.medians[2]);
      EXPECT_TRUE(result.medians[0].sdr);
    }
  }
}

TEST(Evaluation, OneSourceHasNoInterference) {
  const Three three(900);
  const Scores scores = sources({three.references[0]}, {three.estimates[0]}, kShortBest);
  EXPECT_EQ(scores.sources[0].sir, kInfinity);
  EXPECT_NEAR(*scores.sources[0].sdr, *scores.sources[0].sar, 1e-9);
}

TEST(Evaluation, TheSameReferenceTwiceIsOneReference) {
  const Three three(900);
  const Sounds references = {three.references[0], three.references[0]};
  const Scores scores = sources(references, {three.estimates[0], three.estimates[1]});
  const Scores alone = sources({three.references[0]}, {three.estimates[0]});
  EXPECT_NEAR(*scores.sources[0].sdr, *alone.sources[0].sdr, 1e-9);
  EXPECT_EQ(scores.sources[0].sir, kInfinity);
}

TEST(Evaluation, MonoInTwoChannelsScoresAsMono) {
  const Three mono(900);
  const auto twice = [](const Sounds& sounds) {
    Sounds result;
    for (const Audio& audio : sounds) {
      Audio& out = result.emplace_back(Audio{.rate_hz = audio.rate_hz, .channels = 2, .samples = {}});
      for (const float sample : audio.samples) out.samples.insert(out.samples.end(), {sample, sample});
    }
    return result;
  };
  const Scores expected = images(mono.references, mono.estimates);
  const Scores scores = images(twice(mono.references), twice(mono.estimates));
  for (std::size_t i = 0; i < 3; ++i) expect_near(scores.sources[i], expected.sources[i], 1e-9);
}

TEST(Evaluation, SaysWhatItCannotTake) {
  const Audio x = noise(1, 100);
  EXPECT_EQ(message([&] { sources({x}, {x}, {.taps = 0}); }), "taps: expected 1 or more, got 0");
  EXPECT_EQ(
      message([&] { sources({x}, {x}, {.taps = 101}); }),
      "reference 1: expected 101 frames or more (the length of the distortion filters), got 100 frames");
  EXPECT_EQ(message([&] { sources({x}, {x}, {.taps = 100}); }), "");
  EXPECT_EQ(message([&] { sources({noise(1, 50, 2)}, {noise(1, 50, 2)}); }),
            "bss_eval_sources: expected 1 channel (bss_eval_images takes more), got 2");
  EXPECT_EQ(message([&] { v4({x}, {x}, {.window = 15, .hop = 10}); }),
            "window: expected 16 frames or more (the length of the distortion filters), got 15");
  EXPECT_EQ(message([&] { images_framewise({x}, {x}, {.window = 16, .hop = 0}); }),
            "hop: expected 1 frame or more, got 0");
}

TEST(Evaluation, StopsWhenToldTo) {
  const Three three(900);
  Comparison comparison(three.references, three.estimates);
  for (const int calls : {1, 2}) {
    int left = calls;
    const Observer stop = [&](const Progress&) { return --left > 0; };
    EXPECT_TRUE(bss_eval_sources(comparison, kShort, stop).cancelled);
    left = calls;
    EXPECT_TRUE(bss_eval_v4(comparison, kShort, {.window = 16, .hop = 16}, stop).cancelled);
  }
  const Observer never = [](const Progress&) { return false; };
  EXPECT_TRUE(bss_eval_images_framewise(comparison, kShort, {.window = 300, .hop = 300}, never).cancelled);
  EXPECT_TRUE(bss_eval_images_framewise(comparison, kShort, {.window = 900, .hop = 300}, never).cancelled);
}

}  // namespace
}  // namespace divisi
