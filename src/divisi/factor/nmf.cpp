// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/nmf.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/factor/start.h"
#include "divisi/factor/sweep.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace divisi {
namespace {

constexpr float kFloor = 1e-30F;

std::string shape(Index rows, Index cols) {
  return std::to_string(rows) + " × " + std::to_string(cols);
}

void check_entries(ConstMatrixView matrix, const char* name) {
  for (Index j = 0; j < matrix.cols(); ++j) {
    for (Index i = 0; i < matrix.rows(); ++i) {
      if (std::isfinite(matrix(i, j)) && matrix(i, j) >= 0.0F) continue;
      throw InvalidInput(name, "finite numbers ≥ 0",
                         to_text(static_cast<double>(matrix(i, j))) + " at row " + std::to_string(i) +
                             ", column " + std::to_string(j));
    }
  }
}

void check_at_least(double value, double least, const char* name) {
  if (!(value >= least && std::isfinite(value))) {
    throw InvalidInput(name, to_text(least) + " or more", to_text(value));
  }
}

void check_start(ConstMatrixView V, const NmfOptions& options, const Factors& start) {
  const auto check_shape = [](const Matrix& matrix, Index rows, Index cols, const char* name) {
    if (matrix.empty()) return;
    if (matrix.rows() != rows || matrix.cols() != cols) {
      throw InvalidInput(name, shape(rows, cols), shape(matrix.rows(), matrix.cols()));
    }
    check_entries(matrix, name);
  };
  check_shape(start.W, V.rows(), options.components, "W of the start");
  check_shape(start.H, options.components, V.cols(), "H of the start");
  if (options.fix_w && start.W.empty()) throw InvalidInput("fix_w", "a start with W", "none");
  if (options.fix_h && start.H.empty()) throw InvalidInput("fix_h", "a start with H", "none");
  if (options.fix_w && options.fix_h) throw InvalidInput("fix_w and fix_h", "one of them", "both");
}

void check_options(ConstMatrixView V, const NmfOptions& options, const Factors& start) {
  if (V.rows() < 1 || V.cols() < 1)
    throw InvalidInput("V", "at least one row and one column", shape(V.rows(), V.cols()));
  check_at_least(static_cast<double>(options.components), 1, "components");
  check_at_least(options.iterations, 1, "iterations");
  check_at_least(options.check_every, 1, "check_every");
  check_at_least(options.restarts, 1, "restarts");
  check_at_least(options.tolerance, 0, "tolerance");
  check_at_least(options.sparsity, 0, "sparsity");
  check_at_least(options.smoothness, 0, "smoothness");
  if (!(options.epsilon > 0.0 && options.epsilon < 1.0)) {
    throw InvalidInput("epsilon", "more than 0, less than 1", to_text(options.epsilon));
  }
  if (!std::isfinite(options.beta)) throw InvalidInput("beta", "a finite number", to_text(options.beta));
  check_start(V, options, start);
  check_entries(V, "V");
}

double mean_of(ConstMatrixView V) {
  double sum = 0.0;
  for (Index j = 0; j < V.cols(); ++j) {
    for (const float v : V.col(j)) sum += static_cast<double>(v);
  }
  const double mean = sum / (static_cast<double>(V.rows()) * static_cast<double>(V.cols()));
  return mean > static_cast<double>(kFloor) ? mean : 1.0;  // below, 1/mean is out of float's range: silence
}

// The start in the unit in which V's mean is 1, and without zeros, which no multiplicative update could
// leave.
Factors scaled_start(ConstMatrixView V, const NmfOptions& options, const Factors& start, double mean,
                     int restart) {
  Factors factors = random_start(V.rows(), V.cols(), options.components, 1.0,
                                 options.seed + static_cast<std::uint64_t>(restart));
  const auto take = [](const Matrix& from, Matrix& to, double scale) {
    std::transform(from.values().begin(), from.values().end(), to.values().begin(), [scale](float x) {
      return std::max(static_cast<float>(static_cast<double>(x) * scale), kFloor);
    });
  };
  if (!start.W.empty()) {
    take(start.W, factors.W, 1.0);
    if (start.H.empty()) {  // random H fits random W: bring it to the level that the given W asks for
      double level = 0.0;
      for (const float w : factors.W.values()) level += static_cast<double>(w);
      level /= static_cast<double>(V.rows()) * static_cast<double>(options.components) * 0.5;
      for (float& h : factors.H.values())
        h = static_cast<float>(static_cast<double>(h) / std::max(level, 1e-20));
    }
  }
  if (!start.H.empty()) take(start.H, factors.H, 1.0 / mean);
  return factors;
}

// Back to V's unit; W's columns to unit sum.
void unscale(Factors& factors, double mean, bool normalize) {
  for (Index k = 0; k < factors.components(); ++k) {
    double sum = 1.0;
    if (normalize) {
      sum = 0.0;
      for (const float w : factors.W.col(k)) sum += static_cast<double>(w);
      for (float& w : factors.W.col(k)) w = static_cast<float>(static_cast<double>(w) / sum);
    }
    for (Index t = 0; t < factors.H.cols(); ++t) {
      factors.H(k, t) = static_cast<float>(static_cast<double>(factors.H(k, t)) * sum * mean);
    }
  }
}

// Whether the last `check_every` updates brought too little.
bool has_converged(const Fit& fit, const NmfOptions& options) {
  if (fit.costs.size() < 2 || fit.iterations % options.check_every != 0) return false;
  const double now = fit.costs.back().cost;
  return fit.costs[fit.costs.size() - 2].cost - now < options.tolerance * (fit.costs.front().cost - now);
}

// One start, followed until a limit is reached. Everything in the unit in which V's mean is 1.
Fit descend(Sweep& sweep, const NmfOptions& options, Factors start, double cost_scale,
            const Observer& observer) {
  const auto begin = std::chrono::steady_clock::now();
  Fit fit{.factors = std::move(start), .costs = {}, .stop = Stop::kCancelled};
  const auto go_on = [&](double part) {
    Progress progress{"factorize", std::min(1.0, (fit.iterations + part) / options.iterations),
                      fit.iterations};
    if (!fit.costs.empty()) progress.cost = fit.costs.back().cost;
    return keep_going(observer, progress);
  };
  const auto measure = [&] {
    const auto cost = sweep.cost(fit.factors, go_on);
    if (!cost) return false;
    if (!std::isfinite(*cost)) {
      throw InvalidInput("beta", "a divergence that stays finite on this V", to_text(options.beta));
    }
    fit.costs.push_back({fit.iterations, cost_scale * *cost});
    return true;
  };
  bool going = measure();
  while (going && fit.iterations < options.iterations) {
    const Factors before = observer ? fit.factors : Factors{};
    if (!sweep.update(fit.factors, !options.fix_w, !options.fix_h, go_on)) {
      fit.factors = before;
      going = false;
      break;
    }
    ++fit.iterations;
    fit.flops += sweep.flops(options.components, !options.fix_w, !options.fix_h);
    const bool last = fit.iterations == options.iterations;
    if (fit.iterations % options.check_every != 0 && !last) continue;
    going = measure();
    if (going && has_converged(fit, options)) {
      fit.stop = Stop::kTolerance;
      break;
    }
  }
  if (going && fit.stop != Stop::kTolerance) fit.stop = Stop::kIterations;
  fit.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return fit;
}

}  // namespace

