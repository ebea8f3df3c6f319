// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/kind.h"

#include "divisi/core/text.h"
#include "divisi/group/cluster.h"
#include "divisi/group/direction.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>

namespace divisi {
namespace {

constexpr double kWidth = 0.5;
constexpr double kCannotLink = 2.0;
constexpr double kChange = 11.0;
constexpr double kLoudest = 7.0;
constexpr double kLeastShare = 0.15;

double share_of_loudest_tenth(ConstMatrixView H, Index k) {
  std::vector<double> levels;
  double sum = 1e-300;
  for (Index j = 0; j < H.cols(); ++j) {
    levels.push_back(static_cast<double>(H(k, j)));
    sum += levels.back();
  }
  const auto loud = std::max<std::ptrdiff_t>(1, std::ssize(levels) / 10);
  std::nth_element(levels.begin(), levels.begin() + loud - 1, levels.end(), std::greater<>());
  double loudest = 0.0;
  for (std::ptrdiff_t j = 0; j < loud; ++j) loudest += levels[static_cast<std::size_t>(j)];
  return loudest / sum;
}

// The smallest of the groups' shares of the sum of H.
double least_share(ConstMatrixView H, const Grouping& groups) {
  std::vector<double> sums;
  for (const auto& group : groups) {
    double& sum = sums.emplace_back(0.0);
    for (const int k : group.components) {
      for (Index j = 0; j < H.cols(); ++j) sum += static_cast<double>(H(k, j));
    }
  }
  const double all = std::accumulate(sums.begin(), sums.end(), 0.0);
  return all > 0.0 ? *std::ranges::min_element(sums) / all : 0.0;
}

std::string kind_of(const SourceGroup& group, const Table& kinds) {
  double change = 0.0;
  double loudest = 0.0;
  for (const int k : group.components) {
    change += kinds[static_cast<std::size_t>(k)][0] / static_cast<double>(group.components.size());
    loudest += kinds[static_cast<std::size_t>(k)][1] / static_cast<double>(group.components.size());
  }
  return to_fixed(100.0 * change, 0) + " % of change is in time, " + to_fixed(100.0 * loudest, 0) +
         " % sounds in the loudest tenth";
}

}  // namespace

Table event_kinds(const Factors& factors) {
  const std::vector<double> change = shares_of_change(factors);
  Table kinds;
  for (Index k = 0; k < factors.components(); ++k)
    kinds.push_back({change[static_cast<std::size_t>(k)], share_of_loudest_tenth(factors.H, k)});
  return kinds;
}

std::optional<Grouping> group_by_kind(const Factors& factors, const TimbreFacts& facts, int sources) {
  const Table kinds = event_kinds(factors);
  Table apart(kinds.size(), std::vector<double>(kinds.size(), 0.0));
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    for (std::size_t l = 0; l < kinds.size(); ++l) {
      const double change = kinds[k][0] - kinds[l][0];
      const double loudest = kinds[k][1] - kinds[l][1];
      apart[k][l] = kChange * change * change + kLoudest * loudest * loudest;
    }
  }
  Grouping groups = cluster(
      factors, facts, sources,
      {.envelopes = {0.0}, .widths = {kWidth}, .cannot_links = {kCannotLink}, .apart = std::move(apart)});
  if (least_share(factors.H, groups) < kLeastShare) return std::nullopt;
  for (auto& group : groups) group.reason = "alike in kind and timbre: " + kind_of(group, kinds);
  return groups;
}

}  // namespace divisi
