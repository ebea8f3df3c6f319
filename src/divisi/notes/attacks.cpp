// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/attacks.h"

#include <algorithm>
#include <cmath>

namespace divisi {
namespace {

constexpr double kCompression = 100.0;  // log10(1 + 100 V), V's loudest frames at 1
constexpr double kLagSeconds = 0.02;    // over which a rise is measured
constexpr double kLeast = 0.4;          // flux of an attack; between attacks it is mostly below 0.3
constexpr double kAboveMedian = 1.5;    // of the half second around it
constexpr double kBegun = 0.3;          // of the peak
constexpr double kAloneSeconds = 0.03;  // no larger flux within
constexpr double kAroundSeconds = 0.25;

// The 95th percentile of the frames' largest values: a level that a single click does not move.
double loud(ConstMatrixView V) {
  std::vector<float> peaks;
  for (Index t = 0; t < V.cols(); ++t) peaks.push_back(*std::ranges::max_element(V.col(t)));
  const auto place = peaks.begin() + static_cast<Index>(0.95 * static_cast<double>(peaks.size() - 1));
  std::ranges::nth_element(peaks, place);
  return static_cast<double>(*place);
}

std::vector<double> flux_of(ConstMatrixView V, Index lag) {
  std::vector<double> flux(static_cast<std::size_t>(V.cols()));
  const double scale = kCompression / std::max(loud(V), 1e-30);
  Matrix logs(V.rows(), V.cols());
  for (Index t = 0; t < V.cols(); ++t) {
    std::ranges::transform(V.col(t), logs.col(t).begin(), [scale](float v) {
      return static_cast<float>(std::log10(1.0 + scale * static_cast<double>(v)));
    });
  }
  for (Index t = lag; t < V.cols(); ++t) {
    const auto before = logs.col(t - lag);
    const auto now = logs.col(t);
    double sum = 0.0;
    for (std::size_t b = 0; b < now.size(); ++b) {
      float highest = before[b];
      if (b > 0) highest = std::max(highest, before[b - 1]);
      if (b + 1 < now.size()) highest = std::max(highest, before[b + 1]);
      sum += static_cast<double>(std::max(0.0F, now[b] - highest));
    }
    flux[static_cast<std::size_t>(t)] = sum / std::sqrt(static_cast<double>(now.size()));
  }
  return flux;
}

// Where the rise to the peak at `t` begins: a soft attack is longer than a frame.
Index beginning(const std::vector<double>& flux, Index t) {
  const double enough = kBegun * flux[static_cast<std::size_t>(t)];
  while (t > 0 && flux[static_cast<std::size_t>(t - 1)] >= enough) --t;
  return t;
}

std::pair<Index, Index> around(Index t, Index reach, Index frames) {
  return {std::max<Index>(0, t - reach), std::min(frames, t + reach + 1)};
}

}  // namespace

std::vector<Index> find_attacks(ConstMatrixView V, double frame_s) {
  const auto in_frames = [&](double s) { return std::max<Index>(1, std::lround(s / frame_s)); };
  const Index lag = in_frames(kLagSeconds);
  std::vector<Index> attacks;
  if (V.rows() == 0 || V.cols() <= lag) return attacks;
  const std::vector<double> flux = flux_of(V, lag);
  for (Index t = lag; t < V.cols(); ++t) {
    const double value = flux[static_cast<std::size_t>(t)];
    if (value < kLeast) continue;
    const auto [first, end] = around(t, in_frames(kAloneSeconds), V.cols());
    if (std::max_element(flux.begin() + first, flux.begin() + end) != flux.begin() + t) continue;
    const auto [begin, last] = around(t, in_frames(kAroundSeconds), V.cols());
    std::vector<double> near(flux.begin() + begin, flux.begin() + last);
    const auto middle = near.begin() + std::ssize(near) / 2;
    std::ranges::nth_element(near, middle);
    if (value > kAboveMedian * *middle) attacks.push_back(beginning(flux, t) - lag / 2);
  }
  return attacks;
}

}  // namespace divisi
