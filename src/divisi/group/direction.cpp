// SPDX-License-Identifier: Apache-2.0
#include "divisi/group/direction.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace divisi {
namespace {

constexpr double kTone = 0.3;
constexpr double kDrum = 0.7;
constexpr double kWidth = 0.1;  // radians
constexpr double kFarthest = 6.0;
constexpr double kKinds = 3.0;

// Share of change: Σ |x_i − x_i−1| / Σ x_i.
template <typename At>
double roughness(Index count, const At& at) {
  double change = 0.0;
  double sum = 1e-300;
  for (Index i = 0; i < count; ++i) {
    sum += at(i);
    if (i > 0) change += std::abs(at(i) - at(i - 1));
  }
  return change / sum;
}

double angle(const std::vector<double>& a, const std::vector<double>& b) {
  const double product = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  const double squares = std::inner_product(a.begin(), a.end(), a.begin(), 0.0) *
                         std::inner_product(b.begin(), b.end(), b.begin(), 0.0);
  return squares > 0.0 ? std::acos(std::clamp(product / std::sqrt(squares), -1.0, 1.0)) : 0.0;
}

}  // namespace

std::vector<double> shares_of_change(const Factors& factors) {
  std::vector<double> result;
  for (Index k = 0; k < factors.components(); ++k) {
    const double time =
        roughness(factors.H.cols(), [&](Index j) { return static_cast<double>(factors.H(k, j)); });
    const double frequency =
        roughness(factors.W.rows(), [&](Index i) { return static_cast<double>(factors.W(i, k)); });
    result.push_back(time + frequency > 0.0 ? time / (time + frequency) : 0.0);
  }
  return result;
}

std::vector<double> percussiveness(const Factors& factors) {
  std::vector<double> result = shares_of_change(factors);
  for (double& share : result) share = std::clamp((share - kTone) / (kDrum - kTone), 0.0, 1.0);
  return result;
}

Table direction_distances(const Factors& factors, const Table& directions) {
  const std::vector<double> drum = percussiveness(factors);
  Table distances(drum.size(), std::vector<double>(drum.size(), 0.0));
  for (std::size_t k = 0; k < drum.size(); ++k) {
    for (std::size_t l = 0; l < drum.size(); ++l) {
      const double widths = angle(directions[k], directions[l]) / kWidth;
      const double kinds = drum[k] - drum[l];
      distances[k][l] =
          std::min(0.5 * widths * widths, kFarthest) * (1.0 - drum[k] * drum[l]) + kKinds * kinds * kinds;
    }
  }
  return distances;
}

}  // namespace divisi
