// SPDX-License-Identifier: Apache-2.0
// How the factors move. A solver is made for one problem, steps until the loop (descent.h) has enough, and is
// the only one who knows how.
#pragma once

#include "divisi/factor/sweep.h"

#include <memory>
#include <vector>

namespace divisi {

/// The solvers' names for people are in the pipeline's table, in this order.
enum class SolverKind {
  kAuto,            ///< HALS for β = 2 without shifts, else extrapolated
  kMultiplicative,  ///< plain multiplicative updates, whose cost provably never rises
  kExtrapolated,    ///< the same from points ahead; the loop takes back what raised the cost
  kHals             ///< coordinate descent, β = 2 without shifts alone
};

/// Which components keep their shape, and which their activations; empty: none.
struct Fixed {
  std::vector<bool> w;
  std::vector<bool> h;

  [[nodiscard]] bool all_w() const { return all(w); }
  [[nodiscard]] bool all_h() const { return all(h); }

 private:
  static bool all(const std::vector<bool>& flags) {
    for (const bool flag : flags) {
      if (!flag) return false;
    }
    return !flags.empty();
  }
};

class Solver {
 public:
  Solver(Sweep& sweep, Fixed fixed) : sweep_(sweep), fixed_(std::move(fixed)) {}
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;
  virtual ~Solver() = default;

  struct Outcome {
    bool finished = true;  ///< false: go_on left, with the state between two steps
    double cost = 0.0;     ///< of the state before the step, where `measure` and it cannot rise
  };
  /// One update of H and then of W, of what is not fixed.
  virtual Outcome step(State& state, bool measure, const Sweep::GoOn& go_on) = 0;

  /// Whether a step can raise the cost; such a solver is not asked to measure.
  [[nodiscard]] virtual bool may_rise() const { return false; }

  /// Forgets where the state came from: it was set back.
  virtual void restart(const State& state) = 0;

 protected:
  Sweep& sweep_;
  Fixed fixed_;
};

/// Throws InvalidInput for HALS where it cannot be. kAuto is resolved by the sweep's objective.
std::unique_ptr<Solver> make_solver(SolverKind kind, Sweep& sweep, const Fixed& fixed);

/// What kAuto stands for here.
SolverKind resolved(SolverKind kind, const Sweep& sweep);

/// The objective's value; finished: false where go_on left.
Solver::Outcome cost_of(Sweep& sweep, State& state, const Sweep::GoOn& go_on);

}  // namespace divisi
