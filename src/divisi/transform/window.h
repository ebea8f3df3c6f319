// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/core/matrix.h"

#include <array>
#include <string_view>
#include <vector>

namespace divisi {

enum class Window { kHann, kSqrtHann, kHamming, kBlackman, kRectangular };

/// The windows' names, in the order of the enumeration.
inline constexpr std::array<std::string_view, 5> kWindowNames{"hann", "sqrt-hann", "hamming", "blackman",
                                                              "rectangular"};

/// `size` values of the periodic window, whose highest is at size / 2 (Harris, On the use of windows for
/// harmonic analysis with the DFT, 1978).
std::vector<float> make_window(Window window, Index size);

}  // namespace divisi
