// SPDX-License-Identifier: Apache-2.0
// Which components make up which source.
#pragma once

#include <string>
#include <vector>

namespace divisi {

/// One source: components, counted from 0, and the reason why they belong together, for people.
struct SourceGroup {
  std::vector<int> components;
  std::string reason;
};

/// Sources in the order of their stems. A component that is in none of them goes to the residual.
using Grouping = std::vector<SourceGroup>;

}  // namespace divisi
