// SPDX-License-Identifier: Apache-2.0
// Systems whose matrix repeats along its diagonals, block by block.
#pragma once

#include "divisi/core/matrix.h"

#include <optional>
#include <span>
#include <vector>

namespace divisi {

/// A symmetric positive definite block-Toeplitz matrix T of n × n blocks of p × p, block (a, b) being B(b −
/// a) for a ≤ b and its mirror image below, factored as T = RᵀR (R upper triangular) by the generalized Schur
/// algorithm: O(p³ n²) operations where Cholesky's takes O(p³ n³). Kailath & Sayed, Displacement Structure:
/// Theory and Applications, SIAM Review 37 (1995); the rotations are those that Stewart & Van Dooren,
/// Stability Issues in the Factorization of Structured Matrices, SIAM J. Matrix Anal. Appl. 18 (1997), show
/// to be stable.
class BlockToeplitzFactor {
 public:
  /// `first_rows`: the first p rows of T, row-major, p × np. Nothing comes back where T is not positive
  /// definite, or so nearly singular that in double precision it might as well not be.
  static std::optional<BlockToeplitzFactor> make(std::vector<double> first_rows, Index p, Index n);

  /// x := T⁻¹ x, in place, for any number of right-hand sides of np values, one after another.
  void solve(std::span<double> x) const;

 private:
  explicit BlockToeplitzFactor(Index size) : size_(size) {}

  // Row r of R from its diagonal element on.
  [[nodiscard]] std::span<const double> row(Index r) const {
    const Index begin = r * size_ - r * (r - 1) / 2;
    return {factor_.data() + begin, static_cast<std::size_t>(size_ - r)};
  }

  Index size_;
  std::vector<double> factor_;
};

}  // namespace divisi
