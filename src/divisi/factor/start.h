// SPDX-License-Identifier: Apache-2.0
// Where a factorization starts.
#pragma once

#include "divisi/core/factors.h"

#include <cstdint>

namespace divisi {

/// W and H uniform in (0, 1), scaled so that the mean of WH is `mean`. The same numbers for the same seed
/// everywhere.
Factors random_start(Index bins, Index frames, Index components, double mean, std::uint64_t seed);

}  // namespace divisi
