// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/factor/solver.h"

namespace divisi {

/// Accelerated hierarchical alternating least squares, β = 2 without shifts: each row of H and each column of
/// W in turn gets its exact minimum, several times over for one pass over V (Gillis & Glineur, Accelerated
/// multiplicative updates and hierarchical ALS algorithms for nonnegative matrix factorization, 2012). The
/// cost never rises: the penalties are majorized by parabolas (docs/decisions/0003-penalties.md).
class Hals final : public Solver {
 public:
  Hals(Sweep& sweep, const Fixed& fixed) : Solver(sweep, fixed) {}

  Outcome step(State& state, bool measure, const Sweep::GoOn& go_on) override;
  void restart(const State& /*state*/) override {}
};

}  // namespace divisi
