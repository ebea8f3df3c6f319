// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/character.h"

#include "divisi/core/text.h"
#include "divisi/transform/stft.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace divisi {
namespace {

constexpr double kFrameSeconds = 0.128;
constexpr Index kReach = 8;  // on both sides: medians of 17
constexpr Index kBlockFrames = 64;
constexpr Index kMostBlocks = 40;  // about a minute
constexpr double kLine = 3.0;

// The median of the values `step` apart around `at`, as far as there are any; `position` of `count`.
double median_around(const float* at, Index position, Index count, Index step) {
  std::array<float, 2 * kReach + 1> values{};
  const Index first = std::max<Index>(-kReach, -position);
  const Index last = std::min(kReach, count - 1 - position);
  auto* end = values.data();
  for (Index d = first; d <= last; ++d) *end++ = at[d * step];
  auto* const middle = values.data() + (end - values.data()) / 2;
  std::nth_element(values.data(), middle, end);
  return static_cast<double>(*middle);
}

struct Sums {
  double all = 0.0;
  double tonal = 0.0;
  double percussive = 0.0;
};

void add(const Matrix& V, Sums& sums) {
  for (Index j = 0; j < V.cols(); ++j) {
    const auto column = V.col(j);
    for (Index i = 0; i < V.rows(); ++i) {
      const float* at = &column[static_cast<std::size_t>(i)];
      const auto v = static_cast<double>(*at);
      const double across = median_around(at, i, V.rows(), 1);
      const double along = median_around(at, j, V.cols(), V.rows());
      sums.all += v;
      if (v > kLine * across) sums.tonal += v;
      if (across > 0.0) sums.percussive += v * across / (across + along);
    }
  }
}

}  // namespace

Character character_of(AudioSource& recording, int threads, const Observer& observer) {
  const int fft =
      1 << static_cast<int>(std::max(5.0, std::round(std::log2(kFrameSeconds * recording.rate_hz()))));
  StftReader reader(recording, {.fft = fft, .hop = fft / 4}, threads);
  const Index blocks = (reader.frames() + kBlockFrames - 1) / kBlockFrames;
  const Index every = (blocks + kMostBlocks - 1) / kMostBlocks;
  Sums sums;
  for (Index block = 0; block < blocks; ++block) {
    const double done = static_cast<double>(block) / static_cast<double>(blocks);
    if (!keep_going(observer, {.stage = "transform", .fraction = done})) break;
    const Spectrum X = reader.read(kBlockFrames);
    if (block % every == 0) add(magnitudes(X, 1.0), sums);
  }
  if (sums.all <= 0.0) return {};
  return {.tonal = sums.tonal / sums.all, .percussive = sums.percussive / sums.all};
}

std::string to_text(const Character& character) {
  return to_fixed(100.0 * character.tonal, 0) + " % of it in lines, " +
         to_fixed(100.0 * character.percussive, 0) + " % in strokes";
}

}  // namespace divisi
