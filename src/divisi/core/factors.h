// SPDX-License-Identifier: Apache-2.0
// What a factorization finds, and how it got there.
#pragma once

#include "divisi/core/matrix.h"

#include <string_view>
#include <vector>

namespace divisi {

/// V ≈ Λ, Λ_ij = Σ_τ Σ_φ Σ_k W^τ_{i−φ,k} H^φ_{k,j−τ}, with 0 where an index leaves its matrix (Schmidt &
/// Mørup, Nonnegative matrix factor 2-D deconvolution for blind single channel source separation, 2006). NMF:
/// τ = φ = 0; NMFD: φ = 0.
struct Factors {
  Matrix W;  ///< bins × (T·K): column τ·K + k is the shape of component k, τ frames after its onset
  Matrix H;  ///< (F·K) × frames: row φ·K + k says how much of component k, φ bins up, begins in each
             ///< frame, in the unit of V. A component's W has unit sum over bins and τ
  Index time_shifts = 1;   ///< T: τ = 0 … T − 1
  Index pitch_shifts = 1;  ///< F: φ = 0 … F − 1

  /// K
  [[nodiscard]] Index components() const { return W.cols() / time_shifts; }
};

/// How a run ended.
enum class Stop { kTolerance, kIterations, kCancelled };

constexpr std::string_view to_string(Stop stop) {
  switch (stop) {
    case Stop::kTolerance:
      return "tolerance";
    case Stop::kIterations:
      return "iterations";
    case Stop::kCancelled:
      return "cancelled";
  }
  return "";
}

/// One point of the cost curve: the divergence (with its penalties) after `iteration` updates.
struct CostPoint {
  int iteration = 0;
  double cost = 0.0;
};

/// A factorization and its history.
struct Fit {
  Factors factors;
  std::vector<CostPoint> costs;  ///< from iteration 0 to the last
  int iterations = 0;
  int setbacks = 0;  ///< how often a rise of the cost was taken back
  Stop stop = Stop::kIterations;
  double seconds = 0.0;  ///< of the iterations alone
  double flops = 0.0;    ///< of the matrix products alone
  int restart = 0;       ///< which start, from 0, had the best cost
};

}  // namespace divisi
