// SPDX-License-Identifier: Apache-2.0
#include "divisi/compute/linalg.h"

#include "divisi/core/random.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

Matrix noise(Index rows, Index cols, std::uint64_t seed) {
  Random random(seed);
  Matrix matrix(rows, cols);
  for (float& value : matrix.values()) value = static_cast<float>(random.uniform());
  return matrix;
}

TEST(Linalg, ProductsAreTheDefinition) {
  const Index m = 5;
  const Index n = 4;
  const Index k = 3;
  const Matrix A = noise(m, k, 1);
  const Matrix B = noise(k, n, 2);
  const Matrix C = noise(m, n, 3);
  Matrix AB(m, n);
  Matrix AtC(k, n);
  Matrix CBt = noise(m, k, 4);
  const Matrix before = CBt;
  multiply(A, B, AB);
  multiply_transposed(A, C, AtC);
  accumulate_outer(C, B, CBt);
  const auto sum = [](Index count, auto&& term) {
    double total = 0.0;
    for (Index i = 0; i < count; ++i) total += static_cast<double>(term(i));
    return total;
  };
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n; ++j)
      EXPECT_NEAR(AB(i, j), sum(k, [&](Index l) { return A(i, l) * B(l, j); }), 1e-6);
    for (Index l = 0; l < k; ++l) {
      EXPECT_NEAR(CBt(i, l), before(i, l) + sum(n, [&](Index j) { return C(i, j) * B(l, j); }), 1e-5);
    }
  }
  for (Index l = 0; l < k; ++l) {
    for (Index j = 0; j < n; ++j)
      EXPECT_NEAR(AtC(l, j), sum(m, [&](Index i) { return A(i, l) * C(i, j); }), 1e-5);
  }
}

TEST(Linalg, ProductsReadAndWriteViewsWithAStride) {
  Matrix big = noise(6, 8, 5);
  const Matrix A = noise(6, 6, 6);
  Matrix out(6, 8);
  multiply(A, big.view().cols(2, 3), out.view().cols(4, 3));
  EXPECT_EQ(out(0, 3), 0.0F);
  EXPECT_EQ(out(0, 7), 0.0F);
  EXPECT_GT(out(0, 4), 0.0F);
}

TEST(Linalg, EigenvectorsDiagonalize) {
  // [[2, 1], [1, 2]] has the eigenvalues 1 and 3 with the vectors (1, −1)/√2 and (1, 1)/√2.
  const auto vectors = symmetric_eigenvectors({2, 1, 1, 2}, 2);
  EXPECT_NEAR(vectors[0], -vectors[1], 1e-12);
  EXPECT_NEAR(vectors[2], vectors[3], 1e-12);
  EXPECT_NEAR(vectors[2] * vectors[2], 0.5, 1e-12);
}

TEST(SemidefiniteFactor, SolvesARegularSystem) {
  // [[4, 2], [2, 3]] x = (8, 8) has the solution (1, 2).
  const SemidefiniteFactor factor({4, 2, 2, 3}, 2, 1e-14);
  EXPECT_EQ(factor.rank(), 2);
  std::vector<double> x = {8, 8};
  factor.solve(x);
  EXPECT_NEAR(x[0], 1.0, 1e-12);
  EXPECT_NEAR(x[1], 2.0, 1e-12);
}

TEST(SemidefiniteFactor, LeavesOutWhatDependsOnTheRest) {
  // The Gram matrix of (a, b, a + b), whose right-hand side is that of the signal a − b.
  const std::vector<double> gram = {2, 1, 3, 1, 5, 6, 3, 6, 9};
  const SemidefiniteFactor factor(gram, 3, 1e-12);
  EXPECT_EQ(factor.rank(), 2);
  const std::vector<double> b = {1, -4, -3};
  std::vector<double> x = b;
  factor.solve(x);
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_NEAR(gram[row] * x[0] + gram[3 + row] * x[1] + gram[6 + row] * x[2], b[row], 1e-12);
  }
}

TEST(SemidefiniteFactor, NothingIsOfRankZero) {
  const SemidefiniteFactor factor({0, 0, 0, 0}, 2, 1e-12);
  EXPECT_EQ(factor.rank(), 0);
  std::vector<double> x = {1, 1};
  factor.solve(x);
  EXPECT_EQ(x[0], 0.0);
}

}  // namespace
}  // namespace divisi
