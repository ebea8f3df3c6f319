// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/source_filter.h"

#include "divisi/core/random.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace divisi {
namespace {

constexpr Index kBins = 40;
constexpr Index kFrames = 150;  // more than two blocks
constexpr Index kCombs = 12;

Matrix random_matrix(Index rows, Index cols, std::uint64_t seed) {
  Random random(seed);
  Matrix matrix(rows, cols);
  for (float& value : matrix.values()) value = static_cast<float>(random.uniform());
  return matrix;
}

LeadStart start() {
  LeadStart known{.E = Matrix(kBins, kCombs + 1), .P = Matrix(kBins, 5), .melody = {}, .width = 1};
  for (Index u = 0; u < kCombs; ++u) {
    const Index apart = u / 2 + 3;  // neighbours are alike, as they are on a fine grid
    for (Index i = apart; i < kBins; i += apart) known.E(i, u) = 1.0F;
  }
  std::ranges::fill(known.E.col(kCombs), 1.0F);
  for (Index u = 0; u <= kCombs; ++u) {
    const auto column = known.E.col(u);
    const float sum = std::reduce(column.begin(), column.end(), 0.0F);
    for (float& e : column) e /= sum;
  }
  for (Index i = 0; i < kBins; ++i) {
    for (Index b = 0; b < 5; ++b)
      known.P(i, b) = static_cast<float>(
          std::max(0.0, 1.0 - std::abs(static_cast<double>(i) / 9.75 - static_cast<double>(b))));
  }
  for (Index j = 0; j < kFrames; ++j) known.melody.push_back(static_cast<int>((j / 10) % kCombs));
  return known;
}

// A lead along the melody, filtered, over two shapes that come and go.
struct Planted {
  Matrix lead = Matrix(kBins, kFrames);
  Matrix rest = Matrix(kBins, kFrames);
  Matrix V = Matrix(kBins, kFrames);
};
Planted planted(const LeadStart& known) {
  Planted made;
  const Matrix shapes = random_matrix(kBins, 2, 3);
  for (Index j = 0; j < kFrames; ++j) {
    for (Index i = 0; i < kBins; ++i) {
      const double filter = 1.0 + std::cos(static_cast<double>(i) / 9.0 + static_cast<double>((j / 25) % 2));
      made.lead(i, j) =
          60.0F * known.E(i, known.melody[static_cast<std::size_t>(j)]) * static_cast<float>(filter);
      made.rest(i, j) = (j / 30) % 2 == 0 ? shapes(i, 0) : 2.0F * shapes(i, 1);
      made.V(i, j) = made.lead(i, j) + made.rest(i, j);
    }
  }
  return made;
}

Matrix made_by(const Factors& factors) {
  Matrix out(factors.W.rows(), factors.H.cols());
  for (Index j = 0; j < out.cols(); ++j) {
    for (Index k = 0; k < factors.H.rows(); ++k) {
      for (Index i = 0; i < out.rows(); ++i) out(i, j) += factors.W(i, k) * factors.H(k, j);
    }
  }
  return out;
}

double distance(const Matrix& a, const Matrix& b) {
  double apart = 0.0;
  double all = 0.0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    apart += std::pow(static_cast<double>(a.values()[i] - b.values()[i]), 2);
    all += std::pow(static_cast<double>(a.values()[i]), 2);
  }
  return std::sqrt(apart / all);
}

TEST(SourceFilter, TheCostFalls) {
  const LeadStart known = start();
  const Planted made = planted(known);
  LeadFit before = fit_lead(made.V, known, {.filters = 3, .shapes = 4, .updates = 1});
  for (int updates = 2; updates <= 12; ++updates) {
    LeadFit fit = fit_lead(made.V, known, {.filters = 3, .shapes = 4, .updates = updates});
    EXPECT_LE(fit.costs.back().cost, before.costs.back().cost * (1.0 + 1e-6)) << updates;
    EXPECT_EQ(fit.costs.back().iteration, updates);
    before = std::move(fit);
  }
}

TEST(SourceFilter, FindsTheLeadAndWhatGoesWithIt) {
  const LeadStart known = start();
  const Planted made = planted(known);
  const LeadFit fit = fit_lead(made.V, known, {.filters = 3, .shapes = 4, .updates = 200});
  EXPECT_LT(fit.costs.back().cost, 0.02 * fit.costs.front().cost);
  EXPECT_LT(distance(made.lead, made_by(fit.lead)), 0.35);
  EXPECT_LT(distance(made.rest, made_by(fit.rest)), 0.25);
  EXPECT_EQ(fit.rest.W.cols(), 4);
  for (const Factors* factors : {&fit.lead, &fit.rest}) {
    for (Index k = 0; k < factors->W.cols(); ++k) {
      const auto column = factors->W.col(k);
      EXPECT_NEAR(std::reduce(column.begin(), column.end(), 0.0), 1.0, 1e-4);
    }
  }
}

