// SPDX-License-Identifier: Apache-2.0
// NMFD and NMF2D.
#include "divisi/core/error.h"
#include "divisi/factor/nmf.h"
#include "divisi/factor/reference_test.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

struct Shifts {
  Index time, pitch;
};
// Also more shifts than there are frames or bins.
constexpr std::array kShifts{Shifts{4, 1}, Shifts{1, 5}, Shifts{3, 4}, Shifts{25, 1}, Shifts{2, 20}};

Matrix noisy_matrix(Index bins, Index frames) {
  const Factors noise = random_start({.bins = bins, .frames = frames, .components = 3}, 1.0, 4);
  Matrix V(bins, frames);
  for (Index t = 0; t < frames; ++t) {
    for (Index i = 0; i < bins && t % 7 != 0; ++i) {
      V(i, t) = noise.W(i, t % 3) * noise.H(i % 3, t) + 0.2F * noise.W(i, (t + 1) % 3);
    }
  }
  return V;
}

Factors start_for(const Matrix& V, Index components, Shifts shifts) {
  return random_start({.bins = V.rows(),
                       .frames = V.cols(),
                       .components = components,
                       .time_shifts = shifts.time,
                       .pitch_shifts = shifts.pitch},
                      0.5, 77);
}

TEST(Shifts, AgreeWithTheNaiveReferenceToFiveDigitsWithBothEdges) {
  const Matrix V = noisy_matrix(18, 23);
  for (const Shifts shifts : kShifts) {
    for (const double beta : {-0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
      const NmfOptions options{.components = 2,
                               .time_shifts = shifts.time,
                               .pitch_shifts = shifts.pitch,
                               .beta = beta,
                               .solver = SolverKind::kMultiplicative,
                               .iterations = 20,
                               .tolerance = 0.0};
      const Factors start = start_for(V, 2, shifts);
      const double expected = reference::nmf_cost(V, start, beta, 20, options.epsilon);
      const Fit fit = nmf(V, options, start);
      EXPECT_NEAR(fit.costs.back().cost / expected, 1.0, 1e-5)
          << shifts.time << " × " << shifts.pitch << ", β " << beta;
    }
  }
}

TEST(Shifts, LongAndTallInputsAgreeToo) {
  const Matrix V = noisy_matrix(170, 900);  // several tiles, panels and slots
  const Shifts shifts{3, 2};
  const NmfOptions options{.components = 3,
                           .time_shifts = 3,
                           .pitch_shifts = 2,
                           .solver = SolverKind::kMultiplicative,
                           .iterations = 2,
                           .tolerance = 0.0};
  for (const double beta : {0.0, 1.0}) {
    NmfOptions chosen = options;
    chosen.beta = beta;
    const Factors start = start_for(V, 3, shifts);
    const double expected = reference::nmf_cost(V, start, beta, 2, options.epsilon);
    EXPECT_NEAR(nmf(V, chosen, start).costs.back().cost / expected, 1.0, 1e-5) << beta;
  }
}

TEST(Shifts, CostNeverRises) {
  const Matrix V = noisy_matrix(30, 60);
  for (const auto solver : {SolverKind::kMultiplicative, SolverKind::kExtrapolated}) {
    for (const Shifts shifts : kShifts) {
      for (const double beta : {-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0}) {
        const Fit fit = nmf(V, {.components = 2,
                                .time_shifts = shifts.time,
                                .pitch_shifts = shifts.pitch,
                                .beta = beta,
                                .solver = solver,
                                .iterations = 60,
                                .tolerance = 0.0,
                                .check_every = 1});
        for (std::size_t i = 1; i < fit.costs.size(); ++i) {
          EXPECT_LE(fit.costs[i].cost, fit.costs[i - 1].cost * (1.0 + 1e-6)) << beta;
        }
        // At β = −1 the silent frames, which the floor cannot fit, are nearly all of it.
        EXPECT_LE(fit.costs.back().cost, (beta < 0.0 ? 1.0 + 1e-6 : 0.9) * fit.costs.front().cost) << beta;
      }
    }
  }
}

TEST(Shifts, TheSameBitsForAnyNumberOfThreads) {
  const Matrix V = noisy_matrix(40, 1000);
  const auto run = [&](int threads) {
    return nmf(V, {.components = 3,
                   .time_shifts = 5,
                   .pitch_shifts = 3,
                   .beta = 0.5,
                   .iterations = 12,
                   .threads = threads});
  };
  const Fit one = run(1);
  for (const int threads : {2, 3}) {
    const Fit other = run(threads);
    EXPECT_TRUE(std::ranges::equal(one.factors.W.values(), other.factors.W.values()));
    EXPECT_TRUE(std::ranges::equal(one.factors.H.values(), other.factors.H.values()));
  }
}

// Two shapes that last three frames and begin at known times and heights.
TEST(Shifts, FindPlantedShapes) {
  constexpr Index kBins = 24;
  constexpr Index kFrames = 90;
  Factors planted{.W = Matrix(kBins, 6), .H = Matrix(8, kFrames), .time_shifts = 3, .pitch_shifts = 4};
  for (Index tau = 0; tau < 3; ++tau) {
    for (const Index i : {Index{0}, Index{7}, Index{12}}) planted.W(i, 2 * tau) = static_cast<float>(3 - tau);
    for (const Index i : {Index{2}, Index{5}}) planted.W(i + tau, 2 * tau + 1) = 2.0F;
  }
  for (Index n = 0; n < 20; ++n)
    planted.H(2 * (n * 7 % 4) + n % 2, 4 * n + n % 3) = static_cast<float>(1 + n % 5);
  Matrix V(kBins, kFrames);
  for (Index t = 0; t < kFrames; ++t) {
    for (Index i = 0; i < kBins; ++i) {
      for (Index tau = 0; tau < 3 && tau <= t; ++tau) {
        for (Index phi = 0; phi < 4 && phi <= i; ++phi) {
          for (Index k = 0; k < 2; ++k)
            V(i, t) += planted.W(i - phi, 2 * tau + k) * planted.H(2 * phi + k, t - tau);
        }
      }
    }
  }
  const Fit fit = nmf(V, {.components = 2,
                          .time_shifts = 3,
                          .pitch_shifts = 4,
                          .iterations = 2000,
                          .tolerance = 0.0,
                          .restarts = 8});
  EXPECT_LT(fit.costs.back().cost, 1e-3 * fit.costs.front().cost);
  // Which of the two is the first one found: the one whose shape does not move.
  const auto share = [&](Index k) {
    double sum = 0.0;
    for (Index tau = 0; tau < 3; ++tau) {
      sum += static_cast<double>(fit.factors.W(0, 2 * tau + k) + fit.factors.W(12, 2 * tau + k));
    }
    return sum;
  };
  EXPECT_NEAR(std::max(share(0), share(1)), 2.0 / 3.0, 0.03);
  EXPECT_NEAR(std::min(share(0), share(1)), 0.0, 0.03);
}

TEST(Shifts, DegenerateMatricesGiveFiniteResults) {
  for (const Matrix& V : {Matrix(8, 8), noisy_matrix(1, 9), noisy_matrix(9, 2), noisy_matrix(1, 1)}) {
    for (const double beta : {-1.0, 0.0, 1.0, 2.0, 3.0}) {
      const Fit fit =
          nmf(V, {.components = 3, .time_shifts = 4, .pitch_shifts = 3, .beta = beta, .iterations = 40});
      for (const Matrix* factor : {&fit.factors.W, &fit.factors.H}) {
        EXPECT_TRUE(std::ranges::all_of(factor->values(), [](float x) { return std::isfinite(x); }));
      }
    }
  }
}

TEST(Shifts, AStartMustHaveTheSameOnes) {
  const Matrix V = noisy_matrix(10, 20);
  const Factors start = start_for(V, 2, {3, 2});
  EXPECT_THROW(nmf(V, {.components = 2, .time_shifts = 2, .pitch_shifts = 2}, start), InvalidInput);
  EXPECT_THROW(nmf(V, {.components = 2, .time_shifts = 3, .pitch_shifts = 1}, start), InvalidInput);
  EXPECT_NO_THROW(nmf(V, {.components = 2, .time_shifts = 3, .pitch_shifts = 2, .iterations = 2}, start));
}

}  // namespace
}  // namespace divisi
