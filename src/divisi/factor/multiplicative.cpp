// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/multiplicative.h"

#include "divisi/factor/panning.h"

namespace divisi {

Multiplicative::Multiplicative(Sweep& sweep, const Fixed& fixed)
    : Solver(sweep, fixed),
      rules_(sweep_, fixed_, update_exponent(sweep.objective().beta, sweep.objective().smoothness > 0.0)),
      shape_rules_(sweep_, fixed_, update_exponent(sweep.objective().beta, sweep.objective().penalized())) {}

Solver::Outcome Multiplicative::step(State& state, bool measure, const Sweep::GoOn& go_on) {
  const double penalty_before = measure ? penalty(sweep_.extent(), sweep_.objective(), state) : 0.0;
  Sweep::Task task{.W = &state.W, .H = &state.H, .measure = measure, .go_on = go_on};
  if (!fixed_.all_h()) task.update_columns = rules_.columns(state.W, state.H);
  if (!fixed_.all_w()) task.w_of_shapes = &state.W;
  const Sweep::Outcome found = sweep_.run(task);
  if (found.finished && !fixed_.all_w()) {
    shape_rules_.shapes(found.shapes, state.H, state.W);
    make_panned(sweep_.extent(), state.W);
  }
  return {found.finished, found.divergence + penalty_before};
}

}  // namespace divisi
