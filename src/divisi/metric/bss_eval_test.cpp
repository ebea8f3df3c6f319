// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/bss_eval.h"

#include "divisi/core/error.h"
#include "divisi/metric/test_signals.h"

#include <functional>
#include <gtest/gtest.h>
#include <limits>

namespace divisi {
namespace {

using test::minus;
using test::mix;
using test::noise;
using test::Signal;
using Sounds = std::vector<Audio>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr BssEvalOptions kShort = {.taps = 16, .best_permutation = false};
constexpr BssEvalOptions kShortBest = {.taps = 16};

Scores sources(const Sounds& references, const Sounds& estimates, const BssEvalOptions& options = kShort) {
  Comparison comparison(references, estimates);
  return bss_eval_sources(comparison, options);
}

Scores images(const Sounds& references, const Sounds& estimates, const BssEvalOptions& options = kShort) {
  Comparison comparison(references, estimates);
  return bss_eval_images(comparison, options);
}

WindowedScores v4(const Sounds& references, const Sounds& estimates, const WindowOptions& windows,
                  const BssEvalOptions& options = kShort) {
  Comparison comparison(references, estimates);
  return bss_eval_v4(comparison, options, windows);
}

WindowedScores images_framewise(const Sounds& references, const Sounds& estimates,
                                const WindowOptions& windows, const BssEvalOptions& options = kShort) {
  Comparison comparison(references, estimates);
  return bss_eval_images_framewise(comparison, options, windows);
}

// The decomposition as it is defined, in the time domain.
struct Parts {
  Signal target, one, all, estimate;

  [[nodiscard]] SourceScore sources() const {
    return {.sdr = ratio(one, minus(estimate, one)),
            .isr = {},
            .sir = ratio(one, minus(all, one)),
            .sar = ratio(all, minus(estimate, all))};
  }
  [[nodiscard]] SourceScore images() const {
    SourceScore score = sources();
    score.sdr = ratio(target, minus(estimate, target));
    score.isr = ratio(target, minus(one, target));
    return score;
  }

 private:
  static double ratio(const Signal& signal, const Signal& error) {
    return 10.0 * std::log10(test::inner(signal, signal) / test::inner(error, error));
  }
};

void append(Signal& to, const Signal& x) {
  to.insert(to.end(), x.begin(), x.end());
}

// The channels of each part follow one another.
Parts decompose(const Sounds& references, std::size_t reference, const Audio& estimate, Index taps) {
  const auto one = test::basis({references[reference]}, taps);
  const auto all = test::basis(references, taps);
  Parts parts;
  for (Index channel = 0; channel < estimate.channels; ++channel) {
    const Signal own = test::column(estimate, channel, 0, taps);
    append(parts.target, test::column(references[reference], channel, 0, taps));
    append(parts.one, test::project(one, own));
    append(parts.all, test::project(all, own));
    append(parts.estimate, own);
  }
  return parts;
}

void expect_near(const SourceScore& score, const SourceScore& expected, double tolerance) {
  for (auto ratio : {&SourceScore::sdr, &SourceScore::isr, &SourceScore::sir, &SourceScore::sar}) {
    ASSERT_EQ((score.*ratio).has_value(), (expected.*ratio).has_value());
    if (score.*ratio) {
      EXPECT_NEAR(*(score.*ratio), *(expected.*ratio), tolerance);
    }
  }
}

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

// Three sources, each with some of the next, filtered, and some noise.
struct Three {
  explicit Three(Index frames, int channels = 1) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) references.push_back(noise(seed, frames, channels));
    for (std::size_t i = 0; i < 3; ++i) {
      const Audio filtered = mix(0.8F, references[i], 0.3F, test::delayed(references[i], 2));
      const Audio with_next = mix(1.0F, filtered, 0.1F * static_cast<float>(i + 1), references[(i + 1) % 3]);
      estimates.push_back(mix(1.0F, with_next, 0.05F, noise(10 + i, frames, channels)));
    }
  }
  Sounds references;
  Sounds estimates;
};

