// SPDX-License-Identifier: Apache-2.0
#include "divisi/spatial/small_complex.h"

#include <algorithm>
#include <cmath>

namespace divisi {

double solve(std::vector<Complex> A, std::span<Complex> b) {
  const std::size_t n = b.size();
  double determinant = 1.0;
  for (std::size_t p = 0; p < n; ++p) {
    std::size_t pivot = p;
    for (std::size_t r = p + 1; r < n; ++r) {
      if (std::abs(A[r * n + p]) > std::abs(A[pivot * n + p])) pivot = r;
    }
    determinant *= std::abs(A[pivot * n + p]);
    if (!(determinant > 0.0) || !std::isfinite(determinant)) return determinant;
    for (std::size_t c = 0; c < n; ++c) std::swap(A[p * n + c], A[pivot * n + c]);
    std::swap(b[p], b[pivot]);
    for (std::size_t r = p + 1; r < n; ++r) {
      const Complex factor = A[r * n + p] / A[p * n + p];
      for (std::size_t c = p; c < n; ++c) A[r * n + c] -= factor * A[p * n + c];
      b[r] -= factor * b[p];
    }
  }
  for (std::size_t p = n; p-- > 0;) {
    for (std::size_t c = p + 1; c < n; ++c) b[p] -= A[p * n + c] * b[c];
    b[p] /= A[p * n + p];
  }
  return determinant;
}

std::vector<Complex> inverse(const std::vector<Complex>& A, std::size_t n) {
  std::vector<Complex> result(n * n);
  for (std::size_t c = 0; c < n; ++c) {
    std::vector<Complex> column(n, 0.0);
    column[c] = 1.0;
    const double determinant = solve(A, column);
    if (!(determinant > 0.0) || !std::isfinite(determinant)) return {};
    for (std::size_t r = 0; r < n; ++r) result[r * n + c] = column[r];
  }
  return result;
}

}  // namespace divisi
