// SPDX-License-Identifier: Apache-2.0
// Before a recording is taken apart: what it is like, and what "auto" means for it.
#pragma once

#include "divisi/core/audio.h"
#include "divisi/core/observer.h"
#include "divisi/factor/rank.h"
#include "divisi/notes/note.h"
#include "divisi/pipeline/character.h"
#include "divisi/pipeline/settings.h"
#include "divisi/pipeline/spatial.h"

#include <optional>
#include <string>

namespace divisi {

/// What auto means for a recording, and why, for people.
struct Heard {
  SpatialChoice channels;
  bool is_open = false;                 ///< no flag says what to find or how to look
  bool may_sing = false;                ///< one of three or more sources may be a voice, also of panned ones
  bool sings = false;                   ///< one is followed as a voice (pipeline/lead.h)
  Model model = Model::kAuto;           ///< kAuto: NMF, which goes with everything
  std::optional<int> components;        ///< one a source, where sources are plain shapes
  bool combs = false;                   ///< NMF starts from combs of harmonics
  std::optional<int> fft;               ///< where another frame than the model's own is better
  bool two_kinds = false;               ///< grouped by kind (group/kind.h), else by repetition
  Notes notes;                          ///< each pitch is a source
  std::optional<RankEstimates> counts;  ///< of the components, where they are to be estimated
  std::string reason;                   ///< of all these; empty where nothing was to choose
};

/// Resolves --spatial auto, --components auto and --model auto for `mixture`, which is read once for each
/// that has a choice. The model is chosen where no flag says what to find or how to look, and panning is not
/// used. For S sources:
///   drums (tonal < 0.22, percussive > 0.55), S = 3: NMFD, kick, snare and hi-hat;
///   noise and strokes (tonal < 0.15): NMF of one component a source;
///   notes (tonal > 0.55): where the transcription has S pitches, each is a source, held to its notes;
///   other notes: NMF that starts from combs of harmonics (--init harmonic);
///   else S = 2: NMF in frames of about 93 ms, grouped by kind or by repetition; and NMF grouped by timbre
///   for what is left.
/// Of two sources that are found so, one may be a voice (pipeline/lead.h); among more, panned or not, that
/// are neither drums nor held notes it is looked for first. What the limits come from:
/// docs/decisions/0018-what-auto-hears.md, 0022-two-kinds.md, 0024-combs.md.
/// Throws InvalidInput for a choice that the recording or another flag rules out. Cancelled by the observer:
/// what was known by then.
Heard listen(AudioSource& mixture, const Settings& settings, const Observer& observer = {});

/// `settings` with what was heard in the place of auto.
Settings as_heard(const Settings& settings, const Heard& heard);

/// The number of stems that `settings` ask for: sources, groups, one a component, or two.
int stems_wanted(const Settings& settings);

}  // namespace divisi