TEST(BssEval, SourcesAreTheDefinition) {
  const Three three(900);
  const Scores scores = sources(three.references, three.estimates);
  for (std::size_t i = 0; i < 3; ++i) {
    expect_near(scores.sources[i], decompose(three.references, i, three.estimates[i], 16).sources(), 1e-8);
  }
}

TEST(BssEval, ImagesAreTheDefinitionForAnyNumberOfChannels) {
  for (const int channels : {1, 2, 3}) {
    const Three three(500, channels);
    const Scores scores = images(three.references, three.estimates);
    for (std::size_t i = 0; i < 3; ++i) {
      expect_near(scores.sources[i], decompose(three.references, i, three.estimates[i], 16).images(), 1e-8);
    }
  }
}

TEST(BssEval, WindowsOfVersion3AreFilesOfTheirOwn) {
  const Three three(900);
  const WindowOptions windows{.window = 400, .hop = 250};
  const WindowedScores result = images_framewise(three.references, three.estimates, windows);
  ASSERT_EQ(result.windows.size(), 3U);
  for (Index window = 0; window < 3; ++window) {
    Sounds references;
    Sounds estimates;
    for (const Audio& audio : three.references)
      references.push_back(test::part(audio, 250 * window, 250 * window + 400));
    for (const Audio& audio : three.estimates)
      estimates.push_back(test::part(audio, 250 * window, 250 * window + 400));
    const Scores expected = images(references, estimates);
    for (std::size_t i = 0; i < 3; ++i) {
      expect_near(result.windows[static_cast<std::size_t>(window)].sources[i], expected.sources[i], 1e-9);
    }
  }
  EXPECT_EQ(result.medians[1].sdr, medians(result.windows)[1].sdr);
}

TEST(BssEval, LongFilesAreTheDefinitionToo) {
  // More than one round of lanes: 4 lanes of 8 blocks of 241 frames.
  const Three three(9000);
  const Scores scores =
      sources({three.references[0], three.references[1]}, {three.estimates[0], three.estimates[1]});
  const Sounds two = {three.references[0], three.references[1]};
  expect_near(scores.sources[1], decompose(two, 1, three.estimates[1], 16).sources(), 1e-8);
}

// What follows was computed with numpy from the formulas of museval 0.4's metrics.py (512 taps, window 2500,
// hop 1500) for the signals of this generator, which takes the same in every language.
Audio congruential(std::uint32_t seed, Index frames) {
  Audio audio{.rate_hz = 8000, .channels = 1, .samples = {}};
  std::uint32_t state = seed;
  for (Index t = 0; t < frames; ++t) {
    state = state * 1664525U + 1013904223U;
    audio.samples.push_back(static_cast<float>(state >> 8) / 16777216.0F - 0.5F);
  }
  return audio;
}

struct Frozen {
  Frozen() {
    references = {congruential(1, 6000), congruential(11, 6000)};
    for (std::size_t i = 0; i < 2; ++i) {
      const Audio filtered = mix(0.5F, references[i], 0.25F, test::delayed(references[i], 1));
      const Audio mixed = mix(1.0F, filtered, 0.125F, references[1 - i]);
      estimates.push_back(mix(1.0F, mixed, 0.0625F, congruential(i == 0 ? 100 : 110, 6000)));
    }
  }
  Sounds references;
  Sounds estimates;
  WindowOptions windows{.window = 2500, .hop = 1500};
  BssEvalOptions options{.best_permutation = false};
};

