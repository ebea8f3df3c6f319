// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/core/factors.h"

#include <span>

namespace divisi {

/// A start for a drum kit of kick, snare and hi-hat, in this order: three shapes that die away (τ), each the
/// mean spectrum of V within a band: a bell of 0.8 octaves around 80 Hz, one of 1.5 octaves around 900 Hz,
/// and what lies above 7 kHz (Dittmar & Müller, Reverse engineering the Amen break, 2016, start from
/// templates of recorded drums instead). H is the rise of V in each band, squared: where something is hit.
/// Nothing in it is random. V: bins × frames on `frequencies_hz`, a frame every `step_s` seconds. Throws
/// InvalidInput unless time_shifts ≥ 1.
Factors drum_start(ConstMatrixView V, std::span<const double> frequencies_hz, double step_s,
                   Index time_shifts);

/// The components of drum_start().
constexpr Index kDrums = 3;

}  // namespace divisi
