// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/nmf.h"

#include "divisi/compute/threads.h"
#include "divisi/factor/checks.h"
#include "divisi/factor/descent.h"
#include "divisi/factor/multilevel.h"
#include "divisi/factor/panning.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <numeric>

namespace divisi {
namespace {

constexpr double kShareOfMultilevel = 0.15;  // of the whole descent, for the progress

double mean_of(ConstMatrixView V, const NmfOptions& options) {
  double sum = 0.0;
  for (Index j = 0; j < V.cols(); ++j) {
    for (const float v : V.col(j)) sum += static_cast<double>(v);
    drop_behind(options.drop, V.cols(), j);
  }
  const double mean = sum / (static_cast<double>(V.rows()) * static_cast<double>(V.cols()));
  return mean > static_cast<double>(kFloor) ? mean : 1.0;  // below, 1/mean is out of float's range: silence
}

// One call of nmf(): everything in the unit in which V's mean is 1.
class Problem {
 public:
  Problem(ConstMatrixView V, const NmfOptions& options, const Factors& start)
      : V_(V),
        options_(options),
        start_(start),
        mean_(mean_of(V, options)),
        extent_{V.rows(),        V.cols(), options.components, options.time_shifts, options.pitch_shifts,
                options.channels},
        objective_{.beta = options.beta,
                   .sparsity = options.sparsity,
                   .smoothness = options.smoothness,
                   .scale = static_cast<float>(1.0 / mean_),
                   .epsilon = static_cast<float>(options.epsilon)} {
    const auto components = static_cast<std::size_t>(options.components);
    fixed_ = options.fixed;
    if (!fixed_.w.empty()) fixed_.w.resize(components, false);
    if (!fixed_.h.empty()) fixed_.h.resize(components, false);
    if (options.fix_w) {
      fixed_.w.resize(components, false);
      std::fill_n(fixed_.w.begin(), start.components(), true);
    }
    if (options.fix_h) fixed_.h.assign(components, true);
  }

  // Starts differ only where something of them is random.
  [[nodiscard]] int restarts() const {
    const bool given = start_.W.cols() == extent_.shapes() && start_.H.rows() == extent_.levels();
    return given ? 1 : options_.restarts;
  }

  // One start, followed to its end.
  [[nodiscard]] Fit descend_from(int restart, int threads, const Observer& observer) const {
    const auto begin = std::chrono::steady_clock::now();
    const auto sweep =
        make_sweep(V_, extent_, objective_, threads, {.inner = options_.inner, .drop = options_.drop});
    const SolverKind kind = resolved(options_.solver, *sweep);
    const auto solver = make_solver(kind, *sweep, fixed_);
    const auto strict = make_solver(SolverKind::kMultiplicative, *sweep, fixed_);
    const bool coarse_first = options_.multilevel && !options_.drop && kind != SolverKind::kMultiplicative &&
                              extent_.frames > kLongInput && extent_.stacked() == extent_.components &&
                              start_.H.empty();
    const double share = coarse_first ? kShareOfMultilevel : 0.0;
    Factors factors = scaled_start(restart);
    if (coarse_first) {
      factors = multilevel_start(V_, *sweep, {kind, options_.iterations, threads}, fixed_, factors,
                                 part_of(observer, 0.0, share));
    }
    State state{.W = std::move(factors.W),
                .H = Activations(extent_.levels(), extent_.frames, extent_.time_shifts - 1)};
    std::ranges::copy(factors.H.values(), state.H.values().begin());
    factors.H = Matrix();
    const DescentOptions limits{.iterations = options_.iterations,
                                .tolerance = options_.tolerance,
                                .check_every = options_.check_every,
                                .cost_unit = std::pow(mean_, options_.beta)};
    const Observer watch = [&](Progress progress) {
      if (restart == 0) progress.factors = [&] { return unscaled(state); };
      return keep_going(observer, progress);
    };
    Descent way = descend(*sweep, *solver, *strict, limits, state, part_of(watch, share, 1.0));
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return {.factors = unscaled(state),
            .costs = std::move(way.costs),
            .iterations = way.iterations,
            .setbacks = way.setbacks,
            .stop = way.stop,
            .seconds = seconds,
            .flops = way.iterations * sweep->flops(!fixed_.all_w(), !fixed_.all_h()),
            .restart = restart};
  }

