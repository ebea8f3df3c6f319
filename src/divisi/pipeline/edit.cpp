// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/edit.h"

#include "divisi/compute/reconstruct.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace divisi {
namespace {

constexpr Index kBlock = 64;        // frames of a model that is made at once
constexpr float kNothing = 1e-30F;  // a model that makes less makes nothing
constexpr double kLifted = 1e-6;    // what stands for a zero that may sound, as a share of the mean

Factors of_components(const Factors& like, Index components) {
  return {.W = Matrix(like.W.rows(), like.time_shifts * components),
          .H = Matrix(like.pitch_shifts * components, like.H.cols()),
          .time_shifts = like.time_shifts,
          .pitch_shifts = like.pitch_shifts};
}

void copy_component(const Factors& from, Index k, Factors& to, Index at) {
  for (Index tau = 0; tau < from.time_shifts; ++tau) {
    std::ranges::copy(from.W.col(tau * from.components() + k), to.W.col(tau * to.components() + at).begin());
  }
  for (Index j = 0; j < from.H.cols(); ++j) {
    for (Index phi = 0; phi < from.pitch_shifts; ++phi)
      to.H(phi * to.components() + at, j) = from.H(phi * from.components() + k, j);
  }
}

double level_of(const Factors& factors, Index k) {
  double sum = 0.0;
  for (Index j = 0; j < factors.H.cols(); ++j) {
    for (Index row = k; row < factors.H.rows(); row += factors.components())
      sum += static_cast<double>(factors.H(row, j));
  }
  return sum;
}

void lift_zeros(Matrix& matrix) {
  const auto values = matrix.values();
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  const auto least = static_cast<float>(kLifted * sum / static_cast<double>(values.size()));
  for (float& x : values) x = x == 0.0F ? least : x;
}

bool sounds(const Factors& factors, Index frame) {
  return std::ranges::any_of(factors.H.col(frame), [](float h) { return h > 0.0F; });
}

void check_mark(const ActivationMark& mark, const Factors& factors, double step_s) {
  for (const Index k : mark.components) {
    if (k >= 0 && k < factors.components()) continue;
    throw InvalidInput("marks", "components 1.." + std::to_string(factors.components()),
                       std::to_string(k + 1));
  }
  const double end_s = static_cast<double>(factors.H.cols()) * step_s;
  if (!(mark.from_s >= 0.0 && mark.from_s < mark.to_s && mark.to_s <= end_s)) {
    throw InvalidInput("marks", "a stretch within 0-" + to_fixed(end_s, 2) + " s",
                       to_text(mark.from_s) + "-" + to_text(mark.to_s));
  }
}

}  // namespace

Matrix share_of(ConstMatrixView V, const Factors& factors, Index k) {
  std::vector<int> every(static_cast<std::size_t>(factors.components()));
  std::iota(every.begin(), every.end(), 0);
  const std::vector<int> one{static_cast<int>(k)};
  const Reconstruction whole(factors, every);
  const Reconstruction part(factors, one);
  Matrix share(V.rows(), V.cols());
  for (Index first = 0; first < V.cols(); first += kBlock) {
    const Index count = std::min(kBlock, V.cols() - first);
    const Matrix all = whole.at(first, count);
    const Matrix own = part.at(first, count);
    for (Index j = 0; j < count; ++j) {
      for (Index i = 0; i < V.rows(); ++i)
        share(i, first + j) = V(i, first + j) * own(i, j) / std::max(all(i, j), kNothing);
    }
  }
  return share;
}

Factors with_halves(const Factors& factors, Index k, const Factors& halves, bool keep_zeros) {
  Factors result = of_components(factors, factors.components() + 1);
  for (Index i = 0; i < factors.components(); ++i) {
    if (i != k) copy_component(factors, i, result, i < k ? i : i + 1);
  }
  for (const Index half : {Index{0}, Index{1}}) {
    copy_component(halves, half, result, k + half);
    for (Index phi = 0; keep_zeros && phi < factors.pitch_shifts; ++phi) {
      for (Index j = 0; j < factors.H.cols(); ++j) {
        if (factors.H(phi * factors.components() + k, j) == 0.0F)
          result.H(phi * result.components() + k + half, j) = 0.0F;
      }
    }
  }
  return result;
}

