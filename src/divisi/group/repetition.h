// SPDX-License-Identifier: Apache-2.0
// A voice moves on while its music comes again.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/grouping.h"
#include "divisi/core/matrix.h"

#include <vector>

namespace divisi {

/// The share of each component that comes again, 0 to 1: Σ_ij r_kij min(V_ij, U_ij) / Σ_ij r_kij V_ij, with
/// r_kij = w_ik h_kj / (W H)_ij, and U_ij the median of row i of V over the up to 30 frames that are most
/// like frame j (cosine), each at least `apart` frames from the others (Rafii & Pardo, Music/voice separation
/// using the similarity matrix, 2012). Of a long recording the sums are over every n-th frame, a thousand at
/// most. V: bins × frames; `factors` of it, without shifts.
std::vector<double> repeating_shares(ConstMatrixView V, const Factors& factors, Index apart);

/// Two sources: the components that come again least, up to half of the sum of H, and the others. At least
/// two components.
Grouping group_by_repetition(ConstMatrixView V, const Factors& factors, Index apart);

}  // namespace divisi
