// SPDX-License-Identifier: Apache-2.0
// What the tests of BSS Eval share: short calls, a case, and a comparison of scores.
#pragma once

#include "divisi/metric/bss_eval.h"
#include "divisi/metric/test_signals.h"

#include <gtest/gtest.h>

namespace divisi::test {

using Sounds = std::vector<Audio>;

inline constexpr BssEvalOptions kShort = {.taps = 16, .best_permutation = false};
inline constexpr BssEvalOptions kShortBest = {.taps = 16};

inline Scores sources(const Sounds& references, const Sounds& estimates,
                      const BssEvalOptions& options = kShort) {
  Comparison comparison(references, estimates);
  return bss_eval_sources(comparison, options);
}

inline Scores images(const Sounds& references, const Sounds& estimates,
                     const BssEvalOptions& options = kShort) {
  Comparison comparison(references, estimates);
  return bss_eval_images(comparison, options);
}

inline WindowedScores v4(const Sounds& references, const Sounds& estimates, const WindowOptions& windows,
                         const BssEvalOptions& options = kShort) {
  Comparison comparison(references, estimates);
  return bss_eval_v4(comparison, options, windows);
}

inline WindowedScores images_framewise(const Sounds& references, const Sounds& estimates,
                                       const WindowOptions& windows, const BssEvalOptions& options = kShort) {
  Comparison comparison(references, estimates);
  return bss_eval_images_framewise(comparison, options, windows);
}

inline void expect_near(const SourceScore& score, const SourceScore& expected, double tolerance) {
  for (auto ratio : {&SourceScore::sdr, &SourceScore::isr, &SourceScore::sir, &SourceScore::sar}) {
    ASSERT_EQ((score.*ratio).has_value(), (expected.*ratio).has_value());
    if (score.*ratio) {
      EXPECT_NEAR(*(score.*ratio), *(expected.*ratio), tolerance);
    }
  }
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

}  // namespace divisi::test
