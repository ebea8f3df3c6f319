// SPDX-License-Identifier: Apache-2.0
// Grouping by hand.
#pragma once

#include "divisi/core/grouping.h"

#include <string>
#include <vector>

namespace divisi {

/// One source for each of `lists`: components counted from 1, with ranges ("1,3,7-9"). A component may stand
/// in one list only. Throws InvalidInput otherwise, and for what is not a component of `components`.
Grouping group_by_hand(const std::vector<std::string>& lists, int components);

/// Each component its own source.
Grouping group_each(int components);

}  // namespace divisi
