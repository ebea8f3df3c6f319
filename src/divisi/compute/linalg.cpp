// SPDX-License-Identifier: Apache-2.0
#include "divisi/compute/linalg.h"

#include "divisi/compute/backends.h"
#include "divisi/core/error.h"

#include <algorithm>
#include <cblas.h>

// NOLINTBEGIN(readability-identifier-naming): the names are Fortran's
// LAPACK, as OpenBLAS carries it: the trailing numbers are the lengths of the strings.
extern "C" void dsyev_(const char* job, const char* triangle, const blasint* n, double* matrix,
                       const blasint* stride, double* values, double* work, const blasint* work_size,
                       blasint* info, std::size_t, std::size_t);
extern "C" void dpstrf_(const char* triangle, const blasint* n, double* matrix, const blasint* stride,
                        blasint* order, blasint* rank, const double* tolerance, double* work, blasint* info,
                        std::size_t);
// NOLINTEND(readability-identifier-naming)

namespace divisi {
namespace {

// OpenBLAS splits a product among its own threads by default, and the split decides the order of the sums.
void use_calling_thread() {
  static const bool kDone = [] {
    openblas_set_num_threads(1);
    return true;
  }();
  static_cast<void>(kDone);
}

blasint blas(Index value) {
  return static_cast<blasint>(value);
}

void gemm(CBLAS_TRANSPOSE op_a, ConstMatrixView A, CBLAS_TRANSPOSE op_b, ConstMatrixView B, float scale_out,
          MatrixView out) {
  use_calling_thread();
  const Index inner = op_a == CblasNoTrans ? A.cols() : A.rows();
  assert(inner == (op_b == CblasNoTrans ? B.rows() : B.cols()));
  assert(out.rows() == (op_a == CblasNoTrans ? A.rows() : A.cols()));
  assert(out.cols() == (op_b == CblasNoTrans ? B.cols() : B.rows()));
  if (out.rows() == 0 || out.cols() == 0) return;
  cblas_sgemm(CblasColMajor, op_a, op_b, blas(out.rows()), blas(out.cols()), blas(inner), 1.0F, A.data(),
              blas(A.stride()), B.data(), blas(B.stride()), scale_out, out.data(), blas(out.stride()));
}

}  // namespace

void multiply(ConstMatrixView A, ConstMatrixView B, MatrixView out) {
  gemm(CblasNoTrans, A, CblasNoTrans, B, 0.0F, out);
}

void accumulate(ConstMatrixView A, ConstMatrixView B, MatrixView out) {
  gemm(CblasNoTrans, A, CblasNoTrans, B, 1.0F, out);
}

void multiply_transposed(ConstMatrixView A, ConstMatrixView B, MatrixView out) {
  gemm(CblasTrans, A, CblasNoTrans, B, 0.0F, out);
}

void accumulate_outer(ConstMatrixView A, ConstMatrixView B, MatrixView out) {
  gemm(CblasNoTrans, A, CblasTrans, B, 1.0F, out);
}

std::vector<double> symmetric_eigenvectors(std::vector<double> matrix, Index n) {
  use_calling_thread();
  assert(std::ssize(matrix) == n * n);
  std::vector<double> values(static_cast<std::size_t>(n));
  const blasint size = blas(n);
  const blasint work_size = 64 * std::max<blasint>(1, size);
  std::vector<double> work(static_cast<std::size_t>(work_size));
  blasint info = 0;
  dsyev_("V", "U", &size, matrix.data(), &size, values.data(), work.data(), &work_size, &info, 1, 1);
  if (info != 0) throw InvalidInput("symmetric_eigenvectors", "a finite matrix", "one without a solution");
  return matrix;
}

SemidefiniteFactor::SemidefiniteFactor(std::vector<double> matrix, Index n, double tolerance)
    : factor_(std::move(matrix)) {
  use_calling_thread();
  assert(std::ssize(factor_) == n * n);
  double largest = 0.0;
  for (Index i = 0; i < n; ++i) largest = std::max(largest, factor_[static_cast<std::size_t>(i * (n + 1))]);
  const double smallest_pivot = tolerance * largest;
  const blasint size = blas(n);
  const blasint stride = std::max<blasint>(1, size);
  std::vector<blasint> order(static_cast<std::size_t>(n));
  std::vector<double> work(2 * static_cast<std::size_t>(n));
  blasint rank = 0;
  blasint info = 0;
  dpstrf_("L", &size, factor_.data(), &stride, order.data(), &rank, &smallest_pivot, work.data(), &info, 1);
  if (info < 0) throw InvalidInput("SemidefiniteFactor", "a finite matrix", "one without a factor");
  rank_ = rank;
  for (const blasint one_based : order) order_.push_back(one_based - 1);
}

void SemidefiniteFactor::solve(std::span<double> x) const {
  use_calling_thread();
  assert(x.size() == order_.size());
  const auto rank = static_cast<std::size_t>(rank_);
  std::vector<double> pivots(rank);
  for (std::size_t i = 0; i < rank; ++i) pivots[i] = x[static_cast<std::size_t>(order_[i])];
  for (const auto op : {CblasNoTrans, CblasTrans}) {
    cblas_dtrsv(CblasColMajor, CblasLower, op, CblasNonUnit, blas(rank_), factor_.data(),
                blas(std::ssize(order_)), pivots.data(), 1);
  }
  std::fill(x.begin(), x.end(), 0.0);
  for (std::size_t i = 0; i < rank; ++i) x[static_cast<std::size_t>(order_[i])] = pivots[i];
}

std::string linalg_backend() {
  return std::string(openblas_get_config()) + ", " + openblas_get_corename();
}

}  // namespace divisi
