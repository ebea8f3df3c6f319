// SPDX-License-Identifier: Apache-2.0
// A voice and what goes with it: the sources that were found, again by source and filter.
#pragma once

#include "divisi/core/observer.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/settings.h"

namespace divisi {

/// How much the voice must glide where it is looked for among three or more sources, or above panned ones: in
/// what was found first, and in what was fitted.
inline constexpr double kLeastGlidingTwice = 0.05;

/// `settings` with what --init voice decides where nothing is given, for a recording analysed at `rate_hz`:
/// two sources, frames of about 93 ms, 16 components in which the voice is looked for. With another --init:
/// `settings`. Throws InvalidInput for what does not go with it.
Settings with_voice(const Settings& settings, double rate_hz);

/// Where the pitch of a source in `found` (plain NMF on the STFT's bins, grouped) glides as a voice's does:
/// factors, groups and notes of a source/filter model that follows it (factor/source_filter.h), the voice
/// first, in place of what was found, and the reason in `found.heard`. Else it stays as it is, but for --init
/// voice, which takes the source that glides most for one. Among more than two sources, or where they are
/// panned, the source is looked for in five ways to group the components; its model is then fitted to the
/// channels of `recording`, and what goes with it is grouped as plain components are.
/// Throws InvalidInput where it is asked for below 1000 Hz. Limits and measured figures:
/// docs/decisions/0025-a-lead-that-glides.md. Cancelled by the observer: a `found` that says so.
void follow_lead(Separation& found, AudioSource& recording, const Settings& chosen, const Observer& observer);

/// The gliding_share() of the source that glides most, as its mask shows it.
double gliding_of_sources(const Separation& found, const Settings& chosen);

}  // namespace divisi
