// SPDX-License-Identifier: Apache-2.0
// Nonnegative matrix factorization, V ≈ WH, by multiplicative updates for any β-divergence
// (Lee & Seung 2001; Févotte & Idier 2011).
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/observer.h"

#include <cstdint>

namespace divisi {

struct NmfOptions {
  Index components = 16;  ///< K
  Index time_shifts = 1;
  Index pitch_shifts = 1;
  double beta = 1.0;     ///< 2 Euclidean, 1 Kullback–Leibler, 0 Itakura–Saito, or any real number
  int iterations = 200;  ///< at most
  double tolerance =
      1e-4;  ///< stop when `check_every` updates lower the cost by less than this share of its whole fall
  int check_every = 10;     ///< updates between two points of the cost curve
  double sparsity = 0.0;    ///< weight of Σ_k ‖w_k‖₂ ‖h_k‖₁, V's mean taken as 1
  double smoothness = 0.0;  ///< weight of Σ_k ‖w_k‖₂² Σ_t (h_kt − h_k,t−1)², likewise
  double epsilon =
      1e-10;  ///< added to V and to WH, as a share of V's mean: for β ≤ 0 a part of the objective
  std::uint64_t seed = 0;  ///< of the random start; restart r uses seed + r
  int restarts = 1;        ///< random starts; the one with the lowest cost wins
  bool fix_w = false;      ///< keep the start's W
  bool fix_h = false;      ///< keep the start's H
  int threads = 0;         ///< 0: all; the result does not depend on it
};

/// Factorizes V (bins × frames, ≥ 0). `start` may hold W (bins × K), H (K × frames), both or none; what it
/// lacks is random. The cost never rises. W's columns have unit sum unless one of the factors is fixed. Costs
/// and H are in V's unit, and multiplying V by a number does nothing but multiply H by it. Cancelled by the
/// observer: the factors after the last whole update, Stop::kCancelled. Throws InvalidInput for options out
/// of range, shapes that do not fit, and for the first entry of V (or of `start`) that is negative or not
/// finite.
Fit nmf(ConstMatrixView V, const NmfOptions& options, const Factors& start = {},
        const Observer& observer = {});

}  // namespace divisi
