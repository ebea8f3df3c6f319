// SPDX-License-Identifier: Apache-2.0
// The β-divergence (Basu et al. 1998; Févotte & Idier, Algorithms for nonnegative matrix factorization with
// the β-divergence, 2011, eq. 2), natural logarithm:
//
//   d(v|λ) = v/λ − log(v/λ) − 1                                   β = 0 (Itakura–Saito)
//          = v log(v/λ) − v + λ                                   β = 1 (Kullback–Leibler)
//          = (v^β + (β−1) λ^β − β v λ^(β−1)) / (β (β−1))          else (β = 2: half the squared distance)
#pragma once

#include <string>

namespace divisi {

/// "Kullback–Leibler divergence", "β-divergence (β = 0.5)" and so on, for people.
std::string divergence_name(double beta);

}  // namespace divisi
