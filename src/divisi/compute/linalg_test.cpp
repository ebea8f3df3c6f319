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

}  // namespace
}  // namespace divisi
