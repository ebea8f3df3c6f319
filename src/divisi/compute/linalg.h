// SPDX-License-Identifier: Apache-2.0
// Matrix products, the symmetric eigenproblem and semidefinite systems. The library behind them appears in
// linalg.cpp alone. Each call runs on the thread that makes it, so that the order of its sums does not depend
// on the machine's load.
#pragma once

#include "divisi/core/matrix.h"

#include <span>
#include <vector>

namespace divisi {

/// out = A B; A: m × k, B: k × n, out: m × n. out must not overlap A or B, here and below.
void multiply(ConstMatrixView A, ConstMatrixView B, MatrixView out);

/// out += A B, likewise.
void accumulate(ConstMatrixView A, ConstMatrixView B, MatrixView out);

/// out = Aᵀ B; A: k × m, B: k × n, out: m × n.
void multiply_transposed(ConstMatrixView A, ConstMatrixView B, MatrixView out);

/// out += A Bᵀ; A: m × k, B: n × k, out: m × n.
void accumulate_outer(ConstMatrixView A, ConstMatrixView B, MatrixView out);

/// Eigenvectors of a symmetric n × n matrix (column-major, double), one a column, by ascending eigenvalue.
std::vector<double> symmetric_eigenvectors(std::vector<double> matrix, Index n);

/// A symmetric positive semidefinite n × n matrix A (column-major, double; the lower triangle is read),
/// factored once for any number of right-hand sides: PᵀAP ≈ LLᵀ, the largest remaining pivot first (LAPACK
/// Working Note 161). It stops where no remaining pivot exceeds `tolerance` times the largest diagonal
/// element; what has not come up by then depends on what has, and its unknowns are zero.
class SemidefiniteFactor {
 public:
  SemidefiniteFactor(std::vector<double> matrix, Index n, double tolerance);

  /// The number of pivots, at most n.
  [[nodiscard]] Index rank() const { return rank_; }

  /// x := a solution of A x = b, in place; b must be in the range of A for it to be exact.
  void solve(std::span<double> x) const;

 private:
  std::vector<double> factor_;
  std::vector<Index> order_;  // the unknown behind each pivot
  Index rank_ = 0;
};

}  // namespace divisi