Fit nmf(ConstMatrixView V, const NmfOptions& options, const Factors& start, const Observer& observer) {
  check_options(V, options, start);
  const double mean = mean_of(V);
  Sweep sweep(V,
              {.beta = options.beta,
               .sparsity = options.sparsity,
               .smoothness = options.smoothness,
               .scale = static_cast<float>(1.0 / mean),
               .epsilon = static_cast<float>(options.epsilon)},
              options.threads);
  Fit best;
  double seconds = 0.0;
  double flops = 0.0;
  bool cancelled = false;
  const int restarts =
      start.W.empty() || start.H.empty() ? options.restarts : 1;  // else they would all be the same
  for (int restart = 0; restart < restarts && !cancelled; ++restart) {
    const Observer part =
        part_of(observer, static_cast<double>(restart) / restarts, (restart + 1.0) / restarts);
    Fit fit = descend(sweep, options, scaled_start(V, options, start, mean, restart),
                      std::pow(mean, options.beta), part);
    fit.restart = restart;
    seconds += fit.seconds;
    flops += fit.flops;
    cancelled = fit.stop == Stop::kCancelled;
    const bool better = !cancelled && !best.costs.empty() && fit.costs.back().cost < best.costs.back().cost;
    if (restart == 0 || better) best = std::move(fit);
  }
  if (cancelled) best.stop = Stop::kCancelled;
  best.seconds = seconds;
  best.flops = flops;
  unscale(best.factors, mean, !options.fix_w && !options.fix_h);
  return best;
}

}  // namespace divisi
