// SPDX-License-Identifier: Apache-2.0
// Automatic grouping: components that sound alike, and not at the same time, belong to one source.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/grouping.h"
#include "divisi/group/affinity.h"

namespace divisi {

/// Groups the components into `sources` sources by spectral clustering (Ng, Jordan & Weiss 2001) of their
/// affinity(). Shapes that last or move are compared by their sums over time, and by what they play at any
/// pitch. Components with less than 0.4 % of the energy have no say and go where most of what they overlap
/// is. Deterministic. Every source gets a component, and a confidence: the mean of its components'
/// silhouettes (confidence.h), weighted by energy. With facts.directions, what is apart are
/// direction_distances(). Throws InvalidInput unless 1 ≤ sources ≤ components.
Grouping group_by_timbre(const Factors& factors, const TimbreFacts& facts, int sources);

/// The same with another rule, for components that neither last nor move.
Grouping cluster(const Factors& factors, const TimbreFacts& facts, int sources, const Affinity& rule);

}  // namespace divisi