Factors split(ConstMatrixView V, const Factors& factors, Index k, NmfOptions options,
              const Observer& observer) {
  options.components = 2;
  options.time_shifts = factors.time_shifts;
  options.pitch_shifts = factors.pitch_shifts;
  const bool keep_zeros = std::exchange(options.keep_zeros, false);
  const Fit halves = nmf(share_of(V, factors, k), options, {}, observer);
  if (halves.stop == Stop::kCancelled) return {};
  return with_halves(factors, k, halves.factors, keep_zeros);
}

Factors merged(const Factors& factors, std::span<const Index> components) {
  const Index first = components.front();
  const auto is_joined = [&](Index k) { return std::ranges::find(components, k) != components.end(); };
  Factors result = of_components(factors, factors.components() - std::ssize(components) + 1);
  for (Index k = 0, at = 0; k < factors.components(); ++k) {
    if (k == first || !is_joined(k)) copy_component(factors, k, result, at++);
  }
  std::vector<double> levels;
  levels.reserve(components.size());
  for (const Index k : components) levels.push_back(level_of(factors, k));
  const double whole = std::accumulate(levels.begin(), levels.end(), 0.0);
  for (Index tau = 0; tau < factors.time_shifts; ++tau) {
    const auto shape = result.W.col(tau * result.components() + first);
    std::ranges::fill(shape, 0.0F);
    for (std::size_t n = 0; n < levels.size(); ++n) {
      const auto from = factors.W.col(tau * factors.components() + components[n]);
      const double weight = whole > 0.0 ? levels[n] / whole : 1.0 / static_cast<double>(levels.size());
      for (std::size_t i = 0; i < shape.size(); ++i)
        shape[i] += static_cast<float>(weight * static_cast<double>(from[i]));
    }
  }
  for (const Index k : components.subspan(1)) {
    for (Index j = 0; j < factors.H.cols(); ++j) {
      for (Index phi = 0; phi < factors.pitch_shifts; ++phi)
        result.H(phi * result.components() + first, j) += factors.H(phi * factors.components() + k, j);
    }
  }
  return result;
}

Factors shapes_of(const Factors& factors, std::span<const Index> components) {
  Factors result = of_components(factors, std::ssize(components));
  Index at = 0;
  for (const Index k : components) copy_component(factors, k, result, at++);
  result.H = Matrix();
  return result;
}

Factors with_marks(Factors factors, std::span<const ActivationMark> marks, double step_s, bool keep_zeros) {
  if (!keep_zeros) {
    lift_zeros(factors.W);
    lift_zeros(factors.H);
  }
  for (const ActivationMark& mark : marks) {
    check_mark(mark, factors, step_s);
    std::vector<bool> silent(static_cast<std::size_t>(factors.components()), mark.only);
    for (const Index k : mark.components) silent[static_cast<std::size_t>(k)] = !mark.only;
    const auto first = static_cast<Index>(std::ceil(mark.from_s / step_s)) - (factors.time_shifts - 1);
    const auto last = static_cast<Index>(std::floor(mark.to_s / step_s));
    for (Index j = std::max<Index>(first, 0); j <= std::min(last, factors.H.cols() - 1); ++j) {
      if (!sounds(factors, j)) continue;
      for (Index row = 0; row < factors.H.rows(); ++row) {
        if (silent[static_cast<std::size_t>(row % factors.components())]) factors.H(row, j) = 0.0F;
      }
      if (!sounds(factors, j)) {
        throw InvalidInput("marks", "a component that may sound at every time",
                           "none at " + to_fixed(static_cast<double>(j) * step_s, 2) + " s");
      }
    }
  }
  return factors;
}

std::vector<std::string> fixed_but(std::span<const Index> free, Index components) {
  std::vector<std::string> list;
  for (const char* factor : {"w", "h"}) {
    Index next = 0;  // the first that is not yet spoken of
    const auto hold_until = [&](Index end) {
      if (next + 1 == end) list.push_back(factor + std::to_string(end));
      if (next + 1 < end) list.push_back(factor + std::to_string(next + 1) + "-" + std::to_string(end));
      next = end + 1;
    };
    for (const Index k : free) hold_until(k);
    hold_until(components);
  }
  return list;
}

}  // namespace divisi
