// SPDX-License-Identifier: Apache-2.0
// Signal-to-distortion ratios without filters: SNR and its scale-invariant form.
#pragma once

#include "divisi/core/observer.h"
#include "divisi/metric/comparison.h"
#include "divisi/metric/score.h"

namespace divisi {

struct SdrOptions {
  bool best_permutation = true;  ///< the one of the greatest mean; false: the given order
  bool zero_mean = false;        ///< take each channel's mean away first, as some versions of SI-SDR do
  int threads = 0;               ///< 0: all there are. The result does not depend on it
};

/// 10 log10(‖α s‖² / ‖α s − ŝ‖²) with α = ⟨ŝ, s⟩ / ‖s‖², sums over frames and channels, as `sdr` of each
/// source. Le Roux, Wisdom, Erdogan & Hershey, SDR – Half-Baked or Well Done?, ICASSP 2019. A silent
/// reference or estimate has no score, a scaled copy of the reference +inf. Memory does not grow with the
/// length of the files.
Scores si_sdr(Comparison& comparison, const SdrOptions& options, const Observer& observer = {});

/// 10 log10(‖s‖² / ‖s − ŝ‖²), as `sdr` of each source; otherwise as above.
Scores snr(Comparison& comparison, const SdrOptions& options, const Observer& observer = {});

}  // namespace divisi
