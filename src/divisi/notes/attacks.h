// SPDX-License-Identifier: Apache-2.0
// Where something is struck, plucked or tongued: sudden energy in many bands at once.
#pragma once

#include "divisi/core/matrix.h"

#include <vector>

namespace divisi {

/// The frames of `V` (bands × frames, magnitudes of a short window every `frame_s` seconds) at which an
/// attack begins, rising. Spectral flux of log magnitudes, with the maximum over neighbouring bands
/// subtracted so that vibrato does not count (Böck & Widmer, Maximum filter vibrato suppression for onset
/// detection, 2013). Does not depend on the level of V.
std::vector<Index> find_attacks(ConstMatrixView V, double frame_s);

}  // namespace divisi
