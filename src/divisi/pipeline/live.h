// SPDX-License-Identifier: Apache-2.0
// What a page needs to mix the sources of a separation by itself, and whether it can.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/json.h"
#include "divisi/pipeline/separate.h"

namespace divisi {

/// The largest frame that the page transforms.
inline constexpr int kLongestLiveFrame = 1 << 15;

/// Throws InvalidInput, which names the setting, where the masks that a page makes of one set of factors
/// would not be the ones that `separate` writes stems with: channels with masks of their own, masks that need
/// not add up to one, shapes that are not on the STFT's bins, a frame that is no power of two, or an analysis
/// at another rate than `rate_hz`, the recording's. `chosen`: as of resolved(), with nothing left to be
/// heard.
void require_live(const Settings& chosen, int rate_hz);

/// The factors that the masks are made of.
const Factors& live_factors(const Separation& separation);

/// Of the Wiener ratio that the page makes its masks with: for binary masks so large that a cell goes to its
/// largest share. `chosen`: as of with_model().
double live_exponent(const Settings& chosen);

/// {"time_shifts", "bins", "frames", "fft", "hop", "exponent"}: how to read `factors`.
Json live_shape(const Factors& factors, const StftSpec& spec, double exponent);

/// [[iteration, cost], …]
Json costs_json(const std::vector<CostPoint>& costs);

}  // namespace divisi
