// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/bss_eval.h"

#include "divisi/metric/test_cases.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

using namespace test;

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

}  // namespace
}  // namespace divisi
