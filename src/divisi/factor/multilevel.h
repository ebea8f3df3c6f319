// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/observer.h"
#include "divisi/factor/descent.h"

namespace divisi {

/// Inputs with more frames than this start on some of them.
constexpr Index kLongInput = 5000;

/// How to come down on some frames.
struct Coarse {
  SolverKind kind = SolverKind::kAuto;
  int iterations = 0;
  int threads = 0;
};

/// Comes down from `start` on every 8th frame of V alone, which costs an eighth, and returns W with an H for
/// all frames: each has the level of the nearest one of those. `all`: the sweep over all of V, for its sizes
/// and objective. Cancelled by the observer: what it had by then.
Factors multilevel_start(ConstMatrixView V, const Sweep& all, const Coarse& options, const Fixed& fixed,
                         const Factors& start, const Observer& observer);

}  // namespace divisi
