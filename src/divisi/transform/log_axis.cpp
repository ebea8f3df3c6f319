// SPDX-License-Identifier: Apache-2.0
#include "divisi/transform/log_axis.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <cmath>

namespace divisi {
namespace {

constexpr double kAlmost = 1e-9;  // of a bin: 8000 / 50 in whole octaves is a rounding error short of them

void check(const LogAxisSpec& spec, double rate_hz) {
  const auto hz = [](double value) { return to_text(value) + " Hz"; };
  if (spec.bins_per_octave < 1) {
    throw InvalidInput("bins-per-octave", "1 or more", std::to_string(spec.bins_per_octave));
  }
  if (!(spec.fmax_hz > 0.0) || spec.fmax_hz > 0.5 * rate_hz) {
    throw InvalidInput("fmax", "at most " + hz(0.5 * rate_hz) + ", half the rate", hz(spec.fmax_hz));
  }
  if (!(spec.fmin_hz > 0.0) || !(spec.fmin_hz < spec.fmax_hz)) {
    throw InvalidInput("fmin", "above 0 and below fmax, " + hz(spec.fmax_hz), hz(spec.fmin_hz));
  }
}

}  // namespace

LogAxis::LogAxis(const LogAxisSpec& spec, double rate_hz, Index fft) : spec_(spec) {
  if (!(rate_hz > 0.0) || !std::isfinite(rate_hz)) {
    throw InvalidInput("rate", "a number above 0", to_text(rate_hz));
  }
  if (fft < 2) throw InvalidInput("fft", "2 or more samples", std::to_string(fft));
  check(spec, rate_hz);
  const double octaves = std::log2(spec.fmax_hz / spec.fmin_hz);
  bins_ = static_cast<Index>(std::floor(octaves * spec.bins_per_octave + kAlmost));
  if (bins_ < 1) {
    throw InvalidInput("fmax", "a bin or more above fmin, which is " + to_fixed(edge_hz(1.0), 1) + " Hz",
                       to_text(spec.fmax_hz) + " Hz");
  }
  const double spacing_hz = rate_hz / static_cast<double>(fft);
  const double nyquist_hz = 0.5 * rate_hz;
  for (Index i = 0; i <= fft / 2; ++i) {
    const double centre_hz = static_cast<double>(i) * spacing_hz;
    columns_.push_back(spread(std::max(0.0, centre_hz - 0.5 * spacing_hz),
                              std::min(nyquist_hz, centre_hz + 0.5 * spacing_hz)));
  }
}

double LogAxis::edge_hz(double bin) const {
  return spec_.fmin_hz * std::exp2(bin / spec_.bins_per_octave);
}

LogAxis::Column LogAxis::spread(double low_hz, double high_hz) {
  const auto share = [&](double from, double to) {
    return std::max(0.0, std::min(to, high_hz) - std::max(from, low_hz)) / (high_hz - low_hz);
  };
  const double top_hz = edge_hz(static_cast<double>(bins_));
  Column column{.first_bin = 0,
                .first_weight = weights_.size(),
                .count = 0,
                .below = share(0.0, spec_.fmin_hz),
                .above = share(top_hz, high_hz)};
  const double begin =
      low_hz > spec_.fmin_hz ? std::log2(low_hz / spec_.fmin_hz) * spec_.bins_per_octave : 0.0;
  column.first_bin = static_cast<std::size_t>(std::min(begin, static_cast<double>(bins_ - 1)));
  for (auto bin = static_cast<Index>(column.first_bin); bin < bins_; ++bin) {
    const double from = edge_hz(static_cast<double>(bin));
    if (from >= high_hz) break;
    weights_.push_back(share(from, edge_hz(static_cast<double>(bin + 1))));
  }
  column.count = weights_.size() - column.first_weight;
  return column;
}

std::vector<double> LogAxis::edges_hz() const {
  std::vector<double> edges;
  for (Index bin = 0; bin <= bins_; ++bin) edges.push_back(edge_hz(static_cast<double>(bin)));
  return edges;
}

std::vector<double> LogAxis::frequencies_hz() const {
  std::vector<double> centres;
  for (Index bin = 0; bin < bins_; ++bin) centres.push_back(edge_hz(static_cast<double>(bin) + 0.5));
  return centres;
}

Matrix LogAxis::to_log(ConstMatrixView V) const {
  assert(V.rows() == linear_bins());
  Matrix result(bins_, V.cols());
  std::vector<double> sums(static_cast<std::size_t>(bins_));
  for (Index j = 0; j < V.cols(); ++j) {
    std::ranges::fill(sums, 0.0);
    const auto values = V.col(j);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Column& column = columns_[i];
      for (std::size_t n = 0; n < column.count; ++n) {
        sums[column.first_bin + n] += weights_[column.first_weight + n] * static_cast<double>(values[i]);
      }
    }
    std::ranges::transform(sums, result.col(j).begin(), [](double x) { return static_cast<float>(x); });
  }
  return result;
}

Matrix LogAxis::to_linear(ConstMatrixView masks) const {
  assert(masks.rows() == bins_ && bins_ > 0);
  Matrix result(linear_bins(), masks.cols());
  for (Index j = 0; j < masks.cols(); ++j) {
    const auto mask = masks.col(j);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Column& column = columns_[i];
      double sum =
          column.below * static_cast<double>(mask.front()) + column.above * static_cast<double>(mask.back());
      for (std::size_t n = 0; n < column.count; ++n) {
        sum += weights_[column.first_weight + n] * static_cast<double>(mask[column.first_bin + n]);
      }
      result(static_cast<Index>(i), j) = static_cast<float>(sum);
    }
  }
  return result;
}

}  // namespace divisi
