// SPDX-License-Identifier: Apache-2.0
// Regions in which only one source sounds, marked by a person: they teach its shapes, and hold the others
// silent there (user-guided NMF: Bryan & Mysore, Interactive refinement of supervised and semi-supervised
// sound source separation estimates, 2013).
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/grouping.h"
#include "divisi/group/cluster.h"
#include "divisi/pipeline/settings.h"

#include <vector>

namespace divisi {

/// A stretch of the recording in which only `source` sounds, in seconds from the file's begin.
struct SoloMark {
  std::size_t source = 0;  ///< position among the stems
  double from_s = 0.0;
  double to_s = 0.0;
};

/// How many sources the marks and names of `settings`, without --sources, mean: two at least.
int solo_sources(const Settings& settings);

/// `settings` with what its marks decide: sources, components, the frame (as `learn` looks at a recording),
/// where it has some. Throws InvalidInput for what does not go with marks, and for marks that say nothing
/// (not S=FROM-TO, FROM not before TO), name no stem or overlap those of another source.
Settings with_solo(const Settings& settings, double rate_hz);

/// For each component, whether its shape is that of a marked source and stays; empty without marks.
/// `settings` has its sources and components.
std::vector<bool> soloists(const Settings& settings);

/// W and H for V, whose columns are `step_s` apart: shapes of marked sources learned in their stretches, the
/// others random; H random, 0 (to be kept) where another source is marked. The components of source s are
/// beside each other, those of source 1 first. Throws InvalidInput for a mark beyond the recording or on
/// silence.
Factors solo_start(ConstMatrixView V, const Settings& settings, double step_s);

/// A marked source's components are its own. Those of the others are one source's own, or grouped by timbre
/// (group_by_timbre) where there are several.
Grouping group_by_solo(const Settings& settings, const Factors& factors, const TimbreFacts& facts);

}  // namespace divisi
