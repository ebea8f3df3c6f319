// SPDX-License-Identifier: Apache-2.0
// A start for the factorization of pitched sound: a comb of harmonics for every semitone, and smooth shapes
// for all that is not pitched.
#pragma once

#include "divisi/core/matrix.h"

#include <span>
#include <vector>

namespace divisi {

struct HarmonicOptions {
  int lowest_midi = 21;         ///< A0
  int highest_midi = 108;       ///< C8; pitches above four fifths of the highest frequency are left out
  double tuning_cents = 0;      ///< by which A4 is higher than 440 Hz
  int harmonics = 30;           ///< of each comb, at most
  double decay = 0.85;          ///< harmonic h has the height h^−decay
  double tolerance_cents = 40;  ///< by which a harmonic may be out of tune and still be in its comb
  int noise_shapes = 32;        ///< triangles, evenly spaced on a logarithmic axis, that overlap by half
};

struct HarmonicStart {
  Matrix W;                  ///< frequencies × (pitches + noise shapes), each column of unit sum
  std::vector<int> pitches;  ///< MIDI numbers of the first columns, rising by one
};

/// The pitches that have a comb on an axis that ends at `highest_hz`: MIDI numbers, rising by one.
std::vector<int> harmonic_pitches(const HarmonicOptions& options, double highest_hz);

/// Combs (as in Raczyński, Ono & Sagayama, Multipitch analysis with harmonic nonnegative matrix
/// approximation, 2007) on any frequency axis, linear or logarithmic. `frequencies_hz`: of the rows, rising,
/// 2 or more. `resolution_hz`: half the width of a spectral line there, which for a Hann window is two bins
/// of its STFT. What is in no comb is exactly 0. Throws InvalidInput for axes and options that cannot be.
HarmonicStart harmonic_start(std::span<const double> frequencies_hz, double resolution_hz,
                             const HarmonicOptions& options = {});

}  // namespace divisi
