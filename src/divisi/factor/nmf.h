// SPDX-License-Identifier: Apache-2.0
// Nonnegative matrix factorization for any β-divergence: V ≈ WH (NMF: Lee & Seung 2001; Févotte & Idier
// 2011), with shapes that last in time (NMFD: Smaragdis 2004) and also move in pitch (NMF2D: Schmidt & Mørup
// 2006). factors.h has the model.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/observer.h"
#include "divisi/factor/solver.h"
#include "divisi/factor/start.h"

#include <cstdint>
#include <functional>

namespace divisi {

struct NmfOptions {
  Index components = 16;   ///< K
  Index time_shifts = 1;   ///< T: more than 1 makes NMFD
  Index pitch_shifts = 1;  ///< F: more than 1 makes NMF2D
  /// C: V's rows are C blocks of as many bins, and each component has one shape for all of them and a level
  /// in each (panning.h). More than 1: only β = 1 without shifts, penalties and fixed factors.
  Index channels = 1;
  double beta = 1.0;  ///< 2 Euclidean, 1 Kullback–Leibler, 0 Itakura–Saito, or any real number
  SolverKind solver = SolverKind::kAuto;
  bool multilevel =
      true;  ///< without shifts, long inputs (kLongInput) start on every 8th frame, not for kMultiplicative
  int iterations = 200;  ///< at most, on all of V
  double tolerance =
      1e-4;  ///< stop when `check_every` updates lower the cost by less than this share of its whole fall
  int check_every = 10;     ///< updates between two points of the cost curve
  double sparsity = 0.0;    ///< weight of Σ_k ‖w_k‖₂ ‖h_k‖₁, V's mean taken as 1
  double smoothness = 0.0;  ///< weight of Σ_k ‖w_k‖₂² Σ_φt (h^φ_kt − h^φ_k,t−1)², likewise
  double epsilon = 1e-10;  ///< added to V and to Λ, as a share of V's mean: for β ≤ 0 a part of the objective
  StartKind init = StartKind::kRandom;
  std::uint64_t seed = 0;   ///< of the start; restart r uses seed + r
  int restarts = 1;         ///< starts; the one with the lowest cost wins
  bool fix_w = false;       ///< keep the start's W, all of it; further components are free
  bool fix_h = false;       ///< keep the start's H
  Fixed fixed = {};         ///< components whose W or H of the start is kept, beside those of fix_w and fix_h
  bool keep_zeros = false;  ///< what is 0 in the start stays 0
  /// Updates of H for each time that a panel of V is read, without time shifts: fewer readings of a V that is
  /// slow.
  int inner = 1;
  /// Told which columns of V will not be read for a while; from any thread. With it, no start looks at V but
  /// kFrames, and none is multilevel.
  std::function<void(Index first, Index count)> drop = {};
  int threads = 0;  ///< 0: all; the result does not depend on it
};

/// Bytes that nmf() takes beside V, at most.
double nmf_bytes(Index bins, Index frames, const NmfOptions& options);

/// Factorizes V (bins × frames, ≥ 0). `start` may hold W and H of the first components or of all; what it
/// lacks, or has as nothing but zeros (unless they are to be kept), is made as `init` says. The cost curve
/// never rises. A component's W has unit sum unless one of the factors is fixed. Costs and H are in V's unit,
/// and multiplying V by a number does nothing but multiply H by it. Cancelled by the observer: the factors of
/// that moment, Stop::kCancelled. Throws InvalidInput for options out of range, shapes that do not fit, and
/// for the first entry of V (or of `start`) that is negative or not finite.
Fit nmf(ConstMatrixView V, const NmfOptions& options, const Factors& start = {},
        const Observer& observer = {});

}  // namespace divisi
