// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/start.h"

#include "divisi/compute/linalg.h"
#include "divisi/core/error.h"
#include "divisi/core/random.h"

#include <algorithm>
#include <cmath>

namespace divisi {
namespace {

constexpr double kSmall = 0.01;  // what stands for a zero, as a share of the mean

double norm(std::span<const float> values) {
  double sum = 0.0;
  for (const float x : values) sum += static_cast<double>(x) * static_cast<double>(x);
  return std::sqrt(sum);
}

// The columns of Y made orthonormal, strongest first; those that depend on the others are zero.
Matrix orthonormal(const Matrix& Y) {
  const Index n = Y.cols();
  Matrix gram(n, n);
  multiply_transposed(Y, Y, gram);
  const auto vectors = symmetric_eigenvectors({gram.values().begin(), gram.values().end()}, n);
  Matrix rotation(n, n);
  for (Index j = 0; j < n; ++j) {
    for (Index i = 0; i < n; ++i) {
      rotation(i, j) = static_cast<float>(vectors[static_cast<std::size_t>((n - 1 - j) * n + i)]);
    }
  }
  Matrix Q(Y.rows(), n);
  multiply(Y, rotation, Q);
  const double strongest = norm(Q.col(0));
  for (Index j = 0; j < n; ++j) {
    const double length = norm(Q.col(j));
    const double factor = length > 1e-4 * strongest ? 1.0 / length : 0.0;
    for (float& x : Q.col(j)) x = static_cast<float>(static_cast<double>(x) * factor);
  }
  return Q;
}

// V ≈ U Sᵀ with orthonormal U and the singular values in S (frames × rank).
struct Decomposition {
  Matrix U, S;
};

Decomposition singular_vectors(ConstMatrixView V, Index rank, Random& random) {
  constexpr Index kMore = 8;
  constexpr int kPowers = 3;
  const Index size = std::min({rank + kMore, V.rows(), V.cols()});
  Matrix sketch(V.cols(), size);
  for (float& x : sketch.values()) x = static_cast<float>(random.uniform() - 0.5);
  Matrix left(V.rows(), size);
  for (int power = 0; power < kPowers; ++power) {
    multiply(V, sketch, left);
    left = orthonormal(left);
    multiply_transposed(V, left, sketch);
    if (power + 1 < kPowers) sketch = orthonormal(sketch);
  }
  // V ≈ left sketchᵀ; the eigenvectors of sketchᵀ sketch turn both to the singular directions.
  Matrix gram(size, size);
  multiply_transposed(sketch, sketch, gram);
  const auto vectors = symmetric_eigenvectors({gram.values().begin(), gram.values().end()}, size);
  Matrix rotation(size, std::min(rank, size));
  for (Index j = 0; j < rotation.cols(); ++j) {
    for (Index i = 0; i < size; ++i) {
      rotation(i, j) = static_cast<float>(vectors[static_cast<std::size_t>((size - 1 - j) * size + i)]);
    }
  }
  Decomposition found{Matrix(V.rows(), rotation.cols()), Matrix(V.cols(), rotation.cols())};
  multiply(left, rotation, found.U);
  multiply(sketch, rotation, found.S);
  return found;
}

// The part of `values` with this sign, its sign taken off.
std::vector<float> part(std::span<const float> values, float sign) {
  std::vector<float> result(values.begin(), values.end());
  for (float& x : result) x = std::max(sign * x, 0.0F);
  return result;
}

// The better nonnegative half of u sᵀ goes into column k of W and row k of H.
void take_positive_part(std::span<const float> u, std::span<const float> s, float scale, Index k,
                        Factors& start) {
  double best = -1.0;
  std::vector<float> shape;
  std::vector<float> level;
  for (const float sign : {1.0F, -1.0F}) {
    auto u_part = part(u, sign);
    auto s_part = part(s, sign);
    const double size = norm(u_part) * norm(s_part);
    if (size <= best) continue;
    best = size;
    shape = std::move(u_part);
    level = std::move(s_part);
  }
  const double root = std::sqrt(best * static_cast<double>(scale));
  const double to_shape = root / std::max(norm(shape), 1e-30);
  const double to_level = root / std::max(norm(level), 1e-30);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    start.W.col(k)[i] = static_cast<float>(static_cast<double>(shape[i]) * to_shape);
  }
  for (std::size_t j = 0; j < level.size(); ++j) {
    start.H(k, static_cast<Index>(j)) = static_cast<float>(static_cast<double>(level[j]) * to_level);
  }
}

Factors nndsvd_start(ConstMatrixView V, float scale, const Extent& extent, Random& random) {
  if (extent.stacked() != extent.components) throw InvalidInput("init", "a start for shifts", "nndsvd");
  const Decomposition found = singular_vectors(V, extent.components, random);
  Factors start{.W = Matrix(extent.bins, extent.components), .H = Matrix(extent.components, extent.frames)};
  for (Index k = 0; k < found.U.cols(); ++k) {
    take_positive_part(found.U.col(k), found.S.col(k), scale, k, start);
  }
  for (Matrix* factor : {&start.W, &start.H}) {
    double mean = 0.0;
    for (const float x : factor->values()) mean += static_cast<double>(x);
    mean /= static_cast<double>(factor->values().size());
    for (float& x : factor->values()) {
      if (x <= 0.0F) x = static_cast<float>(kSmall * mean * random.uniform());
    }
  }
  return start;
}

// Frames of V that are not silent; all where all are.
std::vector<Index> sounding_frames(ConstMatrixView V, Index last) {
  std::vector<Index> frames;
  for (Index j = 0; j <= last; ++j) {
    if (std::ranges::any_of(V.col(j), [](float v) { return v > 0.0F; })) frames.push_back(j);
  }
  for (Index j = 0; frames.empty() && j <= last; ++j) frames.push_back(j);
  return frames;
}

Matrix shapes_from_frames(ConstMatrixView V, float scale, const Extent& extent, Random& random) {
  constexpr int kFramesOfShape = 3;
  const Index shifts = std::min(extent.time_shifts, extent.frames);
  const auto frames = sounding_frames(V, extent.frames - shifts);
  Matrix W(extent.bins, extent.shapes());
  for (float& w : W.values()) w = static_cast<float>(kSmall * random.uniform());
  for (Index k = 0; k < extent.components; ++k) {
    for (int n = 0; n < kFramesOfShape; ++n) {
      const auto pick = static_cast<std::size_t>(random.uniform() * static_cast<double>(frames.size()));
      for (Index tau = 0; tau < shifts; ++tau) {
        const auto from = V.col(frames[pick] + tau);
        const auto to = W.col(tau * extent.components + k);
        for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i] * scale / kFramesOfShape;
      }
    }
  }
  return W;
}

}  // namespace

