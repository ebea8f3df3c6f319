// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/envelope.h"

#include <algorithm>
#include <cmath>

namespace divisi {
namespace {

constexpr double kNearS = 0.3;
constexpr double kOfNear = 0.08;
constexpr double kOfAll = 0.15;
constexpr std::size_t kFewestSlopes = 4;

// The value below which `share` of them lie.
double quantile(std::vector<double> values, double share) {
  const auto at = values.begin() + static_cast<Index>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// d log h / dt where the row sounds.
std::vector<double> slopes(const std::vector<double>& row, double step_s) {
  const auto reach = static_cast<Index>(std::lround(kNearS / step_s));
  const double loudest = *std::ranges::max_element(row);
  const auto log_of = [&](double h) { return std::log(h + 1e-6 * loudest); };
  std::vector<double> found;
  for (Index j = 1; j < std::ssize(row); ++j) {
    const double now = row[static_cast<std::size_t>(j)];
    const auto from = row.begin() + std::max<Index>(0, j - reach);
    const auto to = row.begin() + std::min(std::ssize(row), j + reach + 1);
    if (now <= kOfAll * loudest || now <= kOfNear * *std::max_element(from, to)) continue;
    found.push_back((log_of(now) - log_of(row[static_cast<std::size_t>(j - 1)])) / step_s);
  }
  return found;
}

std::vector<double> envelope(const std::vector<double>& row, double step_s) {
  std::vector<double> found = slopes(row, step_s);
  if (found.size() < kFewestSlopes) return {0.0, 0.0, 0.0, 0.0};
  std::vector<double> falling;
  std::ranges::copy_if(found, std::back_inserter(falling), [](double slope) { return slope < 0.0; });
  const double decay = falling.empty() ? 0.0 : std::max(quantile(falling, 0.5), -12.0);
  const double tendency = std::clamp(quantile(found, 0.5), -8.0, 8.0);
  for (double& slope : found) slope = std::abs(slope);
  const auto held = static_cast<double>(std::ranges::count_if(found, [](double x) { return x < 1.0; }));
  return {decay / 3.0, tendency / 2.0, 2.0 * held / static_cast<double>(found.size()),
          std::log(quantile(found, 0.9) + 1e-3)};
}

}  // namespace

Table envelopes(ConstMatrixView H, double step_s) {
  Table found;
  found.reserve(static_cast<std::size_t>(H.rows()));
  for (Index k = 0; k < H.rows(); ++k) {
    std::vector<double> row;
    row.reserve(static_cast<std::size_t>(H.cols()));
    for (Index j = 0; j < H.cols(); ++j) row.push_back(static_cast<double>(H(k, j)));
    found.push_back(row.empty() ? std::vector<double>(4, 0.0) : envelope(row, step_s));
  }
  return found;
}

}  // namespace divisi
