// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/unit_sums.h"

#include <algorithm>
#include <vector>

namespace divisi {

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
        for (; end < extent.bins - phi; ++end)
          sum += static_cast<double>(shape[static_cast<std::size_t>(end)]);
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
      double sum = 0.0;  // over the φ of which `met` reach from the bin into V
      Index met = 0;
      for (Index i = extent.bins - 1; i >= 0; --i) {
        for (; met < std::min(extent.pitch_shifts, extent.bins - i); ++met) {
          sum += totals[static_cast<std::size_t>(met * components + k)];
        }
        sums[static_cast<std::size_t>(i)] = static_cast<float>(sum);
      }
    }
  }
  return result;
}

}  // namespace divisi
