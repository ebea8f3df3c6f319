// SPDX-License-Identifier: Apache-2.0
#include "divisi/compute/linalg.h"

#include "divisi/compute/backends.h"
#include "divisi/core/error.h"

#include <algorithm>
#include <cblas.h>

// LAPACK's eigensolver, as OpenBLAS carries it: the trailing numbers are the lengths of the two strings.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" void dsyev_(const char* job, const char* triangle, const blasint* n, double* matrix,
                       const blasint* stride, double* values, double* work, const blasint* work_size,
                       blasint* info, std::size_t, std::size_t);

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

std::string linalg_backend() {
  return std::string(openblas_get_config()) + ", " + openblas_get_corename();
}

}  // namespace divisi
