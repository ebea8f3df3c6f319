// SPDX-License-Identifier: Apache-2.0
// Complex matrices as small as there are channels.
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace divisi {

using Complex = std::complex<double>;

/// Solves A x = b by Gaussian elimination with partial pivoting, x in place of b; A: n × n, row by row.
/// Returns |det A|; where that is 0 or not finite, b is of no use.
double solve(std::vector<Complex> A, std::span<Complex> b);

/// A⁻¹, row by row; empty where A is singular or not finite.
std::vector<Complex> inverse(const std::vector<Complex>& A, std::size_t n);

/// Iterative projection (Ono 2011): row j of W becomes wᴴ with w ← (W U)⁻¹ e_j, scaled to wᴴ U w = 1; U and W
/// row by row. Leaves W as it is where W U is singular.
void project_row(std::size_t j, std::span<const Complex> U, std::vector<Complex>& W);

}  // namespace divisi
