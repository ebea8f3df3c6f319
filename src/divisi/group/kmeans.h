// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace divisi {

/// Rows of equal length.
using Table = std::vector<std::vector<double>>;

/// Σ (a_i − b_i)², of rows of equal length.
double squared_distance(const std::vector<double>& a, const std::vector<double>& b);

/// Labels 0..clusters−1 of the points (rows) by Lloyd's algorithm; every cluster has a point (there are at
/// least as many points as clusters). Deterministic: up to 32 points in turn are tried as the first centre,
/// the others are the farthest from those chosen, and the labelling with the least sum of squared distances
/// wins.
std::vector<int> kmeans(const Table& points, int clusters);

}  // namespace divisi
