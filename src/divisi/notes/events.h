// SPDX-License-Identifier: Apache-2.0
// From activations to notes.
#pragma once

#include "divisi/core/matrix.h"
#include "divisi/notes/note.h"

#include <span>

namespace divisi {

struct EventOptions {
  double threshold_db = -20.0;  ///< a note's peak, against the loudest of the recording
  double release_db = -26.0;    ///< a note ends this far below its own peak
  double fall_ratio = 3.0;  ///< without an attack, a note begins again only after its level fell to a third
  double reattack_ratio = 1.2;   ///< with one, after a rise by this factor in the short window
  double shortest_s = 0.05;      ///< a note lasts at least this long
  double overtone_ratio = 0.7;   ///< weaker than this share of a note a harmonic below or above: its overtone
  double neighbour_ratio = 0.5;  ///< likewise, one or two semitones beside: its side lobe
  double faint_ratio = 0.15;     ///< likewise, anywhere: its splatter
  double least_share = 0.05;     ///< of all that sounds around a note's peak: less is noise
};

/// How much of each pitch sounds when.
struct PitchActivations {
  Matrix precise;               ///< pitches × frames: of a long window, which tells pitches apart
  Matrix prompt;                ///< likewise, of a short window, which tells moments apart
  std::vector<double> total;    ///< of all that sounds in each frame, in the unit of `precise`
  std::vector<Index> attacks;   ///< frames at which something is struck, rising
  std::vector<int> pitches;     ///< MIDI numbers of the rows
  double tuning_cents = 0.0;    ///< by which A4 is higher than 440 Hz
  double frame_s = 0.01;        ///< from frame to frame; frame t is centred on t × frame_s
  double long_window_s = 0.18;  ///< length of the long window, whose blur of a slow onset is undone
};

/// The notes, sorted. A pitch sounds from where its level, on the way from its valley to its peak, is half
/// way (a slow rise, longer than the window's own, begins earlier: half the rise is taken off) to where it
/// has fallen by release_db; an attack nearby is taken for the onset, and an attack in the middle of a note
/// at which its level rises begins another one. What is explained as part of a stronger note is dropped.
/// Velocity is 127 × √(peak / loudest peak). Multiplying all activations by a number changes nothing.
Notes find_notes(const PitchActivations& activations, const EventOptions& options = {});

}  // namespace divisi
