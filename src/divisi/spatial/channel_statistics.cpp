// SPDX-License-Identifier: Apache-2.0
#include "divisi/spatial/channel_statistics.h"

#include "divisi/compute/linalg.h"

#include <algorithm>
#include <cmath>

namespace divisi {
namespace {

constexpr double kLowestDb = -800.0;
constexpr std::size_t kRangeDb = 60;

}  // namespace

void ChannelStatistics::add_pair(std::complex<double> product) {
  const double level = std::abs(product);
  if (!(level > 0.0)) return;
  const double step = std::clamp(10.0 * std::log10(level) - kLowestDb, 0.0, kSteps - 1.0);
  const auto at = static_cast<std::size_t>(step);
  cosines_[at] += std::abs(product.real()) / level;
  cells_[at] += 1.0;
}

void ChannelStatistics::add(const Spectrum& block) {
  channels_ = block.channels();
  const auto count = static_cast<std::size_t>(channels_);
  covariance_.resize(count * count);
  for (Index j = 0; j < block.frames(); ++j) {
    for (Index c = 0; c < channels_; ++c) {
      for (Index d = 0; d <= c; ++d) {
        const auto one = block.at(j, c);
        const auto other = block.at(j, d);
        double sum = 0.0;
        for (std::size_t i = 0; i < one.size(); ++i) {
          const auto product = std::complex<double>(one[i]) * std::conj(std::complex<double>(other[i]));
          sum += product.real();
          if (c > 0 && d == 0) add_pair(product);
        }
        covariance_[static_cast<std::size_t>(d * channels_ + c)] += sum;
        if (c != d) covariance_[static_cast<std::size_t>(c * channels_ + d)] += sum;
      }
    }
  }
}

ChannelFacts ChannelStatistics::facts() const {
  ChannelFacts facts;
  const auto count = static_cast<std::size_t>(channels_);
  double trace = 0.0;
  for (std::size_t c = 0; c < count; ++c) trace += covariance_[c * count + c];
  if (trace > 0.0 && count > 1) {
    const auto vectors = symmetric_eigenvectors(covariance_, channels_);
    const double* main = vectors.data() + (count - 1) * count;
    double largest = 0.0;
    for (std::size_t c = 0; c < count; ++c) {
      for (std::size_t d = 0; d < count; ++d) largest += main[c] * covariance_[d * count + c] * main[d];
    }
    facts.off_axis = std::max(0.0, 1.0 - largest / trace);
  }
  std::size_t last = kSteps;
  while (last > 0 && cells_[last - 1] == 0.0) --last;
  double cosines = 0.0;
  double cells = 0.0;
  for (std::size_t s = last > kRangeDb ? last - kRangeDb : 0; s < last; ++s) {
    cosines += cosines_[s];
    cells += cells_[s];
  }
  if (cells > 0.0) facts.in_phase = cosines / cells;
  return facts;
}

}  // namespace divisi
