// SPDX-License-Identifier: Apache-2.0
// Multiplicative updates, x ← x (numerator/denominator)^γ, of H and of W, with the penalties.
#pragma once

#include "divisi/factor/penalty.h"
#include "divisi/factor/solver.h"

namespace divisi {

class RatioRules {
 public:
  RatioRules(const Sweep& sweep, const Fixed& fixed, double exponent)
      : sweep_(sweep), fixed_(fixed), exponent_(static_cast<float>(exponent)) {}

  /// The update of H for W as it is; H's present values are those that smoothness compares with.
  [[nodiscard]] Sweep::UpdateColumns columns(const Matrix& W, const Activations& H) const;

  /// Updates W, whose sums were taken of this W and of H as it is.
  void shapes(const ShapeSums& sums, const Activations& H, Matrix& W) const;

 private:
  const Sweep& sweep_;
  const Fixed& fixed_;
  float exponent_;
};

}  // namespace divisi
