// SPDX-License-Identifier: Apache-2.0
// Notes: what a recording plays, as events.
#pragma once

#include <string>
#include <vector>

namespace divisi {

/// One note. Times are seconds from the start of the recording.
struct Note {
  double onset_s = 0.0;
  double duration_s = 0.0;
  int midi = 69;        ///< 0..127, 69 is A4
  int velocity = 64;    ///< 1..127
  double hz = 440.0;    ///< what the pitch is compared by: may lie between two semitones
  std::string track{};  ///< who plays it, as its file says; empty: it does not
  int program = 0;      ///< of General MIDI, 1..128; 0: the file says none

  [[nodiscard]] double offset_s() const { return onset_s + duration_s; }
};

using Notes = std::vector<Note>;

/// The frequency of a pitch in equal temperament, A4 = 440 Hz; `midi` may lie between two semitones.
double hz_of_midi(double midi);

/// Its inverse; `hz` > 0.
double midi_of_hz(double hz);

/// "C4" for 60, "F#3" for 54: sharps, and C4 as middle C.
std::string pitch_name(int midi);

/// By onset, then by pitch, then as they were.
void sort_notes(Notes& notes);

}  // namespace divisi
