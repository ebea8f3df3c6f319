// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/panning.h"

#include "divisi/core/error.h"
#include "divisi/factor/nmf.h"

#include <cmath>
#include <gtest/gtest.h>

namespace divisi {
namespace {

constexpr Index kChannels = 3;
constexpr Index kBins = 12;
constexpr Index kFrames = 40;
constexpr Index kComponents = 4;

// W of a random start: uniform in (0, 1).
Matrix noisy_channels() {
  return random_start(kChannels * kBins, 1, kFrames, 1.0, 5).W;
}

// V_cij ≈ Σ_k g_ck w_ik h_kj by EM, straight from the model, in double; the Kullback–Leibler divergence.
struct NaiveTensor {
  const Matrix& V;
  std::vector<double> g, w, h;

  double model(Index c, Index i, Index j) const {
    double sum = 0.0;
    for (Index k = 0; k < kComponents; ++k) sum += part(c, i, j, k);
    return sum;
  }
  double part(Index c, Index i, Index j, Index k) const { return g[at(c, k)] * w[at(i, k)] * h[at(j, k)]; }
  static std::size_t at(Index row, Index k) { return static_cast<std::size_t>(row * kComponents + k); }

  template <typename Visit>
  void each(const Visit& visit) const {
    for (Index c = 0; c < kChannels; ++c) {
      for (Index i = 0; i < kBins; ++i) {
        for (Index j = 0; j < kFrames; ++j) visit(c, i, j, static_cast<double>(V(c * kBins + i, j)));
      }
    }
  }
  void update_h() {
    std::vector<double> sums(h.size(), 0.0);
    each([&](Index c, Index i, Index j, double v) {
      for (Index k = 0; k < kComponents; ++k) sums[at(j, k)] += v * part(c, i, j, k) / model(c, i, j);
    });
    h = sums;  // g and w have unit sums
  }
  void update_shapes() {
    std::vector<double> levels(g.size(), 0.0);
    std::vector<double> shapes(w.size(), 0.0);
    std::vector<double> totals(kComponents, 0.0);
    std::vector<double> played(kComponents, 0.0);
    each([&](Index c, Index i, Index j, double v) {
      for (Index k = 0; k < kComponents; ++k) {
        const double share = v * part(c, i, j, k) / model(c, i, j);
        levels[at(c, k)] += share;
        shapes[at(i, k)] += share;
        totals[static_cast<std::size_t>(k)] += share;
      }
    });
    for (Index j = 0; j < kFrames; ++j) {
      for (Index k = 0; k < kComponents; ++k) played[static_cast<std::size_t>(k)] += h[at(j, k)];
    }
    for (Index k = 0; k < kComponents; ++k) {
      const auto n = static_cast<std::size_t>(k);
      for (Index c = 0; c < kChannels; ++c) g[at(c, k)] = levels[at(c, k)] / totals[n];
      for (Index i = 0; i < kBins; ++i) w[at(i, k)] = shapes[at(i, k)] / totals[n];
      for (Index j = 0; j < kFrames; ++j) h[at(j, k)] *= totals[n] / played[n];
    }
  }
  double cost() const {
    double sum = 0.0;
    each([&](Index c, Index i, Index j, double v) {
      const double y = model(c, i, j);
      sum += v * std::log(v / y) - v + y;
    });
    return sum;
  }
};

Factors panned_start() {
  Factors start = random_start(kChannels * kBins, kFrames, kComponents, 1.0, 9);
  make_panned(
      {.bins = kChannels * kBins, .frames = kFrames, .components = kComponents, .channels = kChannels},
      start.W);
  return start;
}

NaiveTensor naive_from(const Matrix& V, const Factors& start) {
  NaiveTensor naive{.V = V,
                    .g = std::vector<double>(kChannels * kComponents, 0.0),
                    .w = std::vector<double>(kBins * kComponents, 0.0),
                    .h = std::vector<double>(kFrames * kComponents, 0.0)};
  for (Index k = 0; k < kComponents; ++k) {
    double sum = 0.0;
    for (const float x : start.W.col(k)) sum += static_cast<double>(x);
    for (Index row = 0; row < kChannels * kBins; ++row) {
      const double x = static_cast<double>(start.W(row, k)) / sum;
      naive.g[NaiveTensor::at(row / kBins, k)] += x;
      naive.w[NaiveTensor::at(row % kBins, k)] += x;
    }
    for (Index j = 0; j < kFrames; ++j)
      naive.h[NaiveTensor::at(j, k)] = static_cast<double>(start.H(k, j)) * sum;
  }
  return naive;
}

TEST(Panning, AgreesWithTheNaiveTensorFactorization) {
  const Matrix V = noisy_channels();
  const Factors start = panned_start();
  NaiveTensor naive = naive_from(V, start);
  for (int i = 0; i < 30; ++i) {
    naive.update_h();
    naive.update_shapes();
  }
  const Fit fit = nmf(V,
                      {.components = kComponents,
                       .channels = kChannels,
                       .solver = SolverKind::kMultiplicative,
                       .iterations = 30,
                       .tolerance = 0.0},
                      start);
  EXPECT_NEAR(fit.costs.back().cost / naive.cost(), 1.0, 1e-5);
}

TEST(Panning, CostNeverRisesAndEveryComponentHasOneShape) {
  const Matrix V = noisy_channels();
  for (const auto solver : {SolverKind::kMultiplicative, SolverKind::kExtrapolated}) {
    const Fit fit = nmf(V, {.components = kComponents,
                            .channels = kChannels,
                            .solver = solver,
                            .iterations = 60,
                            .tolerance = 0.0,
                            .check_every = 1});
    for (std::size_t i = 1; i < fit.costs.size(); ++i)
      EXPECT_LE(fit.costs[i].cost, fit.costs[i - 1].cost * (1.0 + 1e-6));
    Matrix again = fit.factors.W;
    make_panned({.bins = V.rows(), .frames = V.cols(), .components = kComponents, .channels = kChannels},
                again);
    for (std::size_t n = 0; n < again.values().size(); ++n)
      EXPECT_NEAR(again.values()[n], fit.factors.W.values()[n], 1e-6F);
  }
}

TEST(Panning, RefusesWhatIsNoTensorModel) {
  const Matrix V = noisy_channels();
  EXPECT_THROW(nmf(V, {.components = 2, .channels = 5}), InvalidInput);
  EXPECT_THROW(nmf(V, {.components = 2, .channels = 3, .beta = 2.0}), InvalidInput);
  EXPECT_THROW(nmf(V, {.components = 2, .time_shifts = 2, .channels = 3}), InvalidInput);
}

}  // namespace
}  // namespace divisi
