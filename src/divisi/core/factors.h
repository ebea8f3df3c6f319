// SPDX-License-Identifier: Apache-2.0
// What a factorization finds, and how it got there.
#pragma once

#include "divisi/core/matrix.h"

#include <string_view>
#include <vector>

namespace divisi {

/// V ≈ W H.
struct Factors {
  Matrix W;  ///< bins × components: each column a shape, of unit sum
  Matrix
      H;  ///< components × frames: each row says how much of its shape sounds in each frame, in the unit of V

  [[nodiscard]] Index components() const { return W.cols(); }
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
  Stop stop = Stop::kIterations;
  double seconds = 0.0;  ///< of the iterations alone
  double flops = 0.0;    ///< of the matrix products alone
  int restart = 0;       ///< which start, from 0, had the best cost
};

}  // namespace divisi
