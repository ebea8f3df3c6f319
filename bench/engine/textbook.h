// SPDX-License-Identifier: Apache-2.0
// The peer: multiplicative updates as they are written in papers and tutorials, each product one call of
// OpenBLAS on whole matrices, one thread. β = 2 without shifts uses the Gram matrices, as everybody does.
#pragma once

#include "divisi/core/factors.h"

namespace divisi::bench {

/// One update of H and then of W.
class Textbook {
 public:
  Textbook(ConstMatrixView V, Factors start, double beta);
  void iterate();

 private:
  void model();
  void terms();
  void update_gram();
  void update_h();
  void update_w();

  ConstMatrixView V_;
  Factors factors_;
  double beta_;
  Matrix lambda_, r_, q_;  // as large as V, all three
};

}  // namespace divisi::bench
