// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/nmf.h"

#include "divisi/core/error.h"
#include "divisi/factor/reference_test.h"
#include "divisi/factor/start.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace divisi {
namespace {

// A product of known factors, every fifth frame silent, some noise above it.
Matrix test_matrix(Index bins = 40, Index frames = 61) {
  const Factors planted = random_start(bins, frames, 3, 1.0, 11);
  const Factors noise = random_start(bins, frames, 1, 1.0, 12);
  Matrix V(bins, frames);
  for (Index t = 0; t < frames; ++t) {
    for (Index i = 0; i < bins && t % 5 != 0; ++i) {
      for (Index k = 0; k < 3; ++k) V(i, t) += planted.W(i, k) * planted.H(k, t);
      V(i, t) += 0.1F * noise.W(i, 0) * noise.H(0, t) * planted.W(i, (i + t) % 3);
    }
  }
  return V;
}

double difference(const Matrix& a, const Matrix& b, double scale = 1.0) {
  double worst = 0.0;
  double largest = 0.0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    worst = std::max(
        worst, std::abs(scale * static_cast<double>(a.values()[i]) - static_cast<double>(b.values()[i])));
    largest = std::max(largest, static_cast<double>(b.values()[i]));
  }
  return worst / largest;
}

void expect_no_rise(const NmfOptions& options) {
  const Fit fit = nmf(test_matrix(), options);
  ASSERT_GT(fit.costs.size(), 20U);
  for (std::size_t i = 1; i < fit.costs.size(); ++i) {
    EXPECT_LE(fit.costs[i].cost, fit.costs[i - 1].cost * (1.0 + 1e-6))
        << "β " << options.beta << ", update " << i;
  }
  EXPECT_LT(fit.costs.back().cost, 0.9 * fit.costs.front().cost);
}

