// SPDX-License-Identifier: Apache-2.0
// A voice's source/filter model in the terms of a separation: where it starts, and what it leaves.
#pragma once

#include "divisi/core/grouping.h"
#include "divisi/factor/source_filter.h"
#include "divisi/notes/melody.h"
#include "divisi/pipeline/separate.h"

#include <string>
#include <vector>

namespace divisi {

/// Whether a voice can be followed in `found`: there is sound and, where nobody asked for one, a rate and
/// frames of which a low voice has harmonics. Throws InvalidInput where it is asked for below 1000 Hz.
bool may_hold_voice(const Separation& found, bool is_asked);

/// The pitches that a voice can have at this rate.
PitchGrid voice_grid(double rate_hz);

/// Combs of the pitches of `grid` and bells (factor/source_filter.h) for `channels` blocks of `bins` rows,
/// `bin_hz` apart, around a melody. In each channel the combs are the same, and a filter has a level.
LeadStart lead_start(Index bins, double bin_hz, const PitchGrid& grid, std::vector<int> melody,
                     Index channels);

/// Puts a fit to the channels' V = |STFT|^`power` (stacked, where there are several) into `found`. Its
/// components are the voice and then the accompaniment's shapes; found.refinement has the voice's notes and
/// these shapes, and found.channel_factors the same of each of several channels. Groups stay as they are.
void take_lead(LeadFit fit, Index channels, double power, Separation& found);

/// Groups a `found` that take_lead() filled into `sources`: the voice, for `reason`, and what goes with it by
/// timbre and direction (group/cluster.h).
void group_lead(Separation& found, const std::string& reason, int sources);

/// Why a source is one, for people: `gliding` is its gliding_share().
std::string glides_text(double gliding);

}  // namespace divisi
