// SPDX-License-Identifier: Apache-2.0
// Where components sit, and which are drums: what several channels add to grouping.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/group/kmeans.h"

#include <vector>

namespace divisi {

/// Each component's change in time over its change in both directions, t / (t + f) with
/// t = Σ_j |h_j − h_j−1| / Σ_j h_j and f = Σ_i |w_i − w_i−1| / Σ_i w_i (the idea of Ono et al., Separation of
/// a monaural audio signal into harmonic/percussive components, 2008, for a component). Without shifts.
std::vector<double> shares_of_change(const Factors& factors);

/// How much each component is an event rather than a tone, 0…1: of its share of change, 0.3 and less is a
/// tone and 0.7 and more a drum.
std::vector<double> percussiveness(const Factors& factors);

/// How far apart components are for their place: min(α_kl²/(2·0.1²), 6) (1 − p_k p_l) + 3 (p_k − p_l)², with
/// the angle α between the rows of `directions` (a component's level in each channel) and the percussiveness
/// p. A drum kit is spread over the image, so that directions do not part drums; and where sources share a
/// direction, which the centre is for, drums and tones are still two.
Table direction_distances(const Factors& factors, const Table& directions);

}  // namespace divisi
