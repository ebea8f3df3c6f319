// SPDX-License-Identifier: Apache-2.0
// A voice and what goes with it: the two sources that were found, again by source and filter.
#pragma once

#include "divisi/core/observer.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/settings.h"

namespace divisi {

/// `settings` with what --init voice decides where nothing is given, for a recording analysed at `rate_hz`:
/// two sources, frames of about 93 ms, 16 components in which it is looked for. With another --init:
/// `settings`. Throws InvalidInput for what does not go with it.
Settings with_voice(const Settings& settings, double rate_hz);

/// Where the pitch of one of the two sources in `found` (plain NMF on the STFT's bins of `mixture`, grouped)
/// glides as a voice's does, heard with what of the mixture does not stand still (transform/fluctuation.h):
/// factors, groups and notes of a source/filter model that follows it (factor/source_filter.h), the voice
/// first, in place of what was found, and the reason in `found.heard`. Else it stays as it is, but for --init
/// voice, which takes the source that glides more for one.
/// Throws InvalidInput where it is asked for below 1000 Hz. Limits and measured figures:
/// docs/decisions/0025-a-lead-that-glides.md. Cancelled by the observer: a `found` that says so.
void follow_lead(AudioSource& mixture, Separation& found, const Settings& chosen, const Observer& observer);

}  // namespace divisi
