// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace divisi {

/// "major.minor.patch", as CMakeLists.txt has it.
std::string_view version();

}  // namespace divisi
