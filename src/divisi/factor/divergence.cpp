// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/divergence.h"

#include "divisi/core/text.h"

namespace divisi {

std::string divergence_name(double beta) {
  if (beta == 0.0) return "Itakura–Saito divergence";
  if (beta == 1.0) return "Kullback–Leibler divergence";
  if (beta == 2.0) return "half the squared Euclidean distance";
  return "β-divergence (β = " + to_text(beta) + ")";
}

}  // namespace divisi
