// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/character.h"

#include "divisi/core/random.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace divisi {
namespace {

constexpr int kRate = 16000;

Audio silence(double seconds) {
  return {.rate_hz = kRate,
          .channels = 1,
          .samples = std::vector<float>(static_cast<std::size_t>(seconds * kRate))};
}

Audio notes() {
  Audio audio = silence(3.0);
  for (std::size_t i = 0; i < audio.samples.size(); ++i) {
    const double t = static_cast<double>(i) / kRate;
    const double f = t < 1.5 ? 330.0 : 440.0;
    for (int h = 1; h < 6; ++h)
      audio.samples[i] += static_cast<float>(0.1 / h * std::sin(2.0 * std::numbers::pi * f * h * t));
  }
  return audio;
}

Audio strokes() {
  Audio audio = silence(3.0);
  Random random(1);
  for (std::size_t i = 0; i < audio.samples.size(); ++i) {
    const double since = std::fmod(static_cast<double>(i) / kRate, 0.4);
    audio.samples[i] = static_cast<float>((random.uniform() - 0.5) * std::exp(-since / 0.02));
  }
  return audio;
}

Character of(const Audio& audio) {
  MemorySource source(audio);
  return character_of(source, 1);
}

TEST(Character, NotesAreLinesAndDrumsAreStrokes) {
  const Character tonal = of(notes());
  EXPECT_GT(tonal.tonal, 0.7);
  EXPECT_LT(tonal.percussive, 0.3);
  const Character drums = of(strokes());
  EXPECT_LT(drums.tonal, 0.2);
  EXPECT_GT(drums.percussive, 0.6);
}

TEST(Character, SilenceAndWhatIsShortHaveNone) {
  for (const double seconds : {1.0, 0.001}) {
    const Character none = of(silence(seconds));
    EXPECT_EQ(none.tonal, 0.0);
    EXPECT_EQ(none.percussive, 0.0);
  }
}

TEST(Character, LoudnessDoesNotMatter) {
  Audio quiet = notes();
  for (float& x : quiet.samples) x *= 1e-3F;
  EXPECT_NEAR(of(quiet).tonal, of(notes()).tonal, 1e-4);
}

}  // namespace
}  // namespace divisi
