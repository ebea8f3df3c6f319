// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/matrix.h"

#include <array>
#include <gtest/gtest.h>

namespace divisi {
namespace {

TEST(MatrixView, AColumnIsContiguous) {
  std::array<float, 6> values{1, 2, 3, 4, 5, 6};
  const MatrixView view(values.data(), 3, 2, 3);
  EXPECT_EQ(view.col(1)[0], 4.0F);
  EXPECT_EQ(&view(2, 1), &values[5]);
}

TEST(MatrixView, ColumnsOfAPaddedMatrixKeepItsStride) {
  std::array<float, 8> values{1, 2, 3, 0, 4, 5, 6, 0};
  const ConstMatrixView view(values.data(), 3, 2, 4);
  EXPECT_EQ(view.cols(1, 1)(2, 0), 6.0F);
  EXPECT_EQ(view.cols(1, 1).stride(), 4);
}

TEST(MatrixView, MutableConvertsToConstOnly) {
  static_assert(std::is_convertible_v<MatrixView, ConstMatrixView>);
  static_assert(!std::is_convertible_v<ConstMatrixView, MatrixView>);
  static_assert(std::is_convertible_v<const Matrix&, ConstMatrixView>);
  static_assert(!std::is_convertible_v<const Matrix&, MatrixView>);
}

TEST(Matrix, StartsAtZeroAndOwnsItsValues) {
  Matrix matrix(2, 3);
  for (const float value : matrix.values()) EXPECT_EQ(value, 0.0F);
  const Matrix copy = matrix;
  matrix(1, 2) = 7.0F;
  EXPECT_EQ(matrix.col(2)[1], 7.0F);
  EXPECT_EQ(copy(1, 2), 0.0F);
}

}  // namespace
}  // namespace divisi
