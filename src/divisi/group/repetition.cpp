// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/repetition.h"

#include "divisi/core/text.h"
#include "divisi/group/affinity.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace divisi {
namespace {

constexpr Index kFramesLookedAt = 1000;
constexpr std::size_t kMostAlike = 30;

// Every `step`-th column, of unit length.
Matrix unit_frames(ConstMatrixView V, Index step) {
  Matrix unit(V.rows(), (V.cols() + step - 1) / step);
  for (Index j = 0; j < unit.cols(); ++j) {
    const auto column = V.col(j * step);
    const float length = std::sqrt(std::inner_product(column.begin(), column.end(), column.begin(), 1e-18F));
    std::ranges::transform(column, unit.col(j).begin(), [length](float v) { return v / length; });
  }
  return unit;
}

// Columns of `unit` that are most like this one, each at least `apart` from the others.
std::vector<Index> most_alike(const Matrix& unit, Index frame, Index apart) {
  struct Candidate {
    Index frame;
    float likeness;
  };
  std::vector<Candidate> candidates;
  const auto own = unit.col(frame);
  for (Index j = 0; j < unit.cols(); ++j)
    candidates.push_back({j, std::inner_product(own.begin(), own.end(), unit.col(j).begin(), 0.0F)});
  std::ranges::stable_sort(candidates, std::ranges::greater{}, &Candidate::likeness);
  std::vector<Index> found;
  for (const Candidate& candidate : candidates) {
    if (found.size() == kMostAlike || (candidate.likeness <= 0.0F && !found.empty())) break;
    const bool free =
        std::ranges::all_of(found, [&](Index other) { return std::abs(other - candidate.frame) > apart; });
    if (free) found.push_back(candidate.frame);
  }
  return found;
}

float median(std::vector<float>& values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5F * (*middle + *std::max_element(values.begin(), middle));
}

}  // namespace

std::vector<double> repeating_shares(ConstMatrixView V, const Factors& factors, Index apart) {
  const Index components = factors.components();
  const Index step = std::max<Index>(1, (V.cols() + kFramesLookedAt - 1) / kFramesLookedAt);
  const Matrix unit = unit_frames(V, step);
  std::vector<double> all(static_cast<std::size_t>(components), 1e-300);
  std::vector<double> again(static_cast<std::size_t>(components), 0.0);
  std::vector<float> values;
  for (Index j = 0; j < V.cols(); j += step) {
    const std::vector<Index> alike = most_alike(unit, j / step, apart / step);
    for (Index i = 0; i < V.rows(); ++i) {
      values.clear();
      for (const Index other : alike) values.push_back(V(i, other * step));
      const auto repeating = static_cast<double>(std::min(V(i, j), median(values)));
      double model = 1e-30;
      for (Index k = 0; k < components; ++k)
        model += static_cast<double>(factors.W(i, k)) * static_cast<double>(factors.H(k, j));
      for (Index k = 0; k < components; ++k) {
        const double share =
            static_cast<double>(factors.W(i, k)) * static_cast<double>(factors.H(k, j)) / model;
        all[static_cast<std::size_t>(k)] += share * static_cast<double>(V(i, j));
        again[static_cast<std::size_t>(k)] += share * repeating;
      }
    }
  }
  for (std::size_t k = 0; k < again.size(); ++k) again[k] /= all[k];
  return again;
}

Grouping group_by_repetition(ConstMatrixView V, const Factors& factors, Index apart) {
  const std::vector<double> shares = repeating_shares(V, factors, apart);
  assert(shares.size() >= 2);
  const std::vector<double> amounts = energies(factors);
  std::vector<int> order(shares.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](int k) { return shares[static_cast<std::size_t>(k)]; });
  const double half = 0.5 * std::accumulate(amounts.begin(), amounts.end(), 0.0);
  Grouping groups(2);
  std::vector<double> repeating(2, 0.0);
  double sum = 0.0;
  for (const int k : order) {
    sum += amounts[static_cast<std::size_t>(k)];
    const bool moves_on = groups[0].components.empty() || (sum <= half && k != order.back());
    groups[moves_on ? 0 : 1].components.push_back(k);
    repeating[moves_on ? 0 : 1] += shares[static_cast<std::size_t>(k)];
  }
  for (std::size_t s = 0; s < 2; ++s) {
    std::ranges::sort(groups[s].components);
    const double mean = repeating[s] / static_cast<double>(groups[s].components.size());
    groups[s].reason = (s == 0 ? "comes again least: " : "comes again most: ") + to_fixed(100.0 * mean, 0) +
                       " % of it is heard again elsewhere";
  }
  return groups;
}

}  // namespace divisi
