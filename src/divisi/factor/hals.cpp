// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/hals.h"

#include "divisi/compute/tiles.h"
#include "divisi/factor/gram.h"
#include "divisi/factor/penalty.h"

#include <algorithm>
#include <optional>

namespace divisi {
namespace {

constexpr int kInnerSweeps = 3;
constexpr float kDead = 1e-20F;  // a component whose other factor is as small as this changes nothing

bool is_fixed(const std::vector<bool>& flags, Index k) {
  return !flags.empty() && flags[static_cast<std::size_t>(k)];
}

class ColumnRule {
 public:
  ColumnRule(const Sweep& sweep, const Fixed& fixed, const State& state)
      : objective_(sweep.objective()),
        fixed_(fixed),
        gram_(gram(state.W)),
        norms_(objective_.penalized() ? PenaltyParts(sweep.extent(), state.W).norm : std::vector<double>()) {
    if (objective_.smoothness > 0.0) before_ = state.H;
  }

  void operator()(const Columns& columns) const {
    const Index frames = columns.frames;
    const Index components = gram_.rows();
    Matrix h(frames, components);  // a component's frames side by side
    Matrix target(frames, components);
    for (Index j = 0; j < frames; ++j) {
      for (Index k = 0; k < components; ++k) {
        h(j, k) = columns.h[j * components + k];
        target(j, k) = columns.numerator[j * columns.numerator_stride + k];
      }
    }
    const std::vector<Index> neighbours = add_penalties(columns.first, target);
    std::vector<float> error(static_cast<std::size_t>(frames));
    for (int inner = 0; inner < kInnerSweeps; ++inner) {
      for (Index k = 0; k < components; ++k) {
        const float curvature = gram_(k, k);
        if (is_fixed(fixed_.h, k) || curvature < kDead) continue;
        std::ranges::copy(target.col(k), error.begin());
        kernels().subtract_combination(gram_.col(k).data(), h.col(0).data(), frames, components, error.data(),
                                       frames);
        auto row = h.col(k);
        const float pull = objective_.penalized() ? smoothness_of(k) : 0.0F;
        for (std::size_t j = 0; j < row.size(); ++j) {
          const float more = pull * static_cast<float>(neighbours[j]);
          const float next = std::max(row[j] + (error[j] - more * row[j]) / (curvature + more), kFloor);
          row[j] = row[j] == 0.0F ? 0.0F : next;  // NmfOptions::keep_zeros
        }
      }
    }
    for (Index j = 0; j < frames; ++j) {
      for (Index k = 0; k < components; ++k) columns.h[j * components + k] = h(j, k);
    }
  }

 private:
  // s n² (h_t − h_t−1)² ≤ 2 s n² ((h_t − m)² + (h_t−1 − m)²), m the mean of both before the sweep: each cell
  // is pulled towards the means with its neighbours, of which there are one or two.
  [[nodiscard]] float smoothness_of(Index k) const {
    const double norm = norms_[static_cast<std::size_t>(k)];
    return static_cast<float>(4.0 * objective_.smoothness * norm * norm);
  }

  // Puts the constant parts into the targets; the number of neighbours of each frame.
  std::vector<Index> add_penalties(Index first, Matrix& target) const {
    std::vector<Index> neighbours(static_cast<std::size_t>(target.rows()), 0);
    if (!objective_.penalized()) return neighbours;
    for (Index j = 0; j < target.rows(); ++j) {
      const Index t = first + j;
      for (const Index other : {t - 1, t + 1}) {
        if (objective_.smoothness == 0.0 || other < 0 || other >= before_.frames()) continue;
        ++neighbours[static_cast<std::size_t>(j)];
        for (Index k = 0; k < target.cols(); ++k) {
          target(j, k) += smoothness_of(k) * 0.5F * (before_.frame(t)[k] + before_.frame(other)[k]);
        }
      }
      for (Index k = 0; k < target.cols(); ++k) {
        target(j, k) -= static_cast<float>(objective_.sparsity * norms_[static_cast<std::size_t>(k)]);
      }
    }
    return neighbours;
  }

  const Objective& objective_;
  const Fixed& fixed_;
  Matrix gram_;
  std::vector<double> norms_;
  Activations before_;
};

void update_shapes(const Sweep& sweep, const Fixed& fixed, const Matrix& target, State& state) {
  const Objective& objective = sweep.objective();
  const Matrix gram = gram_of_rows(state.H);
  std::optional<PenaltyParts> parts;
  if (objective.penalized()) parts.emplace(sweep.extent(), state.W).measure(sweep.extent(), state.H);
  std::vector<float> error(static_cast<std::size_t>(state.W.rows()));
  for (int inner = 0; inner < kInnerSweeps; ++inner) {
    for (Index k = 0; k < state.W.cols(); ++k) {
      const float curvature = gram(k, k);
      if (is_fixed(fixed.w, k) || curvature < kDead) continue;
      float slope = 0.0F;
      if (parts) {
        const auto c = static_cast<std::size_t>(k);
        slope = static_cast<float>(objective.sparsity * parts->level[c] / std::max(parts->norm[c], 1e-30) +
                                   2.0 * objective.smoothness * parts->change[c]);
      }
      std::ranges::copy(target.col(k), error.begin());
      kernels().subtract_combination(gram.col(k).data(), state.W.values().data(), state.W.rows(),
                                     state.W.cols(), error.data(), state.W.rows());
      auto w = state.W.col(k);
      for (std::size_t i = 0; i < w.size(); ++i) {
        const float next = std::max(w[i] + (error[i] - slope * w[i]) / (curvature + slope), kFloor);
        w[i] = w[i] == 0.0F ? 0.0F : next;
      }
    }
  }
}

}  // namespace

Solver::Outcome Hals::step(State& state, bool measure, const Sweep::GoOn& go_on) {
  const double penalty_before = measure ? penalty(sweep_.extent(), sweep_.objective(), state) : 0.0;
  Sweep::Task task{.W = &state.W, .H = &state.H, .measure = measure, .go_on = go_on};
  if (!fixed_.all_h()) task.update_columns = ColumnRule(sweep_, fixed_, state);
  if (!fixed_.all_w()) task.w_of_shapes = &state.W;
  const Sweep::Outcome found = sweep_.run(task);
  if (found.finished && !fixed_.all_w()) update_shapes(sweep_, fixed_, found.shapes.numerator, state);
  return {found.finished, found.divergence + penalty_before};
}

}  // namespace divisi
