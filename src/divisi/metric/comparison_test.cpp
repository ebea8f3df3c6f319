// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/comparison.h"

#include "divisi/core/error.h"
#include "divisi/metric/test_signals.h"

#include <gtest/gtest.h>
#include <limits>

namespace divisi {
namespace {

using test::noise;

std::string message(const std::vector<Audio>& references, const std::vector<Audio>& estimates) {
  try {
    Comparison comparison(references, estimates);
    std::vector<double> values(static_cast<std::size_t>(comparison.frames() * comparison.columns()));
    comparison.read({values.data(), comparison.frames(), comparison.columns(), comparison.frames()});
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

// Says that it has more than it gives.
class Short : public MemorySource {
 public:
  using MemorySource::MemorySource;
  [[nodiscard]] Index frames() const override { return MemorySource::frames() + 5; }
};

TEST(Comparison, PutsChannelsSideBySide) {
  const std::vector<Audio> references = {noise(1, 10, 2), noise(2, 10, 2)};
  const std::vector<Audio> estimates = {noise(3, 10, 2), noise(4, 10, 2)};
  Comparison comparison(references, estimates);
  EXPECT_EQ(comparison.sources(), 2);
  EXPECT_EQ(comparison.channels(), 2);
  EXPECT_EQ(comparison.frames(), 10);
  ASSERT_EQ(comparison.columns(), 8);
  std::vector<double> values(8 * 4);
  const BasicMatrixView<double> view(values.data(), 4, 8, 4);
  for (int pass = 0; pass < 2; ++pass) {
    comparison.read(view);
    comparison.read(view);
    EXPECT_EQ(view(1, comparison.reference(1, 0)), static_cast<double>(references[1].samples[10]));
    EXPECT_EQ(view(3, comparison.estimate(0, 1)), static_cast<double>(estimates[0].samples[15]));
    comparison.rewind();
  }
}

TEST(Comparison, SaysWhatDoesNotAgree) {
  const Audio mono = noise(1, 10);
  EXPECT_EQ(message({}, {}), "references: expected 1 or more, got none");
  EXPECT_EQ(message({mono, mono}, {mono}), "estimates: expected as many as there are references (2), got 1");
  EXPECT_EQ(message({mono}, {noise(1, 9)}), "estimate 1: expected 10 frames as reference 1, got 9 frames");
  EXPECT_EQ(message({mono, noise(1, 12)}, {mono, mono}),
            "reference 2: expected 10 frames as reference 1, got 12 frames");
  EXPECT_EQ(message({mono}, {noise(1, 10, 2)}),
            "estimate 1: expected 1 channel as reference 1, got 2 channels");
  Audio other = mono;
  other.rate_hz = 44100;
  EXPECT_EQ(message({mono}, {other}), "estimate 1: expected 8000 Hz as reference 1, got 44100 Hz");
  EXPECT_EQ(message({mono}, {mono}), "");
}

TEST(Comparison, SaysWhereASampleIsNotANumber) {
  Audio broken = noise(1, 10, 2);
  broken.samples[7] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(message({noise(1, 10, 2)}, {broken}),
            "estimate 1: expected finite samples, got nan at frame 3, channel 2");
  broken.samples[7] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(message({broken}, {noise(1, 10, 2)}),
            "reference 1: expected finite samples, got inf at frame 3, channel 2");
}

TEST(Comparison, SaysWhereASoundEndsEarly) {
  const Audio audio = noise(1, 10);
  Short reference(audio);
  Short estimate(audio);
  AudioSource* references[] = {&reference};
  AudioSource* estimates[] = {&estimate};
  Comparison comparison(references, estimates);
  std::vector<double> values(2 * 15);
  try {
    comparison.read({values.data(), 15, 2, 15});
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_STREQ(error.what(), "reference 1: expected 15 frames, got 10 frames");
  }
}

}  // namespace
}  // namespace divisi
