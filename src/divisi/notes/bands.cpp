// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/bands.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <cmath>

namespace divisi {

Bands::Bands(Index bins, double bin_hz, double per_semitone, double highest_hz)
    : bin_hz_(bin_hz), bins_(bins) {
  if (bins < 3) throw InvalidInput("bins", "3 or more", std::to_string(bins));
  for (const double value : {bin_hz, per_semitone, highest_hz}) {
    if (!(value > 0.0)) throw InvalidInput("bands", "numbers above 0", to_text(value));
  }
  const double ratio = std::exp2(1.0 / (12.0 * per_semitone));
  const Index end = std::clamp<Index>(static_cast<Index>(highest_hz / bin_hz) + 1, 3, bins);
  edges_.push_back(1);
  while (edges_.back() < end) {
    const auto next = static_cast<Index>(std::lround(static_cast<double>(edges_.back()) * ratio));
    edges_.push_back(std::min(end, std::max(edges_.back() + 1, next)));
  }
}

std::vector<double> Bands::frequencies_hz() const {
  std::vector<double> middles;
  for (std::size_t b = 0; b + 1 < edges_.size(); ++b)
    middles.push_back(0.5 * static_cast<double>(edges_[b] + edges_[b + 1] - 1) * bin_hz_);
  return middles;
}

std::vector<double> Bands::widths_hz() const {
  std::vector<double> widths;
  for (std::size_t b = 0; b + 1 < edges_.size(); ++b)
    widths.push_back(static_cast<double>(edges_[b + 1] - edges_[b]) * bin_hz_);
  return widths;
}

void Bands::pool(ConstMatrixView magnitudes, MatrixView out) const {
  assert(magnitudes.rows() == bins_ && out.rows() == size() && out.cols() == magnitudes.cols());
  for (Index t = 0; t < out.cols(); ++t) {
    for (Index b = 0; b < size(); ++b) {
      double energy = 0.0;
      for (Index i = edges_[static_cast<std::size_t>(b)]; i < edges_[static_cast<std::size_t>(b) + 1]; ++i)
        energy += static_cast<double>(magnitudes(i, t)) * static_cast<double>(magnitudes(i, t));
      out(b, t) = static_cast<float>(std::sqrt(energy));
    }
  }
}

}  // namespace divisi
