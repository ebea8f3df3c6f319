// SPDX-License-Identifier: Apache-2.0
// From shapes on a logarithmic axis to notes on the STFT's own bins.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/grouping.h"
#include "divisi/core/observer.h"
#include "divisi/pipeline/settings.h"
#include "divisi/transform/log_axis.h"

#include <vector>

namespace divisi {

/// Plain factors on the STFT's bins: notes, each a component at one of its pitches. Masks made of them cut
/// finer than masks that come back from a logarithmic axis.
struct Refinement {
  Factors factors;
  std::vector<int> component;  ///< that each note is of; notes of a component stand side by side
  Grouping groups;             ///< of the notes, as the components are grouped
};

/// Takes each component at each of its pitches for a note of its own: its template is what the components'
/// masks leave of V where the note sounds, its level what H says, lasting as W does. `settings.refine` plain
/// updates (the ones whose cost cannot rise) then fit all notes to V together; many more would let notes take
/// over each other's sound. No factor depends on `groups`. `V`: STFT bins × frames, of the same recording as
/// `factors` on `axis`. Cancelled by the observer: empty factors.
Refinement refine(ConstMatrixView V, const Factors& factors, const LogAxis& axis, const Grouping& groups,
                  const Settings& settings, const Observer& observer);

}  // namespace divisi
