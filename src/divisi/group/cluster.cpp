// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/cluster.h"

#include "divisi/compute/linalg.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/group/by_hand.h"
#include "divisi/group/confidence.h"
#include "divisi/group/direction.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace divisi {
namespace {

constexpr double kQuietest = 0.004;  // share of the energy of a component that has a say

// D^(−1/2) A D^(−1/2), column-major (it is symmetric).
std::vector<double> normalized(const Table& affinity) {
  const std::size_t count = affinity.size();
  std::vector<double> degree;
  for (const auto& row : affinity) degree.push_back(std::accumulate(row.begin(), row.end(), 1e-12));
  std::vector<double> result;
  result.reserve(count * count);
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

// Those that have a say in what the sources are: all, where they are too few.
std::vector<int> loud_components(const Factors& factors, int noises, int sources) {
  const std::vector<double> energy = energies(factors);
  const double least = kQuietest * std::reduce(energy.begin(), energy.end());
  std::vector<int> all(energy.size());
  std::iota(all.begin(), all.end(), 0);
  std::vector<int> loud;
  std::copy_if(all.begin(), all.end() - noises, std::back_inserter(loud),
               [&](int k) { return energy[static_cast<std::size_t>(k)] >= least; });
  return std::ssize(loud) < sources ? all : loud;
}

Factors picked(const Factors& factors, const std::vector<int>& components) {
  const auto count = std::ssize(components);
  Factors some{.W = Matrix(factors.W.rows(), count), .H = Matrix(count, factors.H.cols())};
  for (Index k = 0; k < count; ++k) {
    const Index from = components[static_cast<std::size_t>(k)];
    std::ranges::copy(factors.W.col(from), some.W.col(k).begin());
    for (Index j = 0; j < factors.H.cols(); ++j) some.H(k, j) = factors.H(from, j);
  }
  return some;
}

// Each component without a source goes where the cosine between it and the source's model is largest.
void add_the_rest(const Factors& factors, Grouping& groups) {
  const Index count = factors.components();
  Matrix products(count, count);  // of all pairs of components, as spectrograms
  Matrix levels(count, count);
  multiply_transposed(factors.W, factors.W, products);
  accumulate_outer(factors.H, factors.H, levels);
  std::ranges::transform(products.values(), levels.values(), products.values().begin(), std::multiplies<>());
  std::vector<int> owner(static_cast<std::size_t>(count), -1);
  std::vector<double> norms;
  for (std::size_t s = 0; s < groups.size(); ++s) {
    double& norm = norms.emplace_back(1e-300);
    for (const int k : groups[s].components) {
      owner[static_cast<std::size_t>(k)] = static_cast<int>(s);
      for (const int l : groups[s].components) norm += static_cast<double>(products(k, l));
    }
  }
  const Grouping before = groups;
  for (Index k = 0; k < count; ++k) {
    if (owner[static_cast<std::size_t>(k)] >= 0) continue;
    std::vector<double> likeness;
    for (std::size_t s = 0; s < before.size(); ++s) {
      double& sum = likeness.emplace_back(0.0);
      for (const int l : before[s].components) sum += static_cast<double>(products(k, l));
      sum /= std::sqrt(norms[s]);
    }
    const auto best = std::ranges::max_element(likeness) - likeness.begin();
    groups[static_cast<std::size_t>(best)].components.push_back(static_cast<int>(k));
  }
  for (auto& group : groups) std::ranges::sort(group.components);
}

// The rows and columns of these.
Table picked(const Table& table, const std::vector<int>& members) {
  Table some;
  for (const int k : members) {
    auto& row = some.emplace_back();
    for (const int l : members)
      row.push_back(table[static_cast<std::size_t>(k)][static_cast<std::size_t>(l)]);
  }
  return some;
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

Grouping cluster(const Factors& factors, const TimbreFacts& facts, int sources, const Affinity& rule) {
  const auto components = static_cast<int>(factors.components());
  if (sources < 1 || sources > components) {
    throw InvalidInput("sources", "1.." + std::to_string(components) + " (components)",
                       std::to_string(sources));
  }
  if (sources == components) return group_each(components);
  const std::vector<int> loud = loud_components(factors, facts.noises, sources);
  const Factors heard = picked(factors, loud);
  Affinity among = rule;
  if (!rule.apart.empty()) among.apart = picked(rule.apart, loud);
  const Table likeness = affinity(heard, facts, among);
  const auto points = embedding(normalized(likeness), loud.size(), static_cast<std::size_t>(sources));
  const std::vector<int> labels = kmeans(points, sources);

  Grouping groups(static_cast<std::size_t>(sources));
  for (std::size_t k = 0; k < loud.size(); ++k)
    groups[static_cast<std::size_t>(labels[k])].components.push_back(static_cast<int>(k));
  const Table squares = distances(mel_cepstra(heard.W, facts.frequencies_hz));
  const std::vector<double> sure = silhouettes(likeness, labels);
  const std::vector<double> energy = energies(heard);
  for (auto& group : groups) {
    group.reason = reason_of(group.components, labels, squares);
    group.confidence = weighted_mean(group.components, sure, energy);
    for (int& k : group.components) k = loud[static_cast<std::size_t>(k)];
  }
  add_the_rest(factors, groups);
  std::ranges::sort(groups, {}, [](const SourceGroup& group) { return group.components.front(); });
  return groups;
}

Grouping group_by_timbre(const Factors& factors, const TimbreFacts& facts, int sources) {
  if (factors.time_shifts > 1 || factors.pitch_shifts > 1)
    return cluster(flattened(factors), facts, sources, {});
  Affinity rule;
  if (!facts.directions.empty()) rule.apart = direction_distances(factors, facts.directions);
  return cluster(factors, facts, sources, rule);
}

}  // namespace divisi
