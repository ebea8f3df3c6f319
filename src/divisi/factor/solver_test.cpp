// SPDX-License-Identifier: Apache-2.0
// What the solvers promise beyond nmf_test.cpp: as good as plain updates, sooner; starts side by side; fixed
// parts.
#include "divisi/core/error.h"
#include "divisi/factor/multilevel.h"
#include "divisi/factor/nmf.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace divisi {
namespace {

Matrix test_matrix(Index bins, Index frames) {
  const Factors planted = random_start(bins, frames, 4, 1.0, 11);
  const Factors noise = random_start(bins, frames, 1, 1.0, 12);
  Matrix V(bins, frames);
  for (Index t = 0; t < frames; ++t) {
    for (Index i = 0; i < bins; ++i) {
      for (Index k = 0; k < 4; ++k) {
        if ((i + 3 * k) % 4 != 0 && (t / 9 + k) % 3 != 0) V(i, t) += planted.W(i, k) * planted.H(k, t);
      }
      V(i, t) += 0.2F * noise.W(i, 0) * noise.H(0, t) * planted.W(i, (i * 7 + t) % 4);
    }
  }
  return V;
}

double cost_after(const Matrix& V, double beta, SolverKind solver, int iterations) {
  return nmf(V, {.components = 6, .beta = beta, .solver = solver, .iterations = iterations, .tolerance = 0.0})
      .costs.back()
      .cost;
}

TEST(Solver, ExtrapolatedNeedsFewerUpdatesThanPlainOnes) {
  const Matrix V = test_matrix(60, 400);
  for (const double beta : {0.0, 0.5, 1.0, 1.5}) {
    EXPECT_LT(cost_after(V, beta, SolverKind::kExtrapolated, 100),
              cost_after(V, beta, SolverKind::kMultiplicative, 150))
        << beta;
  }
}

TEST(Solver, HalsNeedsAFractionOfThem) {
  const Matrix V = test_matrix(60, 400);
  EXPECT_LT(cost_after(V, 2.0, SolverKind::kHals, 20), cost_after(V, 2.0, SolverKind::kMultiplicative, 200));
}

TEST(Solver, TheCostNeverRisesInStrictModeUpToBeta4) {
  const Matrix V = test_matrix(40, 61);
  for (const double beta : {-1.0, -0.5, 0.0, 0.3, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0}) {
    const Fit fit = nmf(V, {.components = 5,
                            .beta = beta,
                            .solver = SolverKind::kMultiplicative,
                            .tolerance = 0.0,
                            .check_every = 1});
    EXPECT_EQ(fit.setbacks, 0) << beta;
    for (std::size_t i = 1; i < fit.costs.size(); ++i) {
      EXPECT_LE(fit.costs[i].cost, fit.costs[i - 1].cost * (1.0 + 1e-6)) << beta;
    }
  }
}

TEST(Solver, HalsIsForPlainLeastSquaresAlone) {
  const Matrix V = test_matrix(10, 20);
  EXPECT_THROW(nmf(V, {.components = 2, .beta = 1.0, .solver = SolverKind::kHals}), InvalidInput);
  EXPECT_THROW(nmf(V, {.components = 2, .time_shifts = 2, .beta = 2.0, .solver = SolverKind::kHals}),
               InvalidInput);
}

TEST(Solver, SomeShapesStayAndTheOthersAreFound) {
  const Matrix V = test_matrix(40, 200);
  const Fit known = nmf(V, {.components = 2, .iterations = 50});
  for (const double beta : {1.0, 2.0}) {
    for (const auto solver : {SolverKind::kMultiplicative, SolverKind::kAuto}) {
      const Fit fit = nmf(V, {.components = 5, .beta = beta, .solver = solver, .fix_w = true},
                          {.W = known.factors.W, .H = {}});
      for (Index k = 0; k < 2; ++k) {
        EXPECT_TRUE(std::ranges::equal(fit.factors.W.col(k), known.factors.W.col(k)));
      }
      const Fit alone = nmf(V, {.components = 2, .beta = beta, .solver = solver, .fix_w = true},
                            {.W = known.factors.W, .H = {}});
      EXPECT_LT(fit.costs.back().cost, 0.9 * alone.costs.back().cost);
    }
  }
}

TEST(Solver, StartsSideBySideGiveTheSameBits) {
  const Matrix V = test_matrix(40, 500);
  const auto run = [&](int threads) {
    return nmf(V, {.components = 4, .iterations = 30, .restarts = 5, .threads = threads});
  };
  const Fit one = run(1);
  for (const int threads : {2, 3}) {
    const Fit other = run(threads);
    EXPECT_EQ(one.restart, other.restart);
    EXPECT_TRUE(std::ranges::equal(one.factors.H.values(), other.factors.H.values()));
  }
}

TEST(Solver, StartsSideBySideAreLeftTogether) {
  const Matrix V = test_matrix(40, 500);
  int calls = 0;
  double before = 0.0;
  const Fit fit = nmf(V, {.components = 4, .restarts = 4, .threads = 2}, {}, [&](const Progress& progress) {
    EXPECT_GE(progress.fraction, before);
    before = progress.fraction;
    return ++calls < 200;
  });
  EXPECT_EQ(fit.stop, Stop::kCancelled);
  EXPECT_EQ(calls, 200);
}

TEST(Solver, EveryColumnIsDroppedAfterEachPass) {
  const Matrix V = test_matrix(40, 500);
  for (const Index time_shifts : {1, 3}) {
    std::vector<int> dropped(500, 0);
    NmfOptions options{
        .components = 3, .time_shifts = time_shifts, .iterations = 4, .tolerance = 0.0, .threads = 1};
    const Fit expected = nmf(V, options);
    options.drop = [&](Index first, Index count) {
      for (Index j = first; j < first + count; ++j) ++dropped[static_cast<std::size_t>(j)];
    };
    const Fit fit = nmf(V, options);
    EXPECT_TRUE(std::ranges::equal(fit.factors.W.values(), expected.factors.W.values()));
    EXPECT_GE(std::ranges::min(dropped), 6);  // checks, mean, and four updates
    EXPECT_EQ(std::ranges::min(dropped), std::ranges::max(dropped));
  }
}

TEST(Solver, MoreUpdatesForEachReadingNeedFewerReadings) {
  const Matrix V = test_matrix(60, 400);
  for (const double beta : {0.0, 1.0, 2.0}) {
    const auto cost = [&](int inner) {
      const Fit fit = nmf(V, {.components = 6,
                              .beta = beta,
                              .solver = SolverKind::kMultiplicative,
                              .iterations = 30,
                              .tolerance = 0.0,
                              .check_every = 1,
                              .inner = inner});
      for (std::size_t i = 1; i < fit.costs.size(); ++i) {
        EXPECT_LE(fit.costs[i].cost, fit.costs[i - 1].cost * (1.0 + 1e-6));
      }
      return fit.costs.back().cost;
    };
    EXPECT_LT(cost(3), cost(1)) << beta;
  }
}

TEST(Solver, LongInputsBeginOnSomeOfTheirFrames) {
  const Matrix V = test_matrix(30, kLongInput + 5);
  const NmfOptions options{.components = 5, .iterations = 20, .tolerance = 0.0};
  NmfOptions all_frames = options;
  all_frames.multilevel = false;
  const Fit fit = nmf(V, options);
  const Fit slow = nmf(V, all_frames);
  EXPECT_LT(fit.costs.front().cost, 0.8 * slow.costs.front().cost);
  EXPECT_LT(fit.costs.back().cost, slow.costs.back().cost);
}

}  // namespace
}  // namespace divisi
