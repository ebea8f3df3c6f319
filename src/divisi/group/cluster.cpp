// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/cluster.h"

#include "divisi/compute/linalg.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/group/by_hand.h"
#include "divisi/group/confidence.h"
#include "divisi/group/direction.h"
#include "divisi/group/kmeans.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace divisi {
namespace {

constexpr int kBands = 40;
constexpr int kCoefficients = 12;

double mel(double hz) {
  return 2595.0 * std::log10(1.0 + hz / 700.0);
}

Table distances(const Table& points) {
  Table squares(points.size(), std::vector<double>(points.size(), 0.0));
  for (std::size_t k = 0; k < points.size(); ++k) {
    for (std::size_t l = 0; l < points.size(); ++l) squares[k][l] = squared_distance(points[k], points[l]);
  }
  return squares;
}

double median_above_zero(const Table& table) {
  std::vector<double> values;
  for (const auto& row : table)
    std::ranges::copy_if(row, std::back_inserter(values), [](double x) { return x > 0.0; });
  if (values.empty()) return 1.0;
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// What the rows of H add up to.
std::vector<double> amounts(ConstMatrixView H) {
  std::vector<double> sums(static_cast<std::size_t>(H.rows()), 1e-12);
  for (Index j = 0; j < H.cols(); ++j) {
    for (Index k = 0; k < H.rows(); ++k) sums[static_cast<std::size_t>(k)] += static_cast<double>(H(k, j));
  }
  return sums;
}

// A, its diagonal zero.
Table affinity_of(const Factors& factors, const Table& squares, const Affinity& rule) {
  const std::size_t count = squares.size();
  const Table overlap = overlaps(factors.H);
  const double width = median_above_zero(squares) / rule.timbre;
  const std::vector<double> energy = amounts(factors.H);
  Table affinity(count, std::vector<double>(count, 0.0));
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t l = 0; l < count; ++l) {
      if (k == l) continue;
      const double apart = rule.apart.empty() ? 0.0 : rule.apart[k][l];
      affinity[k][l] = std::exp(-squares[k][l] / width - rule.cannot_link * overlap[k][l] - apart) *
                           std::pow(energy[k], 0.25) * std::pow(energy[l], 0.25) +
                       1e-12;
    }
  }
  return affinity;
}

// D^(−1/2) A D^(−1/2), column-major (it is symmetric).
std::vector<double> normalized(const Table& affinity) {
  const std::size_t count = affinity.size();
  std::vector<double> degree;
  for (const auto& row : affinity) degree.push_back(std::accumulate(row.begin(), row.end(), 1e-12));
  std::vector<double> result;
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t l = 0; l < count; ++l)
      result.push_back(affinity[k][l] / (std::sqrt(degree[k]) * std::sqrt(degree[l])));
  }
  return result;
}

// The rows of the leading eigenvectors, each of unit length.
Table embedding(const std::vector<double>& affinity, std::size_t count, std::size_t dimensions) {
  const auto vectors = symmetric_eigenvectors(affinity, static_cast<Index>(count));
  Table points(count, std::vector<double>(dimensions, 0.0));
  for (std::size_t k = 0; k < count; ++k) {
    double norm = 1e-300;
    for (std::size_t d = 0; d < dimensions; ++d) {
      points[k][d] = vectors[(count - 1 - d) * count + k];
      norm += points[k][d] * points[k][d];
    }
    for (double& x : points[k]) x /= std::sqrt(norm);
  }
  return points;
}

// Shapes that last and move as if they did not: what a component sounds like over its time, and when it
// sounds at whatever pitch.
Factors flattened(const Factors& factors) {
  const Index components = factors.components();
  Factors flat{.W = Matrix(factors.W.rows(), components), .H = Matrix(components, factors.H.cols())};
  for (Index col = 0; col < factors.W.cols(); ++col) {
    for (Index i = 0; i < factors.W.rows(); ++i) flat.W(i, col % components) += factors.W(i, col);
  }
  for (Index j = 0; j < factors.H.cols(); ++j) {
    for (Index row = 0; row < factors.H.rows(); ++row) flat.H(row % components, j) += factors.H(row, j);
  }
  return flat;
}

std::string reason_of(const std::vector<int>& members, const std::vector<int>& labels, const Table& squares) {
  if (members.size() == 1) return "sounds like no other component";
  double inside = 0.0;
  double outside = 0.0;
  double inside_count = 0.0;
  double outside_count = 0.0;
  for (const int k : members) {
    for (std::size_t l = 0; l < labels.size(); ++l) {
      const auto row = static_cast<std::size_t>(k);
      if (row == l) continue;
      const bool same = labels[l] == labels[row];
      (same ? inside : outside) += std::sqrt(squares[row][l]);
      (same ? inside_count : outside_count) += 1.0;
    }
  }
  std::string reason =
      "alike in timbre: mean cepstral distance " + to_fixed(inside / inside_count, 1) + " within";
  if (outside_count > 0.0) reason += ", " + to_fixed(outside / outside_count, 1) + " to the other components";
  return reason;
}

