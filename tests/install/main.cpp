// SPDX-License-Identifier: Apache-2.0
// A program of somebody else: factorizes a matrix of rank 2 and prints how far the cost fell.
#include "divisi/divisi.h"

#include <cstdio>

int main() {
  divisi::Matrix V(6, 40);
  for (divisi::Index t = 0; t < V.cols(); ++t) {
    for (divisi::Index f = 0; f < V.rows(); ++f) {
      V(f, t) = static_cast<float>((f % 2 == 0 ? t : 40 - t) * (f + 1));
    }
  }
  const divisi::Fit fit = divisi::nmf(V, {.components = 2, .beta = 1.0});
  std::printf("divisi %s: cost %g -> %g in %d updates\n", divisi::version().data(), fit.costs.front().cost,
              fit.costs.back().cost, fit.iterations);
  return fit.costs.back().cost < 1e-2 * fit.costs.front().cost ? 0 : 1;
}