TEST(Nmf, CostNeverRises) {
  for (const double beta : {-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
    expect_no_rise({.components = 5, .beta = beta, .tolerance = 0.0, .check_every = 1});
  }
}

TEST(Nmf, CostNeverRisesWithPenalties) {
  for (const double beta : {-0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
    expect_no_rise({.components = 4, .beta = beta, .tolerance = 0.0, .check_every = 1, .sparsity = 0.5});
    expect_no_rise({.components = 4, .beta = beta, .tolerance = 0.0, .check_every = 1, .smoothness = 0.5});
    expect_no_rise({.components = 4,
                    .beta = beta,
                    .tolerance = 0.0,
                    .check_every = 1,
                    .sparsity = 0.1,
                    .smoothness = 2.0});
  }
}

TEST(Nmf, AgreesWithTheNaiveReferenceToFiveDigits) {
  const Matrix V = test_matrix();
  for (const double beta : {0.0, 0.5, 1.0, 2.0, 3.0}) {
    const NmfOptions options{.components = 4,
                             .beta = beta,
                             .solver = SolverKind::kMultiplicative,
                             .iterations = 50,
                             .tolerance = 0.0};
    const Factors start = random_start(V.rows(), V.cols(), 4, 0.5, 77);
    const double expected = reference::nmf_cost(V, start, beta, 50, options.epsilon);
    const Fit fit = nmf(V, options, start);
    EXPECT_EQ(fit.iterations, 50);
    EXPECT_NEAR(fit.costs.back().cost / expected, 1.0, 1e-5) << beta;
  }
}

TEST(Nmf, ScalingTheInputScalesOnlyH) {
  const Matrix V = test_matrix();
  for (const double beta : {0.0, 0.5, 1.0, 2.0}) {
    const NmfOptions options{.components = 4, .beta = beta, .iterations = 40, .sparsity = 0.05};
    const Fit fit = nmf(V, options);
    for (const float factor : {1e-9F, 1e-6F, 1e6F, 1e9F}) {
      Matrix scaled = V;
      for (float& v : scaled.values()) v *= factor;
      const Fit other = nmf(scaled, options);
      EXPECT_LT(difference(fit.factors.W, other.factors.W), 1e-3) << beta << " " << factor;
      EXPECT_LT(difference(fit.factors.H, other.factors.H, static_cast<double>(factor)), 1e-3)
          << beta << " " << factor;
      EXPECT_EQ(fit.iterations, other.iterations);
    }
  }
}

TEST(Nmf, TheSameBitsForAnyNumberOfThreads) {
  const Matrix V = test_matrix(65, 1000);
  const auto run = [&](int threads) {
    return nmf(V, {.components = 7,
                   .beta = 0.5,
                   .iterations = 12,
                   .sparsity = 0.1,
                   .smoothness = 0.1,
                   .threads = threads});
  };
  const Fit one = run(1);
  for (const int threads : {2, 3, 16}) {
    const Fit other = run(threads);
    EXPECT_TRUE(std::ranges::equal(one.factors.W.values(), other.factors.W.values()));
    EXPECT_TRUE(std::ranges::equal(one.factors.H.values(), other.factors.H.values()));
    EXPECT_EQ(one.costs.back().cost, other.costs.back().cost);
  }
}

TEST(Nmf, FindsPlantedFactors) {
  // Two shapes without a common bin, sounding apart: the factorization is unique up to order and scale.
  Matrix V(6, 20);
  for (Index t = 0; t < 20; ++t) {
    for (Index i = 0; i < 3; ++i) V(t < 10 ? i : i + 3, t) = static_cast<float>((i + 1) * (t % 7 + 1));
  }
  const Fit fit = nmf(V, {.components = 2, .iterations = 500, .tolerance = 0.0});
  EXPECT_LT(fit.costs.back().cost, 1e-4);
  const Index first = fit.factors.W(2, 0) > 0.1F ? 0 : 1;
  EXPECT_NEAR(fit.factors.W(2, first), 0.5, 1e-3);
  EXPECT_NEAR(fit.factors.W(5, 1 - first), 0.5, 1e-3);
  EXPECT_NEAR(fit.factors.H(first, 6), 6.0 * 7.0, 0.1);
  EXPECT_NEAR(fit.factors.H(first, 12), 0.0, 1e-3);
}

TEST(Nmf, SparsityAndSmoothnessDoWhatTheirNamesSay) {
  const Matrix V = test_matrix();
  const auto level_and_change = [&](double sparsity, double smoothness) {
    const Fit fit = nmf(V, {.components = 4, .beta = 2.0, .sparsity = sparsity, .smoothness = smoothness});
    double level = 0.0;
    double change = 0.0;
    for (Index t = 1; t < V.cols(); ++t) {
      for (Index k = 0; k < 4; ++k) {
        level += static_cast<double>(fit.factors.H(k, t));
        change += std::abs(static_cast<double>(fit.factors.H(k, t) - fit.factors.H(k, t - 1)));
      }
    }
    return std::pair{level, change};
  };
  const auto plain = level_and_change(0.0, 0.0);
  EXPECT_LT(level_and_change(2.0, 0.0).first, 0.9 * plain.first);
  EXPECT_LT(level_and_change(0.0, 5.0).second, 0.7 * plain.second);
}

TEST(Nmf, AFixedFactorStaysAsItIs) {
  const Matrix V = test_matrix();
  const Factors start = random_start(V.rows(), V.cols(), 3, 1.0, 5);
  const Fit fixed_w = nmf(V, {.components = 3, .fix_w = true}, {.W = start.W, .H = {}});
  EXPECT_LT(difference(fixed_w.factors.W, start.W), 1e-6);
  EXPECT_LT(fixed_w.costs.back().cost, fixed_w.costs.front().cost);
  const Fit fixed_h = nmf(V, {.components = 3, .fix_h = true}, {.W = {}, .H = start.H});
  EXPECT_LT(difference(fixed_h.factors.H, start.H), 1e-6);
  EXPECT_LT(fixed_h.costs.back().cost, fixed_h.costs.front().cost);
}

TEST(Nmf, ZerosOfTheStartStayWithEverySolver) {
  const Matrix V = test_matrix();
  const Extent extent{V.rows(), V.cols(), 3, 2, 2};
  const auto count_zeros = [](const Matrix& m) { return std::ranges::count(m.values(), 0.0F); };
  const auto check = [&](NmfOptions options, Factors start) {
    for (Index t = 10; t < 20; ++t) start.H(1, t) = 0.0F;
    for (Index i = 0; i < 7; ++i) start.W(i, 2) = 0.0F;
    options.keep_zeros = true;
    const Fit fit = nmf(V, options, start);
    EXPECT_EQ(count_zeros(fit.factors.H), 10);
    EXPECT_EQ(count_zeros(fit.factors.W), 7);
    for (Index t = 10; t < 20; ++t) EXPECT_EQ(fit.factors.H(1, t), 0.0F);
    for (Index i = 0; i < 7; ++i) EXPECT_EQ(fit.factors.W(i, 2), 0.0F);
  };
  for (const SolverKind solver :
       {SolverKind::kAuto, SolverKind::kMultiplicative, SolverKind::kExtrapolated, SolverKind::kHals}) {
    for (const double beta : {2.0, 1.0, 0.0}) {
      if (solver == SolverKind::kHals && beta != 2.0) continue;
      for (const double penalty : {0.0, 0.1}) {
        check({.components = 3, .beta = beta, .solver = solver, .sparsity = penalty, .smoothness = penalty},
              random_start(V.rows(), V.cols(), 3, 1.0, 4));
      }
      if (solver == SolverKind::kHals) continue;
      check({.components = 3, .time_shifts = 2, .pitch_shifts = 2, .beta = beta, .solver = solver},
            random_start(extent, 1.0, 4));
    }
  }
}

TEST(Nmf, EachComponentsFactorsAreSeedFixedOrFree) {
  const Matrix V = test_matrix();
  const Factors given = random_start(V.rows(), V.cols(), 2, 1.0, 5);
  const NmfOptions options{.components = 4, .fixed = {.w = {true}, .h = {false, true}}};
  const Fit fit = nmf(V, options, given);
  const auto moved = [](ConstMatrixView a, ConstMatrixView b) {
    double most = 0.0;
    for (Index j = 0; j < a.cols(); ++j) {
      for (Index i = 0; i < a.rows(); ++i)
        most = std::max(most, std::abs(static_cast<double>(a(i, j) - b(i, j))));
    }
    return most;
  };
  const auto row = [](const Matrix& H, Index k) {
    Matrix found(1, H.cols());
    for (Index j = 0; j < H.cols(); ++j) found(0, j) = H(k, j);
    return found;
  };
  EXPECT_LT(moved(fit.factors.W.view().cols(0, 1), given.W.view().cols(0, 1)), 1e-6);
  EXPECT_GT(moved(fit.factors.W.view().cols(1, 1), given.W.view().cols(1, 1)), 1e-3);
  EXPECT_LT(moved(row(fit.factors.H, 1), row(given.H, 1)), 1e-6);
  EXPECT_GT(moved(row(fit.factors.H, 0), row(given.H, 0)), 1e-3);
  EXPECT_LT(fit.costs.back().cost, 0.9 * fit.costs.front().cost);
}

TEST(Nmf, ARowOfZerosIsFreeAndTheSizeOfASeedDoesNotMatter) {
  const Matrix V = test_matrix();
  Matrix H = random_start(V.rows(), V.cols(), 3, 1.0, 5).H;
  for (Index j = 0; j < H.cols(); ++j) H(1, j) = 0.0F;
  const Fit fit = nmf(V, {.components = 3}, {.W = {}, .H = H});
  float loudest = 0.0F;
  for (Index j = 0; j < H.cols(); ++j) loudest = std::max(loudest, fit.factors.H(1, j));
  EXPECT_GT(loudest, 1e-3F);
  for (float& h : H.values()) h *= 1000.0F;
  const Fit louder = nmf(V, {.components = 3}, {.W = {}, .H = H});
  EXPECT_NEAR(louder.costs.front().cost / fit.costs.front().cost, 1.0, 1e-4);
}

TEST(Nmf, TheBestRestartWins) {
  const Matrix V = test_matrix();
  double best = std::numeric_limits<double>::infinity();
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    best = std::min(best,
                    nmf(V, {.components = 4, .beta = 0.0, .iterations = 30, .seed = seed}).costs.back().cost);
  }
  EXPECT_EQ(nmf(V, {.components = 4, .beta = 0.0, .iterations = 30, .restarts = 4}).costs.back().cost, best);
}

TEST(Nmf, SaysHowItEnded) {
  const Matrix V = test_matrix();
  const Fit converged = nmf(V, {.components = 3, .iterations = 5000, .tolerance = 1e-3});
  EXPECT_EQ(converged.stop, Stop::kTolerance);
  EXPECT_LT(converged.iterations, 5000);
  const Fit limited = nmf(V, {.components = 3, .iterations = 7, .tolerance = 0.0});
  EXPECT_EQ(limited.stop, Stop::kIterations);
  EXPECT_EQ(limited.costs.back().iteration, 7);
  int calls = 0;
  const Fit cancelled = nmf(V, {.components = 3}, {}, [&](const Progress& progress) {
    EXPECT_EQ(progress.stage, "factorize");
    return ++calls < 40;
  });
  EXPECT_EQ(cancelled.stop, Stop::kCancelled);
  EXPECT_EQ(calls, 40);
  EXPECT_LE(cancelled.costs.size(), 4U);
  const Fit at_once = nmf(V, {.components = 3}, {}, [](const Progress&) { return false; });
  EXPECT_EQ(at_once.stop, Stop::kCancelled);
  EXPECT_TRUE(at_once.costs.empty());
}

TEST(Nmf, ShowsItsFactorsOnTheWayAndFindsTheSame) {
  const Matrix V = test_matrix();
  const NmfOptions options{.components = 3, .iterations = 20, .tolerance = 0.0, .restarts = 2};
  const Fit unseen = nmf(V, options);
  int seen = 0;
  const Fit fit = nmf(V, options, {}, [&](const Progress& progress) {
    if (!progress.factors) return true;
    const Factors now = progress.factors();
    EXPECT_EQ(now.W.cols(), 3);
    EXPECT_EQ(now.H.cols(), V.cols());
    for (const float h : now.H.values()) EXPECT_TRUE(std::isfinite(h) && h >= 0.0F);
    ++seen;
    return true;
  });
  EXPECT_GE(seen, 20);
  EXPECT_TRUE(std::ranges::equal(fit.factors.W.values(), unseen.factors.W.values()));
  EXPECT_TRUE(std::ranges::equal(fit.factors.H.values(), unseen.factors.H.values()));
}

TEST(Nmf, DegenerateMatricesGiveFiniteResults) {
  const auto finite = [](const Matrix& matrix) {
    return std::ranges::all_of(matrix.values(), [](float x) { return std::isfinite(x); });
  };
  Matrix denormal(8, 8);
  for (float& v : denormal.values()) v = 1e-40F;
  Matrix one_sample(33, 50);
  one_sample(4, 4) = 1.0F;
  for (const Matrix& V : {Matrix(8, 8), test_matrix(1, 30), test_matrix(30, 2), one_sample, denormal}) {
    for (const double beta : {-1.0, 0.0, 0.5, 1.0, 2.0, 3.0}) {
      const Fit fit = nmf(V, {.components = 12, .beta = beta, .iterations = 60});
      EXPECT_TRUE(finite(fit.factors.W) && finite(fit.factors.H))
          << V.rows() << " × " << V.cols() << ", β " << beta;
      EXPECT_TRUE(std::isfinite(fit.costs.back().cost));
    }
  }
}

std::string refusal(const Matrix& V, const NmfOptions& options, const Factors& start = {}) {
  try {
    nmf(V, options, start);
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Nmf, WhatIsAllFixedIsMeasuredAlone) {
  const Matrix V = test_matrix();
  Factors start = random_start(V.rows(), V.cols(), 2, 1.0, 5);
  start.H(1, 3) = 0.0F;
  NmfOptions options{.components = 2, .fixed = {.w = {true, true}, .h = {true, true}}, .keep_zeros = true};
  for (const double beta : {0.0, 1.0, 2.0}) {
    options.beta = beta;
    const Fit fit = nmf(V, options, start);
    EXPECT_EQ(fit.factors.H(1, 3), 0.0F);
    for (std::size_t i = 0; i < start.H.values().size(); ++i)
      EXPECT_FLOAT_EQ(fit.factors.H.values()[i], start.H.values()[i]);
    EXPECT_LE(fit.iterations, 10);
    EXPECT_GT(fit.costs.back().cost, 0.0);
  }
}

TEST(Nmf, WhatCannotBeUsedIsRefusedWithItsPlace) {
  Matrix V = test_matrix();
  EXPECT_EQ(refusal(V, {.components = 0}), "components: expected 1 or more, got 0");
  EXPECT_EQ(refusal(V, {.iterations = 0}), "iterations: expected 1 or more, got 0");
  EXPECT_EQ(refusal(V, {.tolerance = -1.0}), "tolerance: expected 0 or more, got -1");
  EXPECT_EQ(refusal(V, {.fix_w = true}), "fix_w: expected a start with W, got none");
  EXPECT_EQ(refusal(V, {.components = 3}, {.W = Matrix(2, 3), .H = {}}),
            "W of the start: expected 40 × 3, got 2 × 3");
  const Factors two = random_start(V.rows(), V.cols(), 2, 1.0, 5);
  EXPECT_EQ(refusal(V, {.components = 3, .fixed = {.w = {}, .h = {false, false, true}}}, two),
            "fixed: expected a start with H of component 3, got none");
  EXPECT_EQ(refusal(Matrix(0, 3), {}), "V: expected at least one row and one column, got 0 × 3");
  V(7, 9) = -1.0F;
  EXPECT_EQ(refusal(V, {}), "V: expected finite numbers ≥ 0, got -1 at row 7, column 9");
  V(7, 9) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(refusal(V, {}), "V: expected finite numbers ≥ 0, got nan at row 7, column 9");
}

}  // namespace
}  // namespace divisi
