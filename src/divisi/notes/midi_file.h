// SPDX-License-Identifier: Apache-2.0
// Standard MIDI files (MMA, Standard MIDI Files 1.0, 1996).
#pragma once

#include "divisi/notes/note.h"

#include <string>
#include <string_view>

namespace divisi {

/// The bytes of a file of format 0: 960 ticks a quarter at 120 quarters a minute, so that a tick is 0.52 ms;
/// all notes on channel 1. Where a pitch sounds twice at a time, the first ends where the second begins.
/// Throws InvalidInput for a pitch or velocity that MIDI does not have, and for times below 0 or beyond a
/// day.
std::string midi_bytes(const Notes& notes);

/// The notes of a file of format 0 or 1, sorted, in seconds by its tempo map or its SMPTE time base. A
/// note's track is the name of its MIDI track, else its number ("track 2"); its program the channel's at its
/// onset. Channel 10, whose numbers are drums and not pitches, is left out; a note that is never released
/// ends with its track. Chunks of other kinds are skipped. Throws Error(kInput), one line that names `file`,
/// for everything that is not such a file: nothing is read beyond its end, and nothing is allocated because
/// it asks for it.
Notes parse_midi(std::string_view bytes, std::string_view file);

}  // namespace divisi
