// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/compute/linalg.h"
#include "divisi/factor/activations.h"

namespace divisi {

/// WᵀW.
inline Matrix gram(const Matrix& W) {
  Matrix product(W.cols(), W.cols());
  multiply_transposed(W, W, product);
  return product;
}

/// HHᵀ, summed in double over runs of frames.
Matrix gram_of_rows(const Activations& H);

}  // namespace divisi
