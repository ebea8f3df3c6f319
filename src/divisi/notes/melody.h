// SPDX-License-Identifier: Apache-2.0
// The pitch of a voice in every frame, and whether it glides as voices do.
#pragma once

#include "divisi/core/matrix.h"

#include <functional>
#include <vector>

namespace divisi {

/// The pitches that a melody can have: `per_semitone` an equal step, from `lowest_hz` on.
struct PitchGrid {
  double lowest_hz = 80.0;
  double highest_hz = 800.0;
  int per_semitone = 6;

  [[nodiscard]] int count() const;
  [[nodiscard]] double hz(int pitch) const;
};

/// Magnitudes, bins × frames, a stretch of frames at a time: a recording's need not be in memory.
struct MagnitudeBlocks {
  Index frames = 0;
  std::function<Matrix(Index first, Index count)> at;
};

/// One pitch of the grid for each frame of V (its bins `bin_hz` apart), the path of most
/// salience: the sum of √V at the harmonics less half of that midway between them, each harmonic worth 0.7 of
/// the one below (subharmonic summation: Hermes, Measurement of pitch by subharmonic summation, 1988), and
/// less what the path moves from frame to frame (Viterbi's algorithm). There is one in every frame, also
/// where nothing has a pitch.
std::vector<int> melody_of(const MagnitudeBlocks& V, double bin_hz, const PitchGrid& grid);

/// `melody` where V has it, and −1 elsewhere: where, from three frames before to three after, the salience of
/// V along it stays below a fifth of what it has in the loudest tenth of the frames.
std::vector<int> sounding_part(const MagnitudeBlocks& V, double bin_hz, const PitchGrid& grid,
                               std::vector<int> melody);

/// How much of the time a melody glides, as voices do: of the frames of V that sound (a fifth of the loud
/// ones' sum, or more), the share in which it moves on as it moved before, up or down, by less than 1.5
/// semitones each time, and whose energy at its harmonics up to 5 kHz is ten times that midway between them.
double gliding_share(const MagnitudeBlocks& V, double bin_hz, const PitchGrid& grid,
                     const std::vector<int>& melody);

}  // namespace divisi
