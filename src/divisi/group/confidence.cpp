// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/confidence.h"

#include <algorithm>
#include <cassert>

namespace divisi {

std::vector<double> silhouettes(const Table& likeness, const std::vector<int>& labels) {
  assert(likeness.size() == labels.size() && !labels.empty());
  const auto groups = static_cast<std::size_t>(*std::ranges::max_element(labels)) + 1;
  std::vector<double> result;
  for (std::size_t k = 0; k < labels.size(); ++k) {
    std::vector<double> sums(groups, 0.0);
    std::vector<double> counts(groups, 0.0);
    for (std::size_t l = 0; l < labels.size(); ++l) {
      if (l == k) continue;
      sums[static_cast<std::size_t>(labels[l])] += likeness[k][l];
      counts[static_cast<std::size_t>(labels[l])] += 1.0;
    }
    for (std::size_t g = 0; g < groups; ++g) sums[g] /= std::max(1.0, counts[g]);
    double& own = sums[static_cast<std::size_t>(labels[k])];
    const double inside = own;
    own = 0.0;
    const double outside = *std::ranges::max_element(sums);
    result.push_back(inside > outside ? 1.0 - outside / inside : 0.0);
  }
  return result;
}

}  // namespace divisi
