// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/fourier_sweep.h"
#include "divisi/factor/start.h"
#include "divisi/factor/tile_sweep.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

struct Seen {
  Sweep::Outcome outcome;
  Matrix numerator, denominator;
};

// What a sweep tells of H, and of W at another W with H as it was changed: doubled.
Seen look(Sweep& sweep, const Factors& factors, const Matrix& other_w, int panels_to_see = 1000) {
  const Extent& extent = sweep.extent();
  Activations H(extent.levels(), extent.frames, extent.time_shifts - 1);
  std::ranges::copy(factors.H.values(), H.values().begin());
  Seen seen{.outcome = {},
            .numerator = Matrix(extent.levels(), extent.frames),
            .denominator = Matrix(extent.levels(), extent.frames)};
  const auto update = [&](const Columns& columns) {
    for (Index j = 0; j < columns.frames; ++j) {
      for (Index l = 0; l < extent.levels(); ++l) {
        seen.numerator(l, columns.first + j) = columns.numerator[j * columns.numerator_stride + l];
        seen.denominator(l, columns.first + j) = columns.denominator[j * columns.denominator_stride + l];
        columns.h[j * extent.levels() + l] *= 2.0F;
      }
    }
  };
  seen.outcome = sweep.run({.W = &factors.W,
                            .H = &H,
                            .update_columns = update,
                            .w_of_shapes = &other_w,
                            .measure = true,
                            .go_on = [&](double) { return panels_to_see-- > 0; }});
  return seen;
}

void expect_near(const Matrix& a, const Matrix& b, double share, double beta) {
  ASSERT_EQ(a.rows(), b.rows());
  ASSERT_EQ(a.cols(), b.cols());
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    const auto expected = static_cast<double>(b.values()[i]);
    ASSERT_NEAR(static_cast<double>(a.values()[i]), expected, share * std::abs(expected) + 1e-12) << beta;
  }
}

TEST(Sweep, BothWaysSeeTheSame) {
  const Extent extent{.bins = 70, .frames = 130, .components = 3, .time_shifts = 6, .pitch_shifts = 9};
  const Factors factors = random_start(extent, 1.0, 3);
  const Matrix other_w = random_start(extent, 1.0, 4).W;
  Matrix V(extent.bins, extent.frames);
  for (Index t = 0; t < V.cols(); ++t) {
    for (Index i = 0; i < V.rows(); ++i) V(i, t) = t % 9 == 0 ? 0.0F : static_cast<float>((i * t) % 11);
  }
  for (const double beta : {-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
    const Objective objective{.beta = beta, .scale = 0.7F, .epsilon = 1e-6F};
    TileSweep tiles(V, extent, objective, 2);
    FourierSweep transforms(V, extent, objective, 2);
    const Seen a = look(tiles, factors, other_w);
    const Seen b = look(transforms, factors, other_w);
    ASSERT_TRUE(a.outcome.finished && b.outcome.finished);
    EXPECT_NEAR(a.outcome.divergence / b.outcome.divergence, 1.0, 1e-5) << beta;
    expect_near(a.numerator, b.numerator, 2e-5, beta);
    expect_near(a.denominator, b.denominator, 2e-5, beta);
    expect_near(a.outcome.shapes.numerator, b.outcome.shapes.numerator, 2e-5, beta);
    expect_near(a.outcome.shapes.denominator, b.outcome.shapes.denominator, 2e-5, beta);
  }
}

TEST(Sweep, IsLeftInTheMiddle) {
  const Extent extent{.bins = 70, .frames = 1300, .components = 3, .time_shifts = 2, .pitch_shifts = 2};
  const Factors factors = random_start(extent, 1.0, 3);
  const Matrix V(extent.bins, extent.frames, std::vector<float>(70 * 1300, 1.0F));
  TileSweep tiles(V, extent, {}, 1);
  FourierSweep transforms(V, extent, {}, 1);
  for (const int panels : {0, 1, 2, 3}) {
    EXPECT_FALSE(look(tiles, factors, factors.W, panels).outcome.finished);
    EXPECT_FALSE(look(transforms, factors, factors.W, panels).outcome.finished);
  }
}

TEST(Sweep, ManyShiftsGoByTransforms) {
  const auto chosen = [](Index components, Index time_shifts, Index pitch_shifts) {
    return FourierSweep::is_faster({.bins = 175,
                                    .frames = 2000,
                                    .components = components,
                                    .time_shifts = time_shifts,
                                    .pitch_shifts = pitch_shifts},
                                   {});
  };
  EXPECT_FALSE(chosen(32, 1, 1));
  EXPECT_FALSE(chosen(4, 8, 24));
  EXPECT_TRUE(chosen(4, 32, 48));
}

}  // namespace
}  // namespace divisi
