// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/penalty.h"

#include <cmath>

namespace divisi {

double update_exponent(double beta, bool quadratic_penalty) {
  if (beta < 1.0) return 1.0 / ((quadratic_penalty ? 3.0 : 2.0) - beta);
  if (beta <= 2.0) return quadratic_penalty ? 0.5 : 1.0;
  return 1.0 / (quadratic_penalty ? beta : beta - 1.0);
}

PenaltyParts::PenaltyParts(const Extent& extent, const Matrix& W) {
  for (Index k = 0; k < extent.components; ++k) {
    double sum = 0.0;
    for (Index column = k; column < extent.shapes(); column += extent.components) {
      for (const float w : W.col(column)) sum += static_cast<double>(w) * static_cast<double>(w);
    }
    norm.push_back(std::sqrt(sum));
  }
}

void PenaltyParts::measure(const Extent& extent, const Activations& H) {
  const auto components = static_cast<std::size_t>(extent.components);
  level.assign(components, 0.0);
  change.assign(components, 0.0);
  for (Index t = 0; t < extent.frames; ++t) {
    const float* now = H.frame(t);
    const float* before = H.frame(t > 0 ? t - 1 : 0);
    for (Index l = 0; l < extent.levels(); ++l) {
      const auto k = static_cast<std::size_t>(l % extent.components);
      const auto step = static_cast<double>(now[l]) - static_cast<double>(before[l]);
      level[k] += static_cast<double>(now[l]);
      change[k] += step * step;
    }
  }
}

double penalty(const Extent& extent, const Objective& objective, const State& state) {
  if (!objective.penalized()) return 0.0;
  PenaltyParts parts(extent, state.W);
  parts.measure(extent, state.H);
  double sum = 0.0;
  for (std::size_t k = 0; k < parts.norm.size(); ++k) {
    sum += objective.sparsity * parts.norm[k] * parts.level[k] +
           objective.smoothness * parts.norm[k] * parts.norm[k] * parts.change[k];
  }
  return sum;
}

}  // namespace divisi
