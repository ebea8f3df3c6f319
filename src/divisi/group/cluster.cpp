// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/cluster.h"

#include "divisi/compute/linalg.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/group/by_hand.h"
#include "divisi/group/direction.h"
#include "divisi/group/envelope.h"
#include "divisi/group/kmeans.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

namespace divisi {
namespace {

constexpr int kBands = 40;
constexpr int kCoefficients = 12;
constexpr double kTimbre = 0.58;  // 2/√12
// The affinity is the mean over all combinations of these, so that none of them decides alone.
constexpr std::array kEnvelopes{0.0, 0.25, 0.5};
constexpr std::array kWidths{1.0, 2.0, 3.0};
constexpr std::array kCannotLinks{3.0, 5.0, 8.0};
constexpr double kQuietest = 0.004;  // share of the energy of a component that has a say

double mel(double hz) {
  return 2595.0 * std::log10(1.0 + hz / 700.0);
}

// Columns first…last − 1 of `from`, over their standard deviation.
Table scaled(const Table& from, std::size_t first, std::size_t last) {
  double sum = 0.0;
  double squares = 0.0;
  for (const auto& row : from) {
    for (std::size_t i = first; i < last; ++i) {
      sum += row[i];
      squares += row[i] * row[i];
    }
  }
  const auto count = static_cast<double>(from.size() * (last - first));
  const double deviation = std::sqrt(std::max(squares / count - sum * sum / count / count, 1e-12));
  Table found(from.size());
  for (std::size_t k = 0; k < from.size(); ++k) {
    for (std::size_t i = first; i < last; ++i) found[k].push_back(from[k][i] / deviation);
  }
  return found;
}

void add(const Table& more, double weight, Table& sum) {
  for (std::size_t k = 0; k < sum.size(); ++k) {
    for (std::size_t l = 0; l < sum.size(); ++l) sum[k][l] += weight * more[k][l];
  }
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

// Of each component, W's columns being of unit sum.
std::vector<double> energies(const Factors& factors) {
  std::vector<double> energy(static_cast<std::size_t>(factors.components()), 1e-12);
  for (Index t = 0; t < factors.H.cols(); ++t) {
    for (std::size_t k = 0; k < energy.size(); ++k)
      energy[k] += static_cast<double>(factors.H(static_cast<Index>(k), t));
  }
  return energy;
}

// How alike components are, and how far from sounding at the same time.
Table likenesses(const Factors& factors, const TimbreFacts& facts) {
  const Table cepstra = scaled(mel_cepstra(factors.W, facts.frequencies_hz), 0, kCoefficients);
  const Table courses = envelopes(factors.H, facts.step_s);
  const std::size_t count = cepstra.size();
  const Table none(count, std::vector<double>(count, 0.0));
  Table by_course = none;
  for (std::size_t i = 0; i < courses.front().size(); ++i)
    add(distances(scaled(courses, i, i + 1)), 1.0, by_course);
  const Table by_timbre = distances(cepstra);
  const Table overlap = overlaps(factors.H);
  Table likeness = none;
  for (const double weight : kEnvelopes) {
    Table squares = none;
    add(by_timbre, kTimbre * kTimbre, squares);
    add(by_course, weight * weight, squares);
    const double median = median_above_zero(squares);
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t l = 0; l < count; ++l) {
        for (const double width : kWidths) {
          for (const double apart : kCannotLinks)
            likeness[k][l] += std::exp(-squares[k][l] / (width * median) - apart * overlap[k][l]);
        }
      }
    }
  }
  for (auto& row : likeness) {
    for (double& x : row) x /= static_cast<double>(kEnvelopes.size() * kWidths.size() * kCannotLinks.size());
  }
  return likeness;
}

// D^(−1/2) A D^(−1/2), column-major (it is symmetric), its diagonal zero.
std::vector<double> normalized_affinity(const Factors& factors, const Table& likeness,
                                        const Table& directions) {
  const std::size_t count = likeness.size();
  Table apart(count, std::vector<double>(count, 0.0));
  if (!directions.empty()) apart = direction_distances(factors, directions);
  const std::vector<double> energy = energies(factors);
  std::vector<double> affinity(count * count, 0.0);
  std::vector<double> degree(count, 1e-12);
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t l = 0; l < count; ++l) {
      if (k == l) continue;
      const double a = likeness[k][l] * std::exp(-apart[k][l]) * std::pow(energy[k] * energy[l], 0.25);
      affinity[k * count + l] = a + 1e-12;
      degree[k] += affinity[k * count + l];
    }
  }
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t l = 0; l < count; ++l)
      affinity[k * count + l] /= std::sqrt(degree[k]) * std::sqrt(degree[l]);
  }
  return affinity;
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

Grouping group_by_timbre(const Factors& factors, const TimbreFacts& facts, int sources) {
  const auto components = static_cast<int>(factors.components());
  if (sources < 1 || sources > components) {
    throw InvalidInput("sources", "1.." + std::to_string(components) + " (components)",
                       std::to_string(sources));
  }
  if (sources == components) return group_each(components);
  if (factors.time_shifts > 1 || factors.pitch_shifts > 1)
    return group_by_timbre(flattened(factors), facts, sources);
  const std::vector<int> loud = loud_components(factors, facts.noises, sources);
  const Factors heard = picked(factors, loud);
  Table directions;
  for (const int k : loud) {
    if (!facts.directions.empty()) directions.push_back(facts.directions[static_cast<std::size_t>(k)]);
  }
  const auto points = embedding(normalized_affinity(heard, likenesses(heard, facts), directions), loud.size(),
                                static_cast<std::size_t>(sources));
  const std::vector<int> labels = kmeans(points, sources);

  Grouping groups(static_cast<std::size_t>(sources));
  for (std::size_t k = 0; k < loud.size(); ++k)
    groups[static_cast<std::size_t>(labels[k])].components.push_back(static_cast<int>(k));
  const Table squares = distances(mel_cepstra(heard.W, facts.frequencies_hz));
  for (auto& group : groups) group.reason = reason_of(group.components, labels, squares);
  for (auto& group : groups) {
    for (int& k : group.components) k = loud[static_cast<std::size_t>(k)];
  }
  add_the_rest(factors, groups);
  std::ranges::sort(groups, {}, [](const SourceGroup& group) { return group.components.front(); });
  return groups;
}

}  // namespace divisi
