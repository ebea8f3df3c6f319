// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/factor/ratio_rules.h"

namespace divisi {

/// Plain multiplicative updates with the exponents for which the cost is proven never to rise (Févotte &
/// Idier, Algorithms for nonnegative matrix factorization with the β-divergence, 2011; with shifts every one
/// of them is one more term of the same majorization).
class Multiplicative final : public Solver {
 public:
  Multiplicative(Sweep& sweep, const Fixed& fixed);

  Outcome step(State& state, bool measure, const Sweep::GoOn& go_on) override;
  void restart(const State& /*state*/) override {}

 private:
  RatioRules rules_;
  RatioRules shape_rules_;  // every penalty is quadratic in W
};

}  // namespace divisi
