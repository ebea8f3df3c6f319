// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/start.h"

#include "divisi/core/error.h"
#include "divisi/factor/nmf.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace divisi {
namespace {

constexpr std::array kKinds{StartKind::kRandom, StartKind::kFrames, StartKind::kNndsvd};

// Of rank 3, with silent frames.
Matrix low_rank(Index bins, Index frames) {
  const Factors planted = random_start(bins, frames, 3, 1.0, 21);
  Matrix V(bins, frames);
  for (Index t = 0; t < frames; ++t) {
    for (Index i = 0; i < bins && t % 6 != 0; ++i) {
      for (Index k = 0; k < 3; ++k) {
        if ((i / 5 + k) % 3 != 0) V(i, t) += planted.W(i, k) * planted.H(k, t) * planted.H(k, t);
      }
    }
  }
  return V;
}

double first_cost(const Matrix& V, StartKind kind, Index components) {
  return nmf(V, {.components = components, .beta = 2.0, .iterations = 1, .init = kind}).costs.front().cost;
}

TEST(Start, HasNoZerosAndIsTheSameForTheSameSeed) {
  const Matrix V = low_rank(30, 50);
  for (const StartKind kind : kKinds) {
    const Extent extent{.bins = 30, .frames = 50, .components = 5};
    const Factors one = make_start(kind, V, 1.0F, extent, 9);
    const Factors two = make_start(kind, V, 1.0F, extent, 9);
    EXPECT_GT(std::ranges::min(one.W.values()), 0.0F);
    EXPECT_GT(std::ranges::min(one.H.values()), 0.0F);
    EXPECT_TRUE(std::ranges::equal(one.W.values(), two.W.values()));
    EXPECT_TRUE(std::ranges::equal(one.H.values(), two.H.values()));
  }
}

TEST(Start, WhatKnowsVBeginsCloserToIt) {
  const Matrix V = low_rank(30, 50);
  EXPECT_LT(first_cost(V, StartKind::kFrames, 4), first_cost(V, StartKind::kRandom, 4));
  EXPECT_LT(first_cost(V, StartKind::kNndsvd, 4), 0.5 * first_cost(V, StartKind::kRandom, 4));
}

TEST(Start, NndsvdOfOneComponentIsTheBestOne) {
  const Matrix V = low_rank(30, 50);
  const double start = first_cost(V, StartKind::kNndsvd, 1);
  const Fit best = nmf(V, {.components = 1, .beta = 2.0, .iterations = 300, .tolerance = 0.0, .restarts = 3});
  EXPECT_NEAR(start / best.costs.back().cost, 1.0, 0.01);
}

TEST(Start, EveryKindCanBeUsedOnAnything) {
  for (const Matrix& V : {Matrix(5, 4), low_rank(2, 3), low_rank(1, 1), low_rank(40, 3)}) {
    for (const StartKind kind : kKinds) {
      const Fit fit = nmf(V, {.components = 6, .iterations = 5, .init = kind});
      EXPECT_TRUE(std::ranges::all_of(fit.factors.W.values(), [](float w) { return std::isfinite(w); }));
    }
  }
  const Fit shifted = nmf(
      low_rank(20, 30),
      {.components = 2, .time_shifts = 3, .pitch_shifts = 2, .iterations = 5, .init = StartKind::kFrames});
  EXPECT_EQ(shifted.factors.W.cols(), 6);
  EXPECT_THROW(nmf(low_rank(20, 30), {.time_shifts = 3, .init = StartKind::kNndsvd}), InvalidInput);
}

}  // namespace
}  // namespace divisi