 private:
  [[nodiscard]] float floored(float x) const {
    return options_.keep_zeros && x == 0.0F ? 0.0F : std::max(x, kFloor);
  }

  // Whether the start says anything of component k: of a factor with columns or rows k, k + step, …
  [[nodiscard]] bool is_given(const Matrix& factor, Index k, Index step, bool columns) const {
    if (options_.keep_zeros) return true;
    for (Index j = columns ? k : 0; j < factor.cols(); j += columns ? step : 1) {
      for (Index i = columns ? 0 : k; i < factor.rows(); i += columns ? 1 : step) {
        if (factor(i, j) != 0.0F) return true;
      }
    }
    return false;
  }

  // The start's H in the place of the random one. A component that has only one of its factors from the start
  // takes its share of V's mean by the other one, as what is given may be of any size.
  void take_courses(const std::vector<bool>& has_shape, Factors& factors) const {
    const Index given = start_.H.rows() / extent_.pitch_shifts;
    for (Index k = 0; k < extent_.components; ++k) {
      const bool has_course = k < given && is_given(start_.H, k, given, false);
      for (Index pitch = 0; has_course && pitch < extent_.pitch_shifts; ++pitch) {
        for (Index t = 0; t < extent_.frames; ++t) {
          const float h = start_.H(pitch * given + k, t);
          factors.H(pitch * extent_.components + k, t) =
              h == 0.0F ? floored(h) : std::max(static_cast<float>(static_cast<double>(h) / mean_), kFloor);
        }
      }
      if (has_course != has_shape[static_cast<std::size_t>(k)]) take_share(k, has_course, factors);
    }
  }

  // Scales the W of component k (else its H) so that it makes 1/K of V's mean.
  void take_share(Index k, bool scale_shape, Factors& factors) const {
    double shape = 0.0;
    double levels = 0.0;
    for (Index column = k; column < extent_.shapes(); column += extent_.components) {
      for (const float w : factors.W.col(column)) shape += static_cast<double>(w);
    }
    for (Index t = 0; t < extent_.frames; ++t) {
      for (Index l = k; l < extent_.levels(); l += extent_.components)
        levels += static_cast<double>(factors.H(l, t));
    }
    const double wanted = static_cast<double>(extent_.bins) * static_cast<double>(extent_.frames) /
                          static_cast<double>(extent_.components);
    const double factor = wanted / std::max(shape * levels, 1e-20);
    const auto scale = [factor](float& x) { x = static_cast<float>(static_cast<double>(x) * factor); };
    for (Index column = k; scale_shape && column < extent_.shapes(); column += extent_.components)
      std::ranges::for_each(factors.W.col(column), scale);
    for (Index t = 0; !scale_shape && t < extent_.frames; ++t) {
      for (Index l = k; l < extent_.levels(); l += extent_.components) scale(factors.H(l, t));
    }
  }

  [[nodiscard]] Factors scaled_start(int restart) const {
    Factors factors = make_start(options_.init, V_, objective_.scale, extent_,
                                 options_.seed + static_cast<std::uint64_t>(restart));
    std::vector<bool> has_shape(static_cast<std::size_t>(extent_.components), false);
    for (Index k = 0; k < start_.components(); ++k) {
      if (!is_given(start_.W, k, start_.components(), true)) continue;
      has_shape[static_cast<std::size_t>(k)] = true;
      for (Index tau = 0; tau < extent_.time_shifts; ++tau) {
        std::ranges::transform(start_.W.col(tau * start_.components() + k),
                               factors.W.col(tau * extent_.components + k).begin(),
                               [this](float w) { return floored(w); });
      }
    }
    if (!start_.W.empty() && start_.H.empty()) bring_to_level(extent_, factors.W, 1.0, factors.H);
    make_panned(extent_, factors.W);
    if (!start_.H.empty()) take_courses(has_shape, factors);
    return factors;
  }

