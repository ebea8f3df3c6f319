// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/extrapolated.h"

#include "divisi/factor/panning.h"

#include <cmath>

namespace divisi {
namespace {

constexpr double kMostAhead = 0.999;

// after[i] ← before[i], and values[i] moves on in the direction in which it grew.
void go_ahead(std::span<float> values, std::span<float> before, float alpha) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float x = values[i];
    values[i] = x + alpha * std::max(x - before[i], 0.0F);
    before[i] = x;
  }
}

double exponent_of(const Objective& objective, bool quadratic) {
  return objective.penalized() ? update_exponent(objective.beta, quadratic) : 1.0;
}

}  // namespace

Extrapolated::Extrapolated(Sweep& sweep, const Fixed& fixed)
    : Solver(sweep, fixed),
      rules_(sweep_, fixed_, exponent_of(sweep.objective(), sweep.objective().smoothness > 0.0)),
      shape_rules_(sweep_, fixed_, exponent_of(sweep.objective(), true)) {}

void Extrapolated::restart(const State& state) {
  time_ = 1.0;
  w_before_ = state.W;
  h_before_ = state.H;
}

Solver::Outcome Extrapolated::step(State& state, bool /*measure*/, const Sweep::GoOn& go_on) {
  if (w_before_.empty()) restart(state);
  const double next_time = 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * time_ * time_));
  const auto alpha = static_cast<float>(std::min((time_ - 1.0) / next_time, kMostAhead));
  time_ = next_time;

  Matrix w_ahead = state.W;
  go_ahead(w_ahead.values(), w_before_.values(), alpha);
  go_ahead(state.H.values(), h_before_.values(), alpha);

  Sweep::Task task{.W = &state.W, .H = &state.H, .go_on = go_on};
  if (!fixed_.all_h()) task.update_columns = rules_.columns(state.W, state.H);
  if (!fixed_.all_w()) task.w_of_shapes = &w_ahead;
  const Sweep::Outcome found = sweep_.run(task);
  if (found.finished && !fixed_.all_w()) {
    shape_rules_.shapes(found.shapes, state.H, w_ahead);
    make_panned(sweep_.extent(), w_ahead);
    state.W = std::move(w_ahead);
  }
  return {.finished = found.finished};
}

}  // namespace divisi
