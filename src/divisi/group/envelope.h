// SPDX-License-Identifier: Apache-2.0
// How a component's sound begins, goes on and dies away.
#pragma once

#include "divisi/core/matrix.h"
#include "divisi/group/kmeans.h"

namespace divisi {

/// Four numbers for each row of H, a frame every `step_s` seconds, from the slopes of its logarithm where it
/// sounds (above 8 % of its maximum within 0.3 s and above 15 % of its maximum): how fast it dies away
/// (median of the falling slopes, −12…0 per second, over 3), where it tends (median slope, −8…8, over 2), how
/// much of it is held (twice the share of slopes below 1 per second), how abrupt it is (logarithm of the 90th
/// percentile of |slope|). Plucked and struck sounds differ in them from bowed and blown ones, at any pitch
/// (Peeters, A large set of audio features, 2004, section 6.2: log-attack time, temporal decrease). All 0
/// where a row sounds in fewer than 4 frames.
Table envelopes(ConstMatrixView H, double step_s);

}  // namespace divisi
