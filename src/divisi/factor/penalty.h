// SPDX-License-Identifier: Apache-2.0
// The penalties of the objective: their value and what they add to an update. Derivation:
// docs/decisions/0003-penalties.md.
#pragma once

#include "divisi/factor/activations.h"
#include "divisi/factor/extent.h"

#include <vector>

namespace divisi {

/// Exponents γ of x ← x (numerator/denominator)^γ that make the cost fall, by majorization-minimization.
/// Without penalties: 1/(2−β), 1, 1/(β−1) for β < 1, in [1, 2], > 2 (Févotte & Idier 2011, table 2; a penalty
/// linear in x keeps them: Tan & Févotte 2013). With a quadratic penalty all terms are majorized to the
/// degrees that lead to 1/(3−β), 1/2, 1/β: docs/decisions/0003-penalties.md has the derivation.
double update_exponent(double beta, bool quadratic_penalty);

/// Sizes of the penalties' parts, a value for each component.
struct PenaltyParts {
  PenaltyParts(const Extent& extent, const Matrix& W);

  void measure(const Extent& extent, const Activations& H);

  std::vector<double> norm;    ///< ‖w_k‖₂
  std::vector<double> level;   ///< ‖h_k‖₁
  std::vector<double> change;  ///< Σ_φt (h^φ_kt − h^φ_k,t−1)²
};

/// The penalties' value.
double penalty(const Extent& extent, const Objective& objective, const State& state);

}  // namespace divisi