TEST(BssEval, AgreesWithMusevalOnWholeFiles) {
  const Frozen frozen;
  const Scores v3 = sources(frozen.references, frozen.estimates, frozen.options);
  expect_near(v3.sources[0], {.sdr = 12.463385, .isr = {}, .sir = 13.355349, .sar = 19.972173}, 1e-5);
  expect_near(v3.sources[1], {.sdr = 12.517881, .isr = {}, .sir = 13.402009, .sar = 20.059157}, 1e-5);
  const Scores whole = images(frozen.references, frozen.estimates, frozen.options);
  expect_near(whole.sources[0], {.sdr = 4.820405, .isr = 5.061207, .sir = 13.355349, .sar = 19.972173}, 1e-5);
  expect_near(whole.sources[1], {.sdr = 4.862208, .isr = 5.106364, .sir = 13.402009, .sar = 20.059157}, 1e-5);
}

TEST(BssEval, AgreesWithMusevalInWindows) {
  const Frozen frozen;
  Comparison comparison(frozen.references, frozen.estimates);
  const WindowedScores v3 = bss_eval_sources_framewise(comparison, frozen.options, frozen.windows);
  ASSERT_EQ(v3.windows.size(), 3U);
  expect_near(v3.windows[0].sources[0], {.sdr = 12.983663, .isr = {}, .sir = 13.765537, .sar = 20.993971},
              1e-5);
  expect_near(v3.windows[2].sources[1], {.sdr = 13.039149, .isr = {}, .sir = 13.792863, .sar = 21.193996},
              1e-5);
  const WindowedScores global = bss_eval_v4(comparison, frozen.options, frozen.windows);
  ASSERT_EQ(global.windows.size(), 3U);
  expect_near(global.windows[0].sources[0],
              {.sdr = 4.890521, .isr = 5.067934, .sir = 13.323627, .sar = 19.716359}, 1e-5);
  expect_near(global.windows[1].sources[1],
              {.sdr = 4.873715, .isr = 5.162211, .sir = 13.500567, .sar = 19.900998}, 1e-5);
  expect_near(global.medians[0], {.sdr = 4.770976, .isr = 5.052066, .sir = 13.323627, .sar = 19.716359},
              1e-5);
}

TEST(BssEval, OneWindowOfVersion4IsVersion3) {
  const Three three(900, 2);
  const Scores whole = images(three.references, three.estimates);
  const WindowedScores result = v4(three.references, three.estimates, {.window = 900, .hop = 100});
  ASSERT_EQ(result.windows.size(), 1U);
  for (std::size_t i = 0; i < 3; ++i) expect_near(result.windows[0].sources[i], whole.sources[i], 1e-12);
}

TEST(BssEval, FindsTheBestPermutation) {
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

TEST(BssEval, DoesNotDependOnThreadsOrGain) {
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

TEST(BssEval, TrueSourcesAreInfinite) {
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

TEST(BssEval, SilentSoundsHaveNoScoreAndTheOthersDo) {
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

TEST(BssEval, SilenceInAWindowIsForAllOrForThatSource) {
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

TEST(BssEval, OneSourceHasNoInterference) {
  const Three three(900);
  const Scores scores = sources({three.references[0]}, {three.estimates[0]}, kShortBest);
  EXPECT_EQ(scores.sources[0].sir, kInfinity);
  EXPECT_NEAR(*scores.sources[0].sdr, *scores.sources[0].sar, 1e-9);
}

TEST(BssEval, TheSameReferenceTwiceIsOneReference) {
  const Three three(900);
  const Sounds references = {three.references[0], three.references[0]};
  const Scores scores = sources(references, {three.estimates[0], three.estimates[1]});
  const Scores alone = sources({three.references[0]}, {three.estimates[0]});
  EXPECT_NEAR(*scores.sources[0].sdr, *alone.sources[0].sdr, 1e-9);
  EXPECT_EQ(scores.sources[0].sir, kInfinity);
}

TEST(BssEval, MonoInTwoChannelsScoresAsMono) {
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

TEST(BssEval, SaysWhatItCannotTake) {
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

TEST(BssEval, StopsWhenToldTo) {
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
