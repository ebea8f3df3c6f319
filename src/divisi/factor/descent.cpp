// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/descent.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <cmath>

namespace divisi {
namespace {

constexpr double kRounding = 1e-6;  // a rise by less than this share is the arithmetic's

class Loop {
 public:
  Loop(Sweep& sweep, Solver& solver, Solver& strict, const DescentOptions& options, State& state,
       const Observer& observer)
      : sweep_(sweep),
        solver_(&solver),
        strict_(strict),
        options_(options),
        state_(state),
        observer_(observer) {}

  Descent run() {
    while (true) {
      const bool check =
          found_.iterations % options_.check_every == 0 || found_.iterations == options_.iterations;
      if (check && !measured_step()) return found_;
      if (!check && !step(false).finished) return found_;
    }
  }

 private:
  [[nodiscard]] Sweep::GoOn go_on() const {
    return [this](double part) {
      Progress progress{"factorize", std::min(1.0, (found_.iterations + part) / options_.iterations),
                        found_.iterations};
      if (!found_.costs.empty()) progress.cost = found_.costs.back().cost;
      return keep_going(observer_, progress);
    };
  }

  Solver::Outcome step(bool measure) {
    const Solver::Outcome outcome = solver_->step(state_, measure, go_on());
    if (outcome.finished) ++found_.iterations;
    return outcome;
  }

  // Measures the state and steps on from it. False: the descent is over.
  bool measured_step() {
    const bool last = found_.iterations == options_.iterations;
    const int iteration = found_.iterations;
    State checked = state_;
    const Solver::Outcome outcome = last ? cost_of(sweep_, state_, go_on()) : step(true);
    if (!outcome.finished) return false;
    if (!std::isfinite(outcome.cost)) {
      throw InvalidInput("beta", "a divergence that stays finite on this V",
                         to_text(sweep_.objective().beta));
    }
    if (rose(outcome.cost)) return set_back(iteration, last);
    best_ = std::move(checked);
    best_cost_ = outcome.cost;
    just_set_back_ = false;
    record(iteration, best_cost_);
    if (has_converged(iteration)) {
      state_ = std::move(best_);
      found_.iterations = iteration;
      return over(Stop::kTolerance);
    }
    return last ? over(Stop::kIterations) : true;
  }

  [[nodiscard]] bool rose(double cost) const {
    return !found_.costs.empty() && cost > best_cost_ * (1.0 + kRounding);
  }

  // Takes the best state up again. A solver that never raises the cost and yet is here twice has come down to
  // the arithmetic's last digits.
  bool set_back(int iteration, bool last) {
    state_ = best_;
    ++found_.setbacks;
    const bool exhausted = just_set_back_ && solver_ == &strict_;
    if (last || exhausted) {
      record(iteration, best_cost_);
      return over(last ? Stop::kIterations : Stop::kTolerance);
    }
    if (just_set_back_) solver_ = &strict_;
    just_set_back_ = true;
    solver_->restart(state_);
    return true;
  }

  void record(int iteration, double cost) { found_.costs.push_back({iteration, options_.cost_unit * cost}); }

  bool over(Stop stop) {
    found_.stop = stop;
    return false;
  }

  // Whether the last check_every updates brought too little.
  [[nodiscard]] bool has_converged(int iteration) const {
    const auto& costs = found_.costs;
    if (costs.size() < 2 || iteration % options_.check_every != 0) return false;
    const double now = costs.back().cost;
    return costs[costs.size() - 2].cost - now < options_.tolerance * (costs.front().cost - now);
  }

  Sweep& sweep_;
  Solver* solver_;
  Solver& strict_;
  const DescentOptions& options_;
  State& state_;
  const Observer& observer_;
  Descent found_;
  State best_;  // as last checked
  double best_cost_ = 0.0;
  bool just_set_back_ = false;
};

}  // namespace

Descent descend(Sweep& sweep, Solver& solver, Solver& strict, const DescentOptions& options, State& state,
                const Observer& observer) {
  return Loop(sweep, solver, strict, options, state, observer).run();
}

}  // namespace divisi
