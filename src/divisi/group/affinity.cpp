// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/affinity.h"

#include "divisi/group/envelope.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace divisi {
namespace {

constexpr int kBands = 40;
constexpr int kCoefficients = 12;
constexpr double kTimbre = 0.58;  // 2/√12

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

double median_above_zero(const Table& table) {
  std::vector<double> values;
  for (const auto& row : table)
    std::ranges::copy_if(row, std::back_inserter(values), [](double x) { return x > 0.0; });
  if (values.empty()) return 1.0;
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Table distances(const Table& points) {
  Table squares(points.size(), std::vector<double>(points.size(), 0.0));
  for (std::size_t k = 0; k < points.size(); ++k) {
    for (std::size_t l = 0; l < points.size(); ++l) squares[k][l] = squared_distance(points[k], points[l]);
  }
  return squares;
}

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

std::vector<double> energies(const Factors& factors) {
  std::vector<double> energy(static_cast<std::size_t>(factors.components()), 1e-12);
  for (Index t = 0; t < factors.H.cols(); ++t) {
    for (std::size_t k = 0; k < energy.size(); ++k)
      energy[k] += static_cast<double>(factors.H(static_cast<Index>(k), t));
  }
  return energy;
}

Table affinity(const Factors& factors, const TimbreFacts& facts, const Affinity& rule) {
  const Table cepstra = scaled(mel_cepstra(factors.W, facts.frequencies_hz), 0, kCoefficients);
  const Table courses = envelopes(factors.H, facts.step_s);
  const std::size_t count = cepstra.size();
  const Table none(count, std::vector<double>(count, 0.0));
  Table by_course = none;
  for (std::size_t i = 0; i < courses.front().size(); ++i)
    add(distances(scaled(courses, i, i + 1)), 1.0, by_course);
  const Table by_timbre = distances(cepstra);
  const Table overlap = overlaps(factors.H);
  const std::vector<double> energy = energies(factors);
  Table found = none;
  for (const double weight : rule.envelopes) {
    Table squares = none;
    add(by_timbre, kTimbre * kTimbre, squares);
    add(by_course, weight * weight, squares);
    const double median = median_above_zero(squares);
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t l = 0; l < count; ++l) {
        for (const double width : rule.widths) {
          for (const double cannot_link : rule.cannot_links)
            found[k][l] += std::exp(-squares[k][l] / (width * median) - cannot_link * overlap[k][l]);
        }
      }
    }
  }
  const auto kernels =
      static_cast<double>(rule.envelopes.size() * rule.widths.size() * rule.cannot_links.size());
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t l = 0; l < count; ++l) {
      const double apart = rule.apart.empty() ? 0.0 : rule.apart[k][l];
      found[k][l] *= std::exp(-apart) * std::pow(energy[k] * energy[l], 0.25) / kernels;
      found[k][l] = k == l ? 0.0 : found[k][l] + 1e-12;
    }
  }
  return found;
}

}  // namespace divisi
