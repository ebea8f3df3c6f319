// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/observer.h"
#include "divisi/pipeline/settings.h"

#include <span>

namespace divisi {

/// `settings` with what --init harmonic decides where nothing is given, for a recording analysed at
/// `rate_hz`: its components (a comb for each semitone from C2 to C7, as far as the rate has them, and 3
/// noise shapes), frames of about 0.13 s, 50 updates, one start. With another --init: `settings`. Throws
/// InvalidInput for what does not go with it.
Settings with_combs(const Settings& settings, double rate_hz);

/// The last components of comb_start(), which are no tones.
constexpr int kNoiseShapes = 3;

/// The start of pitched sound (Raczyński, Ono & Sagayama, Multipitch analysis with harmonic nonnegative
/// matrix approximation, 2007): W is a comb of harmonics for each semitone and, last, 3 noise shapes; H is
/// what 20 updates with this W make of an even H. Nothing in it is random. V: bins × frames on
/// `frequencies_hz`. `resolution_hz`: half the width of a spectral line.
Factors comb_start(ConstMatrixView V, std::span<const double> frequencies_hz, double resolution_hz,
                   int threads, const Observer& observer);

}  // namespace divisi
