// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/descent.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <cmath>

namespace divisi {
namespace {

constexpr double kShareOfLook = 0.25;  // of the time of an iteration that is looked at first
constexpr double kRounding = 1e-6;     // a rise by less than this share is the arithmetic's

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
      const bool last = found_.iterations == options_.iterations;
      const bool check = last || found_.iterations % options_.check_every == 0;
      const bool going = !check                        ? step(false, 0.0).finished
                         : solver_->may_rise() || last ? look_and_step(last)
                                                       : measured_step();
      if (!going) return found_;
    }
  }

 private:
  // Asked with the share of this iteration that is done, which begins at `from`.
  [[nodiscard]] Sweep::GoOn go_on(double from, double to) const {
    return [this, from, to](double part) {
      const double done = found_.iterations + from + (to - from) * part;
      Progress progress{"factorize", std::min(1.0, done / options_.iterations), found_.iterations};
      if (!found_.costs.empty()) progress.cost = found_.costs.back().cost;
      return keep_going(observer_, progress);
    };
  }

  Solver::Outcome step(bool measure, double from) {
    const Solver::Outcome outcome = solver_->step(state_, measure, go_on(from, 1.0));
    if (outcome.finished) ++found_.iterations;
    return outcome;
  }

  // Measures the state before it steps on, so that it can go back instead. False: the descent is over.
  bool look_and_step(bool last) {
    const Solver::Outcome seen = cost_of(sweep_, state_, go_on(0.0, last ? 1.0 : kShareOfLook));
    if (!seen.finished) return false;
    check_finite(seen.cost);
    if (rose(seen.cost)) {
      set_back();
      if (!last) return true;
      record(found_.iterations, best_cost_);
      return over(Stop::kIterations);
    }
    best_ = state_;
    just_set_back_ = false;
    record(found_.iterations, seen.cost);
    if (has_converged(found_.iterations)) return over(Stop::kTolerance);
    return last ? over(Stop::kIterations) : step(false, kShareOfLook).finished;
  }

  // A solver that cannot rise is measured within its step. Where the cost rises nevertheless, it has come
  // down to the arithmetic's last digits.
  bool measured_step() {
    const int iteration = found_.iterations;
    best_ = state_;
    const Solver::Outcome outcome = step(true, 0.0);
    if (!outcome.finished) return false;
    check_finite(outcome.cost);
    const bool exhausted = rose(outcome.cost);
    record(iteration, outcome.cost);
    if (!exhausted && !has_converged(iteration)) return true;
    state_ = best_;
    found_.iterations = iteration;
    return over(Stop::kTolerance);
  }

  void check_finite(double cost) const {
    if (std::isfinite(cost)) return;
    throw InvalidInput("beta", "a divergence that stays finite on this V", to_text(sweep_.objective().beta));
  }

  [[nodiscard]] bool rose(double cost) const {
    return !found_.costs.empty() && cost > best_cost_ * (1.0 + kRounding);
  }

  // Takes the state of the last check up again.
  void set_back() {
    state_ = best_;
    ++found_.setbacks;
    if (just_set_back_) solver_ = &strict_;
    just_set_back_ = true;
    solver_->restart(state_);
  }

  void record(int iteration, double cost) {
    best_cost_ = cost;
    found_.costs.push_back({iteration, options_.cost_unit * cost});
  }

  bool over(Stop stop) {
    found_.stop = stop;
    return false;
  }

  // Whether the last check_every updates brought too little.
  [[nodiscard]] bool has_converged(int iteration) const {
    const auto& costs = found_.costs;
    if (costs.size() < 2 || iteration % options_.check_every != 0) return false;
    const double now = costs.back().cost;
    return costs[costs.size() - 2].cost - now <= options_.tolerance * (costs.front().cost - now);
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
