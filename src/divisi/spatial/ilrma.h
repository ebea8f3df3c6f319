// SPDX-License-Identifier: Apache-2.0
// Independent low-rank matrix analysis: as many sources as microphones, each in another place of a room.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/observer.h"
#include "divisi/core/spectrum.h"
#include "divisi/spatial/demixing.h"

#include <cstdint>

namespace divisi {

struct IlrmaOptions {
  Index components = 10;   ///< of each source
  int iterations = 100;    ///< at most
  double tolerance = 0.0;  ///< stop when ten updates lower the cost by less than this share of its fall
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0: all; the result does not depend on it
};

struct IlrmaFit {
  Demixing demixing;
  Fit fit;  ///< the sources' powers: components j·K … (j+1)·K − 1 are source j's; W of unit sums
};

/// Thirty updates of independent vector analysis (one level a frame and source) keep the bins of a source
/// together. Then it finds demixing filters w_j of each bin such that the powers of y_j = w_jᴴ x are of low
/// rank: iterative projection for w, multiplicative updates at β = 0 with exponent 1/2 for |y_j|² ≈ T_j V_j
/// (Kitamura, Ono, Sawada, Kameoka & Saruwatari, Determined blind source separation unifying independent
/// vector analysis and nonnegative matrix factorization, 2016), and projects y_j back to all channels.
/// Channels that are silent or alike leave the filters finite. Throws InvalidInput for fewer than 2 channels.
/// Cancelled by the observer: Stop::kCancelled.
IlrmaFit ilrma(const Spectrum& mixture, const IlrmaOptions& options, const Observer& observer = {});

}  // namespace divisi
