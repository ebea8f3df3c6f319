// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/score.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

namespace divisi {
namespace {

constexpr double kUnresolved = 1e-20;
constexpr double kLargestDecibels = 400.0;
// What the given order is ahead by, in dB: above the rounding of the values, below anything that one could
// mean.
constexpr double kTie = 1e-9;

std::optional<double> median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;

  return values.size() % 2 == 1 ? values[half] : 0.5 * values[half - 1] + 0.5 * values[half];
}

double cost_of(const std::optional<double>& value) {
  return -std::clamp(value.value_or(0.0), -kLargestDecibels, kLargestDecibels);
}

// Row 0 and column 0 stand for "nothing yet": the rows and columns proper are counted from 1.
class Assignment {
 public:
  explicit Assignment(std::vector<std::vector<double>> cost)
      : cost_(std::move(cost)),
        size_(cost_.size()),
        row_price_(size_ + 1),
        col_price_(size_ + 1),
        row_of_(size_ + 1) {}

  std::vector<Index> solve() {
    for (std::size_t row = 1; row <= size_; ++row) add(row);
    std::vector<Index> permutation(size_);
    for (std::size_t col = 1; col <= size_; ++col)
      permutation[row_of_[col] - 1] = static_cast<Index>(col) - 1;
    return permutation;
  }

 private:
  // The cheapest path from the free `row` to a free column, and the exchange along it.
  void add(std::size_t row) {
    std::vector<double> distance(size_ + 1, std::numeric_limits<double>::infinity());
    std::vector<std::size_t> from(size_ + 1, 0);
    std::vector<bool> reached(size_ + 1, false);
    row_of_[0] = row;
    std::size_t col = 0;
    while (row_of_[col] != 0) {
      reached[col] = true;
      const std::size_t next = extend(col, reached, distance, from);
      const double step = distance[next];
      for (std::size_t j = 0; j <= size_; ++j) {
        if (reached[j]) {
          row_price_[row_of_[j]] += step;
          col_price_[j] -= step;
        } else {
          distance[j] -= step;
        }
      }
      col = next;
    }
    for (; col != 0; col = from[col]) row_of_[col] = row_of_[from[col]];
  }

  std::size_t extend(std::size_t col, const std::vector<bool>& reached, std::vector<double>& distance,
                     std::vector<std::size_t>& from) const {
    const std::size_t row = row_of_[col];
    std::size_t nearest = 0;
    for (std::size_t j = 1; j <= size_; ++j) {
      if (reached[j]) continue;
      const double reduced = cost_[row - 1][j - 1] - row_price_[row] - col_price_[j];
      if (reduced < distance[j]) {
        distance[j] = reduced;
        from[j] = col;
      }
      if (nearest == 0 || distance[j] < distance[nearest]) nearest = j;
    }
    return nearest;
  }

  std::vector<std::vector<double>> cost_;
  std::size_t size_;
  std::vector<double> row_price_;
  std::vector<double> col_price_;
  std::vector<std::size_t> row_of_;
};

}  // namespace

std::optional<double> decibels(double signal, double error) {
  if (error <= kUnresolved * signal) {
    return signal > 0.0 ? std::optional(std::numeric_limits<double>::infinity()) : std::nullopt;
  }
  return 10.0 * std::log10(signal / error);
}

std::vector<SourceScore> medians(std::span<const Scores> windows) {
  std::vector<SourceScore> result(windows.empty() ? 0 : windows.front().sources.size());
  for (std::size_t source = 0; source < result.size(); ++source) {
    for (auto ratio : {&SourceScore::sdr, &SourceScore::isr, &SourceScore::sir, &SourceScore::sar}) {
      std::vector<double> values;
      for (const Scores& window : windows) {
        if (const auto& value = window.sources[source].*ratio) values.push_back(*value);
      }
      result[source].*ratio = median(std::move(values));
    }
  }
  return result;
}

std::vector<Index> best_permutation(const std::vector<std::vector<std::optional<double>>>& values) {
  std::vector<std::vector<double>> cost;
  for (const auto& row : values) {
    assert(row.size() == values.size());
    std::vector<double>& out = cost.emplace_back();
    std::transform(row.begin(), row.end(), std::back_inserter(out), cost_of);
    out[cost.size() - 1] -= kTie;
  }
  return Assignment(std::move(cost)).solve();
}

}  // namespace divisi
