// SPDX-License-Identifier: Apache-2.0
// How well a grouping holds together.
#pragma once

#include "divisi/group/kmeans.h"

#include <vector>

namespace divisi {

/// How sure it is that each component belongs to the group of its label, 0 to 1: 1 − b/a, where a is its mean
/// likeness to the others of its group and b the largest of its mean likenesses to another group; 0 where
/// b ≥ a, and where it is alone (the silhouette of Rousseeuw, Silhouettes: a graphical aid to the
/// interpretation and validation of cluster analysis, 1987, of likenesses, without its negative half).
/// `likeness`: a row and a column for each component, ≥ 0, its diagonal unused; `labels`: 0, 1, ….
std::vector<double> silhouettes(const Table& likeness, const std::vector<int>& labels);

}  // namespace divisi
