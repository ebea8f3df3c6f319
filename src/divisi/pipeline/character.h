// SPDX-License-Identifier: Apache-2.0
// What a recording is like, before anything is found in it: how much of it are lines, how much are strokes.
#pragma once

#include "divisi/core/audio.h"
#include "divisi/core/observer.h"

#include <string>

namespace divisi {

/// Shares of the sum of magnitudes, 0 to 1, of at most a minute of frames of 0.128 s spread over a recording.
struct Character {
  double tonal = 0.0;  ///< in bins above 3 × the median of the 17 bins around them: lines of a spectrum
  /// What is taller than it is long: Σ V P/(P + H), with P the median of 17 bins and H that of 17 frames
  /// (Fitzgerald, Harmonic/percussive separation using median filtering, 2010, with soft shares).
  double percussive = 0.0;
};

/// Reads `recording` to its end. Silence, and what is shorter than a frame, has neither. Cancelled by the
/// observer: what it had by then.
Character character_of(AudioSource& recording, int threads, const Observer& observer = {});

/// `character` in words, in per cent.
std::string to_text(const Character& character);

}  // namespace divisi
