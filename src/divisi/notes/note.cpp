// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/note.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

namespace divisi {

double hz_of_midi(double midi) {
  return 440.0 * std::exp2((midi - 69.0) / 12.0);
}

double midi_of_hz(double hz) {
  return 69.0 + 12.0 * std::log2(hz / 440.0);
}

std::string pitch_name(int midi) {
  static constexpr std::array<const char*, 12> kNames{"C",  "C#", "D",  "D#", "E",  "F",
                                                      "F#", "G",  "G#", "A",  "A#", "B"};
  return kNames[static_cast<std::size_t>(midi % 12)] + std::to_string(midi / 12 - 1);
}

void sort_notes(Notes& notes) {
  std::ranges::stable_sort(notes, {}, [](const Note& note) { return std::tuple(note.onset_s, note.midi); });
}

}  // namespace divisi
