// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/factor/ratio_rules.h"

namespace divisi {

/// Multiplicative updates from points ahead of the present one: y = x + α (x − x_before)₊, with Nesterov's α
/// (Hien, Leplat & Gillis, Block majorization minimization with extrapolation, 2024, algorithm 2, where only
/// growth is extrapolated so that y stays positive). The exponents are 1 unless there are penalties. The cost
/// may rise: whoever steps measures it now and then, sets the state back and calls restart().
class Extrapolated final : public Solver {
 public:
  Extrapolated(Sweep& sweep, const Fixed& fixed);

  Outcome step(State& state, bool measure, const Sweep::GoOn& go_on) override;
  [[nodiscard]] bool may_rise() const override { return true; }
  void restart(const State& state) override;

 private:
  RatioRules rules_;
  RatioRules shape_rules_;
  double time_ = 1.0;  // Nesterov's t
  Matrix w_before_;
  Activations h_before_;
};

}  // namespace divisi
