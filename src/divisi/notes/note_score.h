// SPDX-License-Identifier: Apache-2.0
// How far a transcription agrees with the true notes.
#pragma once

#include "divisi/notes/note.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace divisi {

struct NoteTolerance {
  double onset_s = 0.05;
  double pitch_cents = 50.0;
  double offset_ratio = 0.2;     ///< of the true note's duration
  double least_offset_s = 0.05;  ///< but never less than this
};

/// Shares of 0..1; all 0 where one side has no note.
struct NoteScore {
  double precision = 0.0;  ///< of the estimated notes, found in the reference
  double recall = 0.0;     ///< of the true notes, found in the estimate
  double f_measure = 0.0;  ///< harmonic mean of the two
  double overlap = 0.0;    ///< mean over the pairs: common part of the two notes / from first to last
  std::size_t matched = 0;
};

/// Pairs (reference, estimate) of a largest matching: every note at most once, onsets within the tolerance,
/// pitches too and, where `with_offsets`, offsets. Distances in time are rounded to 0.1 ms before they are
/// compared. Found by shortest augmenting paths (Kuhn 1955), the same for the same notes.
std::vector<std::pair<std::size_t, std::size_t>> match_notes(const Notes& reference, const Notes& estimate,
                                                             bool with_offsets,
                                                             const NoteTolerance& tolerance = {});

/// By the definition of mir_eval.transcription (Raffel et al., mir_eval: a transparent implementation of
/// common MIR metrics, 2014), which is MIREX's of note tracking.
NoteScore score_notes(const Notes& reference, const Notes& estimate, bool with_offsets,
                      const NoteTolerance& tolerance = {});

}  // namespace divisi
