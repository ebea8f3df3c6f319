// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/solver.h"

#include "divisi/core/error.h"
#include "divisi/factor/extrapolated.h"
#include "divisi/factor/hals.h"
#include "divisi/factor/multiplicative.h"

namespace divisi {

SolverKind resolved(SolverKind kind, const Sweep& sweep) {
  if (kind != SolverKind::kAuto) return kind;
  return sweep.linear() ? SolverKind::kHals : SolverKind::kExtrapolated;
}

std::unique_ptr<Solver> make_solver(SolverKind kind, Sweep& sweep, const Fixed& fixed) {
  switch (resolved(kind, sweep)) {
    case SolverKind::kHals:
      if (!sweep.linear())
        throw InvalidInput("solver", "hals for beta 2 without shifts alone", "another model");
      return std::make_unique<Hals>(sweep, fixed);
    case SolverKind::kExtrapolated:
      return std::make_unique<Extrapolated>(sweep, fixed);
    case SolverKind::kMultiplicative:
    case SolverKind::kAuto:
      break;
  }
  return std::make_unique<Multiplicative>(sweep, fixed);
}

Solver::Outcome cost_of(Sweep& sweep, State& state, const Sweep::GoOn& go_on) {
  const auto found = sweep.run({.W = &state.W, .H = &state.H, .measure = true, .go_on = go_on});
  return {found.finished, found.divergence + penalty(sweep.extent(), sweep.objective(), state)};
}

}  // namespace divisi