  // Back to V's unit; the shapes to unit sum where both factors are free.
  [[nodiscard]] Factors unscaled(const State& state) const {
    Factors factors{.W = state.W,
                    .H = Matrix(extent_.levels(), extent_.frames),
                    .time_shifts = extent_.time_shifts,
                    .pitch_shifts = extent_.pitch_shifts};
    for (Index k = 0; k < extent_.components; ++k) {
      const auto is_fixed = [k](const std::vector<bool>& flags) {
        return !flags.empty() && flags[static_cast<std::size_t>(k)];
      };
      double sum = 0.0;
      for (Index column = k; column < extent_.shapes(); column += extent_.components) {
        for (const float w : state.W.col(column)) sum += static_cast<double>(w);
      }
      if (is_fixed(fixed_.w) || is_fixed(fixed_.h) || sum == 0.0) sum = 1.0;
      for (Index column = k; column < extent_.shapes(); column += extent_.components) {
        for (float& w : factors.W.col(column)) w = static_cast<float>(static_cast<double>(w) / sum);
      }
      for (Index t = 0; t < extent_.frames; ++t) {
        for (Index l = k; l < extent_.levels(); l += extent_.components) {
          factors.H(l, t) = static_cast<float>(static_cast<double>(state.H.frame(t)[l]) * sum * mean_);
        }
      }
    }
    return factors;
  }

  ConstMatrixView V_;
  const NmfOptions& options_;
  const Factors& start_;
  double mean_;
  Extent extent_;
  Objective objective_;
  Fixed fixed_;
};

// As many starts at once as there are threads. The observer is asked by one of them at a time and sees their
// mean.
std::vector<Fit> descend_side_by_side(const Problem& problem, int first, int count, int threads,
                                      const Observer& observer) {
  std::vector<Fit> fits(static_cast<std::size_t>(count));
  if (count == 1) {
    fits.front() = problem.descend_from(first, threads, observer);
    return fits;
  }
  std::mutex one_at_a_time;
  std::vector<double> fractions(fits.size(), 0.0);
  bool going = true;
  parallel_for(count, count, [&](int i) {
    const auto n = static_cast<std::size_t>(i);
    const Observer watch = [&, n](Progress progress) {
      const std::lock_guard lock(one_at_a_time);
      fractions[n] = progress.fraction;
      progress.fraction = std::reduce(fractions.begin(), fractions.end()) / static_cast<double>(count);
      going = going && keep_going(observer, progress);
      return going;
    };
    fits[n] = problem.descend_from(first + i, 1, watch);
  });
  return fits;
}

}  // namespace

double nmf_bytes(Index bins, Index frames, const NmfOptions& options) {
  const Extent extent{bins, frames, options.components, options.time_shifts, options.pitch_shifts};
  const auto floats = [](Index rows, Index cols) {
    return 4.0 * static_cast<double>(rows) * static_cast<double>(cols);
  };
  constexpr double kCopies = 5.0;    // the start, the state, those before, the best, what is returned
  constexpr double kLayouts = 36.0;  // of the stacked W: sixteen sums of two kinds, and the kernels'
  constexpr double kPanels = 4.0 * 1024.0 * 1024.0;
  return kCopies * (floats(bins, extent.shapes()) + floats(extent.levels(), frames)) +
         kLayouts * floats(bins + 96, extent.stacked() + 16) + kPanels;
}

Fit nmf(ConstMatrixView V, const NmfOptions& options, const Factors& start, const Observer& observer) {
  check_nmf(V, options, start);
  const Problem problem(V, options, start);
  const int threads = options.threads > 0 ? options.threads : available_threads();
  const int restarts = problem.restarts();
  Fit best;
  double seconds = 0.0;
  double flops = 0.0;
  bool cancelled = false;
  for (int first = 0; first < restarts && !cancelled;) {
    const int count = std::min(threads, restarts - first);
    const auto begin = std::chrono::steady_clock::now();
    auto fits = descend_side_by_side(problem, first, count, threads / count,
                                     part_of(observer, static_cast<double>(first) / restarts,
                                             static_cast<double>(first + count) / restarts));
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    for (Fit& fit : fits) {
      flops += fit.flops;
      if (fit.stop == Stop::kCancelled) cancelled = true;
      const bool first_of_all = fit.restart == 0;
      const bool better = !fit.costs.empty() && !best.costs.empty() && !cancelled &&
                          fit.costs.back().cost < best.costs.back().cost;
      if (first_of_all || better) best = std::move(fit);
    }
    first += count;
  }
  if (cancelled) best.stop = Stop::kCancelled;
  best.seconds = seconds;
  best.flops = flops;
  return best;
}

}  // namespace divisi
