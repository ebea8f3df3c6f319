// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/kmeans.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace divisi {
namespace {

constexpr int kRounds = 100;
constexpr std::size_t kStarts = 32;

struct Nearest {
  std::size_t index = 0;
  double distance = std::numeric_limits<double>::infinity();
};

Nearest nearest(const std::vector<double>& point, const Table& centres) {
  Nearest best;
  for (std::size_t c = 0; c < centres.size(); ++c) {
    const double distance = squared_distance(point, centres[c]);
    if (distance < best.distance) best = {c, distance};
  }
  return best;
}

std::size_t farthest_point(const Table& points, const Table& centres) {
  std::size_t farthest = 0;
  double distance = -1.0;
  for (std::size_t p = 0; p < points.size(); ++p) {
    const double own = nearest(points[p], centres).distance;
    if (own > distance) {
      distance = own;
      farthest = p;
    }
  }
  return farthest;
}

Table means(const Table& points, const std::vector<int>& labels, const Table& before) {
  Table centres(before.size(), std::vector<double>(points.front().size(), 0.0));
  std::vector<double> counts(before.size(), 0.0);
  for (std::size_t p = 0; p < points.size(); ++p) {
    const auto c = static_cast<std::size_t>(labels[p]);
    counts[c] += 1.0;
    for (std::size_t d = 0; d < points[p].size(); ++d) centres[c][d] += points[p][d];
  }
  for (std::size_t c = 0; c < centres.size(); ++c) {
    if (counts[c] == 0.0) centres[c] = before[c];
    for (double& x : centres[c]) x /= std::max(counts[c], 1.0);
  }
  return centres;
}

struct Labelling {
  std::vector<int> labels;
  double cost = std::numeric_limits<double>::infinity();
};

Labelling lloyd(const Table& points, Table centres) {
  Labelling result;
  for (int round = 0; round < kRounds; ++round) {
    Labelling next{.labels = {}, .cost = 0.0};
    for (const auto& point : points) {
      const Nearest own = nearest(point, centres);
      next.labels.push_back(static_cast<int>(own.index));
      next.cost += own.distance;
    }
    const bool settled = next.labels == result.labels;
    result = std::move(next);
    if (settled) break;
    centres = means(points, result.labels, centres);
  }
  return result;
}

// Gives every empty cluster a point of the largest one.
void fill_empty(std::vector<int>& labels, int clusters) {
  std::vector<int> counts(static_cast<std::size_t>(clusters), 0);
  for (const int label : labels) ++counts[static_cast<std::size_t>(label)];
  for (int c = 0; c < clusters; ++c) {
    if (counts[static_cast<std::size_t>(c)] > 0) continue;
    const auto largest = std::ranges::max_element(counts);
    *std::ranges::find(labels, static_cast<int>(largest - counts.begin())) = c;
    --*largest;
    ++counts[static_cast<std::size_t>(c)];
  }
}

}  // namespace

double squared_distance(const std::vector<double>& a, const std::vector<double>& b) {
  assert(a.size() == b.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

std::vector<int> kmeans(const Table& points, int clusters) {
  assert(clusters >= 1 && points.size() >= static_cast<std::size_t>(clusters));
  Labelling best;
  const std::size_t step = (points.size() + kStarts - 1) / kStarts;
  for (std::size_t first = 0; first < points.size(); first += step) {
    Table centres{points[first]};
    while (centres.size() < static_cast<std::size_t>(clusters))
      centres.push_back(points[farthest_point(points, centres)]);
    Labelling found = lloyd(points, std::move(centres));
    if (found.cost < best.cost) best = std::move(found);
  }
  fill_empty(best.labels, clusters);
  return best.labels;
}

}  // namespace divisi
