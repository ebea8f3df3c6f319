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

void project_row(std::size_t j, std::span<const Complex> U, std::vector<Complex>& W) {
  const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(U.size()))));
  std::vector<Complex> WU(n * n, 0.0);
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) {
      for (std::size_t c = 0; c < n; ++c) WU[a * n + c] += W[a * n + b] * U[b * n + c];
    }
  }
  std::vector<Complex> w(n, 0.0);
  w[j] = 1.0;
  const double determinant = solve(std::move(WU), w);
  Complex norm = 0.0;
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) norm += std::conj(w[a]) * U[a * n + b] * w[b];
  }
  if (!(determinant > 0.0) || !(norm.real() > 0.0) || !std::isfinite(norm.real())) return;
  for (std::size_t c = 0; c < n; ++c) W[j * n + c] = std::conj(w[c]) / std::sqrt(norm.real());
}

}  // namespace divisi
