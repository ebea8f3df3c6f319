// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/divergence.h"

#include "divisi/core/text.h"

#include <algorithm>
#include <cmath>

namespace divisi {
namespace {

constexpr float kLargest = 1e30F;

// d(v|λ) = λ^β f(v/λ). Close to 1 the closed form of f loses all its digits and its series has them.
double shape(double ratio, double beta) {
  const double x = ratio - 1.0;
  if (std::abs(x) < 1e-4) return x * x * (0.5 + (beta - 2.0) * x / 6.0);
  if (beta == 0.0) return x - std::log(ratio);
  if (beta == 1.0) return ratio > 0.0 ? ratio * std::log(ratio) - x : 1.0;
  return (std::pow(ratio, beta) - beta * x - 1.0) / (beta * (beta - 1.0));
}

}  // namespace

double divergence(std::span<const float> v, std::span<const float> lambda, double beta) {
  assert(v.size() == lambda.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const auto model = static_cast<double>(lambda[i]);
    if (beta == 2.0) {
      const double difference = static_cast<double>(v[i]) - model;
      sum += 0.5 * difference * difference;
      continue;
    }
    const double scale = beta == 0.0 ? 1.0 : beta == 1.0 ? model : std::pow(model, beta);
    sum += scale * shape(static_cast<double>(v[i]) / model, beta);
  }
  return sum;
}

void update_terms(std::span<const float> v, std::span<const float> lambda, double beta, std::span<float> r,
                  std::span<float> q) {
  assert(v.size() == lambda.size() && r.size() == v.size() && q.size() == v.size());
  const std::size_t count = v.size();
  if (beta == 1.0) {
    for (std::size_t i = 0; i < count; ++i) r[i] = v[i] / lambda[i];
    std::fill(q.begin(), q.end(), 1.0F);
  } else if (beta == 2.0) {
    std::copy(v.begin(), v.end(), r.begin());
    std::copy(lambda.begin(), lambda.end(), q.begin());
  } else if (beta == 0.0) {
    for (std::size_t i = 0; i < count; ++i) {
      q[i] = 1.0F / lambda[i];
      r[i] = std::min(v[i] * q[i] * q[i], kLargest);
    }
  } else {
    const auto exponent = static_cast<float>(beta - 1.0);
    for (std::size_t i = 0; i < count; ++i) {
      q[i] = std::min(std::pow(lambda[i], exponent), kLargest);
      r[i] = std::min(v[i] * (q[i] / lambda[i]), kLargest);
    }
  }
}

std::string divergence_name(double beta) {
  if (beta == 0.0) return "Itakura–Saito divergence";
  if (beta == 1.0) return "Kullback–Leibler divergence";
  if (beta == 2.0) return "half the squared Euclidean distance";
  return "β-divergence (β = " + to_text(beta) + ")";
}

}  // namespace divisi
