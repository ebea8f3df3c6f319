// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/unit_sums.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace divisi {
namespace {

// In double, eight sums at a time: one alone would wait for itself.
double sum_of(const float* values, Index count) {
  std::array<double, 8> sums{};
  Index i = 0;
  for (; i + std::ssize(sums) <= count; i += std::ssize(sums)) {
    for (std::size_t s = 0; s < sums.size(); ++s)
      sums[s] += static_cast<double>(values[i + static_cast<Index>(s)]);
  }
  double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
  for (; i < count; ++i) sum += static_cast<double>(values[i]);
  return sum;
}

}  // namespace

Matrix unit_sums_of_shapes(const Extent& extent, const Matrix& W) {
  const Index components = extent.components;
  std::vector<double> sums(static_cast<std::size_t>(extent.levels()));
  Matrix result(extent.levels(), extent.time_shifts);
  for (Index tau = 0; tau < extent.time_shifts; ++tau) {
    for (Index k = 0; k < components; ++k) {
      const auto shape = W.col(tau * components + k);
      double sum = 0.0;  // over the bins below `end`
      Index end = 0;
      for (Index phi = extent.pitch_shifts - 1; phi >= 0; --phi) {
        const Index more = std::max(extent.bins - phi - end, Index{0});
        sum += sum_of(shape.data() + end, more);
        end += more;
        sums[static_cast<std::size_t>(phi * components + k)] += sum;
      }
    }
    std::ranges::copy(sums, result.col(tau).begin());
  }
  return result;
}

Matrix unit_sums_of_activations(const Extent& extent, const Activations& H) {
  const Index components = extent.components;
  std::vector<double> totals(static_cast<std::size_t>(extent.levels()));
  Matrix result(extent.bins, extent.shapes());
  Index j = 0;
  for (Index tau = extent.time_shifts - 1; tau >= 0; --tau) {
    for (; j < extent.frames - tau; ++j) {
      const float* frame = H.frame(j);
      for (std::size_t l = 0; l < totals.size(); ++l) totals[l] += static_cast<double>(frame[l]);
    }
    for (Index k = 0; k < components; ++k) {
      auto sums = result.col(tau * components + k);
      double sum = 0.0;  // over the φ by which the bin can move and stay in V
      Index end = extent.bins;
      for (Index met = 1; met <= std::min(extent.pitch_shifts, extent.bins); ++met) {
        sum += totals[static_cast<std::size_t>((met - 1) * components + k)];
        const Index begin = met < extent.pitch_shifts ? std::max(extent.bins - met, Index{0}) : 0;
        std::fill(sums.begin() + begin, sums.begin() + end, static_cast<float>(sum));
        end = begin;
      }
    }
  }
  return result;
}

}  // namespace divisi
