// SPDX-License-Identifier: Apache-2.0
// A voice among three or more sources, or above panned ones: by source and filter, as between two (lead.h).
#pragma once

#include "divisi/core/observer.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/settings.h"

namespace divisi {

/// How much the voice must glide: in what was found first, and in what was fitted.
inline constexpr double kLeastGlidingTwice = 0.05;

/// Whether resolved settings look for a voice in this way.
bool is_among(const Settings& chosen);

/// Where a source of `found` (16 components of plain NMF on the STFT's bins of `recording`), grouped in one
/// of five ways, glides as a voice does: factors, groups and notes of a model that follows it, fitted to the
/// channels where they are panned; the voice is first, what goes with it is grouped as plain components are.
/// Else `found` stays as it is, but for a voice that is asked for (found.heard.sings is false).
/// Throws InvalidInput where it is asked for below 1000 Hz. Limits and measured figures:
/// docs/decisions/0025-a-lead-that-glides.md. Cancelled by the observer: a `found` that says so.
void follow_among(AudioSource& recording, Separation& found, const Settings& chosen,
                  const Observer& observer);

/// The gliding_share() of the source that glides most, as its mask shows it.
double gliding_of_sources(const Separation& found, const Settings& chosen);

}  // namespace divisi
