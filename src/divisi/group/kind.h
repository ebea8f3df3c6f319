// SPDX-License-Identifier: Apache-2.0
// Two sources of different kinds: drums and a guitar, a voice and what goes with it.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/grouping.h"
#include "divisi/group/affinity.h"

#include <optional>
#include <vector>

namespace divisi {

/// What kind of event each component is, a row each: its share of change (shares_of_change), and the share of
/// Σ_j h_j in the loudest tenth of the frames. Strokes have more of both than tones. Without shifts.
Table event_kinds(const Factors& factors);

/// Groups as group_by_timbre does, with the affinity
///
///   A_kl = exp(−2 d_kl² / median d²) · exp(−11 x_kl² − 7 y_kl²) · exp(−2 o_kl) · (e_k e_l)^(1/4)
///
/// where x and y are the differences of the two columns of event_kinds: timbre counts more than there, a
/// stroke is not a tone (Ono et al. 2008), and sounding together parts less, since a kit's drums do. Nothing
/// where a source would hold less than 15 % of the sum of H, which is one stray event. Weights and limit come
/// from two-source mixtures: docs/decisions/0022-two-kinds.md. Without shifts. Throws as group_by_timbre.
std::optional<Grouping> group_by_kind(const Factors& factors, const TimbreFacts& facts, int sources);

}  // namespace divisi
