// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/by_hand.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <cmath>

namespace divisi {
namespace {

// A component's number, counted from 0.
int component_of(const std::string& text, const std::string& list, int components) {
  const std::string expected = "components 1.." + std::to_string(components) + ", as in 1,3,7-9";
  double number = 0.0;
  try {
    number = parse_number(text, "group", expected);
  } catch (const InvalidInput&) {
    throw InvalidInput("group", expected, "'" + list + "'");
  }
  if (number < 1 || number > components || std::floor(number) != number) {
    throw InvalidInput("group", expected, "'" + list + "'");
  }
  return static_cast<int>(number) - 1;
}

}  // namespace

Grouping group_by_hand(const std::vector<std::string>& lists, int components) {
  Grouping groups;
  std::vector<bool> taken(static_cast<std::size_t>(components), false);
  for (const auto& list : lists) {
    SourceGroup& group = groups.emplace_back();
    group.reason = "chosen by hand";
    for (const auto& part : split(list, ',')) {
      const auto dash = part.find('-', 1);
      const int first = component_of(part.substr(0, dash), list, components);
      const int last =
          dash == std::string::npos ? first : component_of(part.substr(dash + 1), list, components);
      for (int k = first; k <= last; ++k) {
        if (taken[static_cast<std::size_t>(k)]) {
          throw InvalidInput("group", "each component in one group",
                             "component " + std::to_string(k + 1) + " twice");
        }
        taken[static_cast<std::size_t>(k)] = true;
        group.components.push_back(k);
      }
    }
    if (group.components.empty())
      throw InvalidInput("group", "a list of components such as 1,3", "'" + list + "'");
  }
  return groups;
}

Grouping group_each(int components) {
  Grouping groups;
  for (int k = 0; k < components; ++k) groups.push_back({{k}, "each component is a source of its own"});
  return groups;
}

}  // namespace divisi
