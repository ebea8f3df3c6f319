// SPDX-License-Identifier: Apache-2.0
// Notes that are only parts of other notes: overtones taken for pitches, side lobes, splatter of an attack.
#pragma once

#include <vector>

namespace divisi {

/// A note before it is certain that it is one.
struct Event {
  double onset_s = 0.0;
  double offset_s = 0.0;
  int midi = 0;
  double peak = 0.0;      ///< its highest activation
  double strength = 0.0;  ///< the sum of its activation over time: a long note's is more than a blip's
  double share = 0.0;     ///< of its peak in all that sounds then
};

/// Shares of a stronger event's strength below which an event is a part of that one.
struct EchoRatios {
  double overtone = 0.7;   ///< where harmonics of the two coincide (12, 19, 24, 28, … semitones)
  double neighbour = 0.5;  ///< one or two semitones beside it
  double faint = 0.15;     ///< anywhere
};

/// Removes the events that are parts of others: that begin with them, or sound mostly while they do.
void drop_echoes(std::vector<Event>& events, const EchoRatios& ratios);

}  // namespace divisi
