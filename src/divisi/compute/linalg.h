// SPDX-License-Identifier: Apache-2.0
// Matrix products and the symmetric eigenproblem. The library behind them appears in linalg.cpp alone.
// Each call runs on the thread that makes it, so that the order of its sums does not depend on the machine's
// load.
#pragma once

#include "divisi/core/matrix.h"

#include <vector>

namespace divisi {

/// out = A B; A: m × k, B: k × n, out: m × n. out must not overlap A or B, here and below.
void multiply(ConstMatrixView A, ConstMatrixView B, MatrixView out);

/// out = Aᵀ B; A: k × m, B: k × n, out: m × n.
void multiply_transposed(ConstMatrixView A, ConstMatrixView B, MatrixView out);

/// out += A Bᵀ; A: m × k, B: n × k, out: m × n.
void accumulate_outer(ConstMatrixView A, ConstMatrixView B, MatrixView out);

/// Eigenvectors of a symmetric n × n matrix (column-major, double), one a column, by ascending eigenvalue.
std::vector<double> symmetric_eigenvectors(std::vector<double> matrix, Index n);

}  // namespace divisi
