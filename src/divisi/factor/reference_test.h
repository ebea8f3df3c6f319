// SPDX-License-Identifier: Apache-2.0
// The naive reference that decides what is right: multiplicative updates in double, four loops, straight from
// Févotte & Idier 2011, eqs. (2), (30), (31) and table 2.
#pragma once

#include "divisi/core/factors.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace divisi::reference {

struct Problem {
  Index bins, frames, components;
  std::vector<double> V, W, H;  // row-major
  double beta, epsilon;

  [[nodiscard]] static std::size_t at(Index row, Index cols, Index col) {
    return static_cast<std::size_t>(row * cols + col);
  }

  [[nodiscard]] double model(Index i, Index t) const {
    double sum = epsilon;
    for (Index k = 0; k < components; ++k) sum += W[at(i, components, k)] * H[at(k, frames, t)];
    return sum;
  }

  [[nodiscard]] double cost() const {
    double sum = 0.0;
    for (Index i = 0; i < bins; ++i) {
      for (Index t = 0; t < frames; ++t) {
        const double x = V[at(i, frames, t)];
        const double y = model(i, t);
        if (beta == 0.0) {
          sum += x / y - std::log(x / y) - 1.0;
        } else if (beta == 1.0) {
          sum += x * std::log(x / y) - x + y;
        } else {
          sum += (std::pow(x, beta) + (beta - 1.0) * std::pow(y, beta) - beta * x * std::pow(y, beta - 1.0)) /
                 (beta * (beta - 1.0));
        }
      }
    }
    return sum;
  }

  [[nodiscard]] double gamma() const {
    return beta < 1.0 ? 1.0 / (2.0 - beta) : beta <= 2.0 ? 1.0 : 1.0 / (beta - 1.0);
  }

  void update_h() {
    std::vector<double> updated = H;
    for (Index k = 0; k < components; ++k) {
      for (Index t = 0; t < frames; ++t) {
        double numerator = 0.0;
        double denominator = 0.0;
        for (Index i = 0; i < bins; ++i) {
          const double y = model(i, t);
          numerator += W[at(i, components, k)] * std::pow(y, beta - 2.0) * V[at(i, frames, t)];
          denominator += W[at(i, components, k)] * std::pow(y, beta - 1.0);
        }
        updated[at(k, frames, t)] *= std::pow(numerator / denominator, gamma());
      }
    }
    H = updated;
  }

  void update_w() {
    std::vector<double> updated = W;
    for (Index i = 0; i < bins; ++i) {
      for (Index k = 0; k < components; ++k) {
        double numerator = 0.0;
        double denominator = 0.0;
        for (Index t = 0; t < frames; ++t) {
          const double y = model(i, t);
          numerator += H[at(k, frames, t)] * std::pow(y, beta - 2.0) * V[at(i, frames, t)];
          denominator += H[at(k, frames, t)] * std::pow(y, beta - 1.0);
        }
        updated[at(i, components, k)] *= std::pow(numerator / denominator, gamma());
      }
    }
    W = updated;
  }
};

/// The cost, in V's unit, after `iterations` updates of H and then W from `start`; ε is a share of V's mean.
inline double nmf_cost(const Matrix& V, const Factors& start, double beta, int iterations, double epsilon) {
  Problem problem{.bins = V.rows(),
                  .frames = V.cols(),
                  .components = start.components(),
                  .V = {},
                  .W = {},
                  .H = {},
                  .beta = beta,
                  .epsilon = 0.0};
  const auto rows_first = [](const Matrix& matrix) {
    std::vector<double> values;
    for (Index i = 0; i < matrix.rows(); ++i) {
      for (Index j = 0; j < matrix.cols(); ++j) values.push_back(static_cast<double>(matrix(i, j)));
    }
    return values;
  };
  problem.V = rows_first(V);
  problem.W = rows_first(start.W);
  problem.H = rows_first(start.H);
  double mean = 0.0;
  for (const double v : problem.V) mean += v / static_cast<double>(problem.V.size());
  problem.epsilon = epsilon * mean;
  for (double& v : problem.V) v += problem.epsilon;
  for (int n = 0; n < iterations; ++n) {
    problem.update_h();
    problem.update_w();
  }
  return problem.cost();
}

}  // namespace divisi::reference
