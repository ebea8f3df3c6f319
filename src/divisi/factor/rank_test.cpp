// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/rank.h"

#include "divisi/core/error.h"
#include "divisi/core/random.h"

#include <gtest/gtest.h>
#include <string>

namespace divisi {
namespace {

// A matrix of `rank` sparse shapes that sound now and then.
Matrix planted(Index bins, Index frames, int rank, std::uint64_t seed) {
  Random random(seed);
  Matrix V(bins, frames);
  for (int k = 0; k < rank; ++k) {
    std::vector<float> shape(static_cast<std::size_t>(bins));
    for (float& w : shape) w = random.uniform() < 0.3 ? static_cast<float>(random.uniform()) : 0.0F;
    for (Index j = 0; j < frames; ++j) {
      const double u = random.uniform();
      const float h = random.uniform() < 0.5 ? static_cast<float>(u * u) : 0.0F;
      for (Index i = 0; i < bins; ++i) V(i, j) += shape[static_cast<std::size_t>(i)] * h;
    }
  }
  for (float& v : V.values()) v *= static_cast<float>(1.0 + 0.05 * (random.uniform() - 0.5));
  return V;
}

TEST(Rank, FindsAPlantedNumberWhateverItBeginsWith) {
  for (const int rank : {3, 6, 10}) {
    const Matrix V = planted(100, 200, rank, static_cast<std::uint64_t>(rank));
    for (const Index most : {20, 32}) {
      const RankEstimates found = estimate_rank(V, {.most = most});
      EXPECT_NEAR(found.relevance, rank, rank > 6 ? 2 : 1) << most;
      EXPECT_NEAR(found.elbow, rank, 4) << most;
      EXPECT_GE(found.held_out, rank - 1) << most;
    }
  }
}

TEST(Rank, DoesNotDependOnTheLevel) {
  Matrix V = planted(60, 120, 4, 9);
  const RankEstimates found = estimate_rank(V);
  for (float& v : V.values()) v *= 1024.0F;
  EXPECT_EQ(estimate_rank(V).relevance, found.relevance);
  EXPECT_EQ(estimate_rank(V).elbow, found.elbow);
}

TEST(Rank, SilenceHasOneAndBadEntriesAreRefused) {
  EXPECT_EQ(estimate_rank(Matrix(10, 20)).relevance, 1);
  Matrix V(10, 20);
  V(3, 4) = -1.0F;
  EXPECT_THROW(estimate_rank(V), InvalidInput);
}

TEST(Rank, StopsWhenToldTo) {
  int asked = 0;
  estimate_rank(planted(60, 100, 3, 1), {}, [&](const Progress&) { return ++asked < 5; });
  EXPECT_LT(asked, 20);
}

}  // namespace
}  // namespace divisi
