// SPDX-License-Identifier: Apache-2.0
// The naive reference that decides what is right: multiplicative updates in double, straight from Févotte &
// Idier 2011, eqs. (2), (30), (31) and table 2, with every shift of Schmidt & Mørup 2006, eq. (3), as one
// more term.
#pragma once

#include "divisi/core/factors.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace divisi::reference {

struct Problem {
  Index bins, frames, components, time_shifts, pitch_shifts;
  std::vector<double> V, W, H;  // column-major, laid out as in core/factors.h
  double beta, epsilon;

  double& w(Index i, Index tau, Index k) { return W[at(i, bins, tau * components + k)]; }
  double& h(Index phi, Index k, Index t) { return H[at(phi * components + k, pitch_shifts * components, t)]; }
  double v(Index i, Index t) { return V[at(i, bins, t)]; }
  static std::size_t at(Index row, Index rows, Index col) {
    return static_cast<std::size_t>(col * rows + row);
  }

  // Calls term(τ, φ, k) for every term of Λ at (i, t) that lies within both factors.
  template <typename Term>
  void for_each_term(Index i, Index t, const Term& term) {
    for (Index tau = 0; tau < time_shifts && tau <= t; ++tau) {
      for (Index phi = 0; phi < pitch_shifts && phi <= i; ++phi) {
        for (Index k = 0; k < components; ++k) term(tau, phi, k);
      }
    }
  }

  double model(Index i, Index t) {
    double sum = epsilon;
    for_each_term(i, t,
                  [&](Index tau, Index phi, Index k) { sum += w(i - phi, tau, k) * h(phi, k, t - tau); });
    return sum;
  }

  double cost() {
    double sum = 0.0;
    for (Index i = 0; i < bins; ++i) {
      for (Index t = 0; t < frames; ++t) {
        const double x = v(i, t);
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

  // The sums over all cells of what each entry of a factor meets there, times v y^(β−2) and y^(β−1).
  void update(std::vector<double>& factor, bool of_w) {
    std::vector<double> numerator(factor.size()), denominator(factor.size());
    for (Index i = 0; i < bins; ++i) {
      for (Index t = 0; t < frames; ++t) {
        const double y = model(i, t);
        for_each_term(i, t, [&](Index tau, Index phi, Index k) {
          const double& entry = of_w ? w(i - phi, tau, k) : h(phi, k, t - tau);
          const double other = of_w ? h(phi, k, t - tau) : w(i - phi, tau, k);
          const auto place = static_cast<std::size_t>(&entry - factor.data());
          numerator[place] += other * v(i, t) * std::pow(y, beta - 2.0);
          denominator[place] += other * std::pow(y, beta - 1.0);
        });
      }
    }
    for (std::size_t n = 0; n < factor.size(); ++n) {
      if (denominator[n] > 0.0) factor[n] *= std::pow(numerator[n] / denominator[n], gamma());
    }
  }
};

/// The cost, in V's unit, after `iterations` updates of H and then W from `start`; ε is a share of V's mean.
inline double nmf_cost(const Matrix& V, const Factors& start, double beta, int iterations, double epsilon) {
  const auto doubles = [](const Matrix& matrix) {
    return std::vector<double>(matrix.values().begin(), matrix.values().end());
  };
  Problem problem{.bins = V.rows(),
                  .frames = V.cols(),
                  .components = start.components(),
                  .time_shifts = start.time_shifts,
                  .pitch_shifts = start.pitch_shifts,
                  .V = doubles(V),
                  .W = doubles(start.W),
                  .H = doubles(start.H),
                  .beta = beta,
                  .epsilon = 0.0};
  double mean = 0.0;
  for (const double x : problem.V) mean += x / static_cast<double>(problem.V.size());
  problem.epsilon = epsilon * mean;
  for (double& x : problem.V) x += problem.epsilon;
  for (int n = 0; n < iterations; ++n) {
    problem.update(problem.H, false);
    problem.update(problem.W, true);
  }
  return problem.cost();
}

}  // namespace divisi::reference
