// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/panning.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace divisi {

void make_panned(const Extent& extent, Matrix& W) {
  if (extent.channels == 1) return;
  const auto channels = static_cast<std::size_t>(extent.channels);
  const std::size_t bins = static_cast<std::size_t>(extent.bins) / channels;
  for (Index k = 0; k < W.cols(); ++k) {
    const auto column = W.col(k);
    std::vector<double> levels(channels);
    std::vector<double> shape(bins);
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t i = 0; i < bins; ++i) {
        const auto value = static_cast<double>(column[c * bins + i]);
        levels[c] += value;
        shape[i] += value;
      }
    }
    const double sum = std::max(std::reduce(levels.begin(), levels.end()), 1e-300);
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t i = 0; i < bins; ++i)
        column[c * bins + i] = std::max(static_cast<float>(levels[c] / sum * shape[i]), kFloor);
    }
  }
}

}  // namespace divisi