double weighted_mean(const std::vector<int>& members, const std::vector<double>& values,
                     const std::vector<double>& weights) {
  double sum = 0.0;
  double weight = 0.0;
  for (const int k : members) {
    sum += weights[static_cast<std::size_t>(k)] * values[static_cast<std::size_t>(k)];
    weight += weights[static_cast<std::size_t>(k)];
  }
  return sum / weight;
}

}  // namespace

Table mel_cepstra(ConstMatrixView W, const std::vector<double>& frequencies_hz) {
  assert(std::ssize(frequencies_hz) == W.rows());
  const double top = mel(frequencies_hz.back());
  Table cepstra;
  for (Index k = 0; k < W.cols(); ++k) {
    std::vector<double> levels(kBands, 0.0);
    for (Index i = 0; i < W.rows(); ++i) {
      const double position = mel(frequencies_hz[static_cast<std::size_t>(i)]) / top * (kBands + 1);
      const auto w = static_cast<double>(W(i, k));
      for (int band = 0; band < kBands; ++band) {
        levels[static_cast<std::size_t>(band)] += w * w * std::max(0.0, 1.0 - std::abs(position - band - 1));
      }
    }
    const double loudest = std::max(*std::ranges::max_element(levels), 1e-300);
    for (double& level : levels) level = 10.0 * std::log10(level / loudest + 1e-6);
    auto& coefficients = cepstra.emplace_back(kCoefficients, 0.0);
    for (int c = 1; c <= kCoefficients; ++c) {
      for (int band = 0; band < kBands; ++band) {
        coefficients[static_cast<std::size_t>(c - 1)] +=
            std::sqrt(2.0 / kBands) * levels[static_cast<std::size_t>(band)] *
            std::cos(std::numbers::pi / kBands * (band + 0.5) * c);
      }
    }
  }
  return cepstra;
}

Table overlaps(ConstMatrixView H) {
  const auto count = static_cast<std::size_t>(H.rows());
  std::vector<float> largest(count, 0.0F);
  for (Index t = 0; t < H.cols(); ++t) {
    for (std::size_t k = 0; k < count; ++k) largest[k] = std::max(largest[k], H(static_cast<Index>(k), t));
  }
  Table both(count, std::vector<double>(count, 0.0));
  for (Index t = 0; t < H.cols(); ++t) {
    const auto sounds = [&](std::size_t k) { return H(static_cast<Index>(k), t) > 0.15F * largest[k]; };
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t l = 0; l < count && sounds(k); ++l) both[k][l] += sounds(l) ? 1.0 : 0.0;
    }
  }
  Table shares = both;
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t l = 0; l < count; ++l) shares[k][l] /= std::max(1.0, std::min(both[k][k], both[l][l]));
  }
  return shares;
}

Grouping cluster(const Factors& factors, const std::vector<double>& frequencies_hz, int sources,
                 const Affinity& rule) {
  const auto components = static_cast<int>(factors.components());
  if (sources < 1 || sources > components) {
    throw InvalidInput("sources", "1.." + std::to_string(components) + " (components)",
                       std::to_string(sources));
  }
  if (sources == components) return group_each(components);
  const Table squares = distances(mel_cepstra(factors.W, frequencies_hz));
  const Table affinity = affinity_of(factors, squares, rule);
  const auto points = embedding(normalized(affinity), squares.size(), static_cast<std::size_t>(sources));
  const std::vector<int> labels = kmeans(points, sources);

  Grouping groups(static_cast<std::size_t>(sources));
  for (int k = 0; k < components; ++k) {
    groups[static_cast<std::size_t>(labels[static_cast<std::size_t>(k)])].components.push_back(k);
  }
  const std::vector<double> sure = silhouettes(affinity, labels);
  const std::vector<double> energy = amounts(factors.H);
  for (auto& group : groups) {
    group.reason = reason_of(group.components, labels, squares);
    group.confidence = weighted_mean(group.components, sure, energy);
  }
  std::ranges::sort(groups, {}, [](const SourceGroup& group) { return group.components.front(); });
  return groups;
}

Grouping group_by_timbre(const Factors& factors, const std::vector<double>& frequencies_hz, int sources,
                         const Table& directions) {
  if (factors.time_shifts > 1 || factors.pitch_shifts > 1)
    return cluster(flattened(factors), frequencies_hz, sources, {});
  Affinity rule;
  if (!directions.empty()) rule.apart = direction_distances(factors, directions);
  return cluster(factors, frequencies_hz, sources, rule);
}

}  // namespace divisi
