// SPDX-License-Identifier: Apache-2.0
// The loop: steps of a solver, the cost curve, when to stop. It knows no solver by name.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/observer.h"
#include "divisi/factor/solver.h"

namespace divisi {

struct DescentOptions {
  int iterations = 200;
  double tolerance = 1e-4;
  int check_every = 10;
  double cost_unit = 1.0;  ///< what a cost is multiplied by for the curve and the observer
};

/// How a descent went; its factors are the state.
struct Descent {
  std::vector<CostPoint> costs;
  int iterations = 0;
  int setbacks = 0;
  Stop stop = Stop::kCancelled;
};

/// Steps until a limit is reached. The curve never rises: where a checked state costs more than the one
/// checked before it, that one is taken up again and the solver restarted; where it rises at once again,
/// `strict` goes on. Cancelled by the observer: the state is somewhere between two steps. Throws InvalidInput
/// where the divergence is not finite.
Descent descend(Sweep& sweep, Solver& solver, Solver& strict, const DescentOptions& options, State& state,
                const Observer& observer);

}  // namespace divisi