// Two channels below each other: the lead in the middle, the rest three times as loud in the second.
TEST(SourceFilter, OfTwoChannelsEveryShapeHasOneForm) {
  const LeadStart mono = start();
  const Planted made = planted(mono);
  LeadStart known{.E = Matrix(2 * kBins, kCombs + 1),
                  .P = Matrix(2 * kBins, 10),
                  .melody = mono.melody,
                  .width = mono.width};
  Matrix V(2 * kBins, kFrames);
  for (Index i = 0; i < kBins; ++i) {
    for (Index u = 0; u <= kCombs; ++u) known.E(i, u) = known.E(i + kBins, u) = 0.5F * mono.E(i, u);
    for (Index b = 0; b < 5; ++b) known.P(i, b) = known.P(i + kBins, b + 5) = mono.P(i, b);
    for (Index j = 0; j < kFrames; ++j) {
      V(i, j) = made.lead(i, j) + made.rest(i, j);
      V(i + kBins, j) = made.lead(i, j) + 3.0F * made.rest(i, j);
    }
  }
  const auto levels = [](const Factors& factors) {
    std::vector<double> sums(2, 0.0);
    for (Index k = 0; k < factors.components(); ++k) {
      double level = 0.0;
      for (Index j = 0; j < kFrames; ++j) level += static_cast<double>(factors.H(k, j));
      for (Index i = 0; i < 2 * kBins; ++i)
        sums[i < kBins ? 0 : 1] += level * static_cast<double>(factors.W(i, k));
    }
    return sums[1] / sums[0];
  };
  LeadFit before = fit_lead(V, known, {.filters = 3, .shapes = 4, .channels = 2, .updates = 1});
  for (const int updates : {2, 5, 20, 100}) {
    LeadFit fit = fit_lead(V, known, {.filters = 3, .shapes = 4, .channels = 2, .updates = updates});
    EXPECT_LE(fit.costs.back().cost, before.costs.back().cost * (1.0 + 1e-6)) << updates;
    before = std::move(fit);
  }
  for (Index k = 0; k < 4; ++k) {
    const double level = static_cast<double>(before.rest.W(kBins, k) / before.rest.W(0, k));
    for (Index i = 1; i < kBins; ++i)
      EXPECT_NEAR(static_cast<double>(before.rest.W(i + kBins, k)),
                  level * static_cast<double>(before.rest.W(i, k)), 1e-6);
  }
  EXPECT_NEAR(levels(before.lead), 1.0, 0.2);
  EXPECT_NEAR(levels(before.rest), 3.0, 0.4);
}

TEST(SourceFilter, TheSameBitsWhateverTheThreads) {
  const LeadStart known = start();
  const Planted made = planted(known);
  const LeadFit one = fit_lead(made.V, known, {.filters = 3, .shapes = 4, .updates = 7, .threads = 1});
  for (const int threads : {2, 3}) {
    const LeadFit more =
        fit_lead(made.V, known, {.filters = 3, .shapes = 4, .updates = 7, .threads = threads});
    EXPECT_TRUE(std::ranges::equal(one.lead.W.values(), more.lead.W.values()));
    EXPECT_TRUE(std::ranges::equal(one.rest.H.values(), more.rest.H.values()));
    EXPECT_EQ(one.costs.back().cost, more.costs.back().cost);
  }
}

TEST(SourceFilter, SilentFramesAndQuietSoundAreNoTrouble) {
  const LeadStart known = start();
  Planted made = planted(known);
  for (Index j = 60; j < 70; ++j) std::ranges::fill(made.V.col(j), 0.0F);
  const LeadFit loud = fit_lead(made.V, known, {.filters = 3, .shapes = 4, .updates = 20});
  for (const float h : loud.lead.H.values()) ASSERT_TRUE(std::isfinite(h));
  for (float& v : made.V.values()) v *= 1e-6F;
  const LeadFit quiet = fit_lead(made.V, known, {.filters = 3, .shapes = 4, .updates = 20});
  EXPECT_NEAR(quiet.costs.back().cost * 1e6 / loud.costs.back().cost, 1.0, 1e-2);
}

TEST(SourceFilter, EndsWhenAsked) {
  const LeadStart known = start();
  const LeadFit fit =
      fit_lead(planted(known).V, known, {.updates = 5}, [](const Progress& p) { return p.iteration < 2; });
  EXPECT_TRUE(fit.cancelled);
}

}  // namespace
}  // namespace divisi
