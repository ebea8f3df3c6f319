// SPDX-License-Identifier: Apache-2.0
// The β-divergence (Basu et al. 1998; Févotte & Idier, Algorithms for nonnegative matrix factorization with
// the β-divergence, 2011, eq. 2), natural logarithm:
//
//   d(v|λ) = v/λ − log(v/λ) − 1                                   β = 0 (Itakura–Saito)
//          = v log(v/λ) − v + λ                                   β = 1 (Kullback–Leibler)
//          = (v^β + (β−1) λ^β − β v λ^(β−1)) / (β (β−1))          else (β = 2: half the squared distance)
#pragma once

#include "divisi/core/matrix.h"

#include <span>
#include <string>

namespace divisi {

/// Σ d(v|λ) over two runs of equal length, in double. λ > 0; v ≥ 0, and v > 0 where β ≤ 0.
double divergence(std::span<const float> v, std::span<const float> lambda, double beta);

/// The two factors of every multiplicative update: r = v λ^(β−2), q = λ^(β−1); λ > 0. For β = 1 and β = 2
/// too, where one of them is trivial. Kept below 1e30, so that sums stay finite for strongly negative β.
void update_terms(std::span<const float> v, std::span<const float> lambda, double beta, std::span<float> r,
                  std::span<float> q);

/// "Kullback–Leibler divergence", "β-divergence (β = 0.5)" and so on, for people.
std::string divergence_name(double beta);

}  // namespace divisi
