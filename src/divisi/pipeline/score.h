// SPDX-License-Identifier: Apache-2.0
// Score-informed separation (Ewert & Müller, Using score-informed constraints for NMF-based source
// separation, 2012): notes say where W and H may be other than 0, and whose they are.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/grouping.h"
#include "divisi/notes/note.h"
#include "divisi/pipeline/settings.h"

#include <string>
#include <vector>

namespace divisi {

/// All that one stem plays: its notes by pitch. Each pitch is two components: its tone and its attack.
struct ScorePart {
  std::string name;            ///< of the stem
  std::vector<Notes> pitches;  ///< rising; the notes of one pitch each
};
using Score = std::vector<ScorePart>;

/// Whether there are notes that hold the factors.
bool has_score(const Settings& settings);

/// The score of settings.score by settings.by, in seconds from --start: parts of tracks and programs in the
/// order of their first notes, pitches rising. Throws Error(kInput) for a file that cannot be read or has no
/// note, for tracks or programs that it does not tell. Where none is given, that of heard_notes by pitch.
Score read_score(const Settings& settings);

/// `settings` with the components, sources and names of its score, where it has one. Throws InvalidInput for
/// what does not go with a score.
Settings with_score(const Settings& settings);

/// What a start must know of V: its rows' frequencies, half the width of a line, the time between columns.
struct ScoreAxis {
  std::vector<double> frequencies_hz;
  double resolution_hz = 0.0;
  double step_s = 0.0;
};

/// W and H for V, in the order of the score, with zeros to be kept: a tone has a comb of harmonics and may
/// sound from 0.2 s before its notes to 0.5 s after; an attack may have any shape, within 0.2 s of an onset.
/// Throws InvalidInput for a pitch above the axis and for a score none of whose notes is in the recording.
Factors score_start(const Score& score, ConstMatrixView V, const ScoreAxis& axis);

/// Which components are whose, and which notes they are.
Grouping group_by_score(const Score& score);

}  // namespace divisi
