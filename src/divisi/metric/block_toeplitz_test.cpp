// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/block_toeplitz.h"

#include "divisi/core/random.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

// The first rows of the Gram matrix of p signals of noise and their delays up to n − 1, which is
// block-Toeplitz.
std::vector<double> gram_rows(Index p, Index n, Index frames, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::vector<double>> x(static_cast<std::size_t>(p));
  for (auto& signal : x) {
    double smooth = 0.0;  // coloured, so that the matrix is not nearly diagonal
    for (Index t = 0; t < frames; ++t) signal.push_back(smooth = 0.9 * smooth + random.uniform() - 0.5);
  }
  std::vector<double> rows;
  for (const auto& a : x) {
    for (Index lag = 0; lag < n; ++lag) {
      for (const auto& b : x) {
        double sum = 0.0;
        for (Index t = lag; t < frames; ++t)
          sum += a[static_cast<std::size_t>(t)] * b[static_cast<std::size_t>(t - lag)];
        rows.push_back(sum);
      }
    }
  }
  return rows;
}

// Element (row, col) of the matrix that the first rows stand for.
double element(const std::vector<double>& rows, Index p, Index n, Index row, Index col) {
  if (row / p > col / p) std::swap(row, col);
  return rows[static_cast<std::size_t>((row % p) * p * n + (col / p - row / p) * p + col % p)];
}

std::vector<double> product(const std::vector<double>& rows, Index p, Index n, std::span<const double> x) {
  std::vector<double> out;
  for (Index row = 0; row < p * n; ++row) {
    double sum = 0.0;
    for (Index col = 0; col < p * n; ++col)
      sum += element(rows, p, n, row, col) * x[static_cast<std::size_t>(col)];
    out.push_back(sum);
  }
  return out;
}

TEST(BlockToeplitz, SolvesForAnyBlockSize) {
  for (const auto& [p, n] :
       std::vector<std::pair<Index, Index>>{{1, 1}, {1, 40}, {2, 17}, {3, 20}, {8, 12}, {5, 1}}) {
    const auto rows = gram_rows(p, n, 400, 3);
    const auto factor = BlockToeplitzFactor::make(rows, p, n);
    ASSERT_TRUE(factor) << p << " × " << n;
    Random random(9);
    std::vector<double> x;
    for (Index i = 0; i < p * n; ++i) x.push_back(random.uniform());
    std::vector<double> solution = product(rows, p, n, x);
    factor->solve(solution);
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(solution[i], x[i], 1e-9) << p << " × " << n;
  }
}

TEST(BlockToeplitz, SolvesForSeveralRightHandSidesAsForEach) {
  const Index p = 2;
  const Index n = 10;
  const auto factor = BlockToeplitzFactor::make(gram_rows(p, n, 200, 5), p, n);
  ASSERT_TRUE(factor);
  std::vector<double> both;
  for (int i = 0; i < 2 * p * n; ++i) both.push_back(i % 7);
  std::vector<double> first(both.begin(), both.begin() + p * n);
  factor->solve(both);
  factor->solve(first);
  EXPECT_TRUE(std::equal(first.begin(), first.end(), both.begin()));
}

TEST(BlockToeplitz, StaysAccurateWhereTheMatrixIsNearlySingular) {
  // The autocorrelation r(k) = 0.9999^k of a slow first-order process: its inverse is tridiagonal and known.
  const Index n = 200;
  const double a = 0.9999;
  std::vector<double> rows;
  for (Index k = 0; k < n; ++k) rows.push_back(std::pow(a, static_cast<double>(k)));
  const auto factor = BlockToeplitzFactor::make(rows, 1, n);
  ASSERT_TRUE(factor);
  std::vector<double> x(static_cast<std::size_t>(n));
  x[100] = 1.0;
  factor->solve(x);
  const double scale = 1.0 / (1.0 - a * a);
  EXPECT_NEAR(x[100] / ((1.0 + a * a) * scale), 1.0, 1e-9);
  EXPECT_NEAR(x[99] / (-a * scale), 1.0, 1e-9);
  EXPECT_NEAR(x[102] / scale, 0.0, 1e-9);
}

TEST(BlockToeplitz, RefusesWhatIsNotPositiveDefinite) {
  EXPECT_FALSE(BlockToeplitzFactor::make({0.0}, 1, 1));
  EXPECT_FALSE(BlockToeplitzFactor::make({1.0, 1.0}, 1, 2));
  EXPECT_FALSE(BlockToeplitzFactor::make({1.0, 2.0}, 1, 2));
  EXPECT_FALSE(BlockToeplitzFactor::make({1.0, 1.0, 1.0, 1.0}, 2, 1));  // the same signal twice
  // The second signal is the first, later by one: independent without delay, dependent with.
  EXPECT_FALSE(BlockToeplitzFactor::make({2, 0, 0, 0, 0, 2, 2, 0}, 2, 2));
}

}  // namespace
}  // namespace divisi
