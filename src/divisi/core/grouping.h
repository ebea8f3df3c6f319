// SPDX-License-Identifier: Apache-2.0
// Which components make up which source.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace divisi {

/// One source: components, counted from 0, the reason why they belong together, for people, and how sure that
/// is, 0 to 1, where it was found and not told (group/confidence.h).
struct SourceGroup {
  std::vector<int> components;
  std::string reason;
  std::optional<double> confidence = std::nullopt;
};

/// Sources in the order of their stems. A component that is in none of them goes to the residual.
using Grouping = std::vector<SourceGroup>;

}  // namespace divisi