Factors random_start(Index bins, Index frames, Index components, double mean, std::uint64_t seed) {
  return random_start({.bins = bins, .frames = frames, .components = components}, mean, seed);
}

Factors random_start(const Extent& extent, double mean, std::uint64_t seed) {
  Random random(seed);
  Factors factors{.W = Matrix(extent.bins, extent.shapes()),
                  .H = Matrix(extent.levels(), extent.frames),
                  .time_shifts = extent.time_shifts,
                  .pitch_shifts = extent.pitch_shifts};
  // A product of two uniform numbers has the mean 1/4, and K' of them are added.
  const double scale = 4.0 * mean / static_cast<double>(extent.stacked());
  for (float& w : factors.W.values()) w = static_cast<float>(random.uniform());
  for (float& h : factors.H.values()) h = static_cast<float>(scale * random.uniform());
  return factors;
}

void bring_to_level(const Extent& extent, const Matrix& W, double mean, Matrix& H) {
  double shapes = 0.0;
  for (const float w : W.values()) shapes += static_cast<double>(w);
  double levels = 0.0;
  for (const float h : H.values()) levels += static_cast<double>(h);
  const auto size = static_cast<double>(H.values().size());
  const double mean_now =
      shapes * levels / size * static_cast<double>(extent.pitch_shifts) / static_cast<double>(extent.bins);
  const double factor = mean / std::max(mean_now, 1e-20);
  for (float& h : H.values()) h = static_cast<float>(static_cast<double>(h) * factor);
}

Factors make_start(StartKind kind, ConstMatrixView V, float scale, const Extent& extent, std::uint64_t seed) {
  Factors start = random_start(extent, 1.0, seed);
  Random random(seed + 0x9E3779B97F4A7C15U);  // other numbers than H's
  if (kind == StartKind::kNndsvd) return nndsvd_start(V, scale, extent, random);
  if (kind == StartKind::kFrames) {
    start.W = shapes_from_frames(V, scale, extent, random);
    bring_to_level(extent, start.W, 1.0, start.H);
  }
  return start;
}

}  // namespace divisi
