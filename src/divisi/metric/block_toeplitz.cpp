// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/block_toeplitz.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace divisi {
namespace {

// A pivot below this part of the diagonal element it comes from holds no correct digit any more.
constexpr double kSmallestPivot = 1e-14;

double dot(std::span<const double> a, std::span<const double> b) {
  // Eight sums side by side: one alone would wait for itself at every step.
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + 8 <= a.size(); i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < a.size(); ++i) sums[0] += a[i] * b[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

// y += factor x
void add_scaled(double factor, std::span<const double> x, std::span<double> y) {
  const double* __restrict from = x.data();
  double* __restrict to = y.data();
  for (std::size_t i = 0; i < x.size(); ++i) to[i] += factor * from[i];
}

// The two generators of T − ZᵀTZ = PᵀP − MᵀM (Z shifts by one block), each p rows of equal length. P's shift
// is not carried out: its column c belongs to column c + shift of the matrix.
class Generators {
 public:
  Generators(std::vector<double> first_rows, Index p, Index size)
      : p_(p), size_(size), plus_(std::move(first_rows)) {}

  // P := L⁻¹ P with the first block LLᵀ; M := P without its first block.
  bool begin() {
    for (Index i = 0; i < p_; ++i) diagonal_.push_back(plus(i)[static_cast<std::size_t>(i)]);
    for (Index i = 0; i < p_; ++i) {
      // By rows: what is left of row i below the rows before it is its row of the factor, but for the scale.
      const double pivot = plus(i)[static_cast<std::size_t>(i)];
      if (!(pivot > kSmallestPivot * diagonal_[static_cast<std::size_t>(i)])) return false;
      const double scale = 1.0 / std::sqrt(pivot);
      for (double& value : plus(i)) value *= scale;
      for (Index below = i + 1; below < p_; ++below) {
        add_scaled(-plus(i)[static_cast<std::size_t>(below)], plus(i), plus(below));
      }
    }
    for (Index i = 0; i < p_; ++i) std::fill_n(plus(i).begin(), i, 0.0);
    minus_ = plus_;
    for (Index i = 0; i < p_; ++i) std::fill_n(minus(i).begin(), p_, 0.0);
    return true;
  }

  // Makes block `block` of M zero and so P's rows those of the factor.
  bool step(Index block) {
    for (Index i = 0; i < p_; ++i) {
      const Index col = block * p_ + i;
      reflect(col);
      if (!rotate(i, col, block * p_)) return false;
    }
    return true;
  }

  std::span<double> plus(Index row) { return {plus_.data() + row * size_, static_cast<std::size_t>(size_)}; }

 private:
  std::span<double> minus(Index row, Index from = 0) {
    return {minus_.data() + row * size_ + from, static_cast<std::size_t>(size_ - from)};
  }

  // A Householder reflection of M's rows that leaves nothing of column `col` but its first row.
  void reflect(Index col) {
    if (p_ == 1) return;
    std::vector<double> v;
    for (Index r = 0; r < p_; ++r) v.push_back(minus(r, col).front());
    const double norm = std::sqrt(dot(v, v));
    if (norm == 0.0) return;
    v[0] += std::copysign(norm, v[0]);
    const double scale = -2.0 / dot(v, v);
    sum_.assign(static_cast<std::size_t>(size_ - col), 0.0);
    for (Index r = 0; r < p_; ++r) add_scaled(v[static_cast<std::size_t>(r)], minus(r, col), sum_);
    for (Index r = 0; r < p_; ++r) add_scaled(scale * v[static_cast<std::size_t>(r)], sum_, minus(r, col));
  }

  // The hyperbolic rotation of row i of P and the first of M that zeroes M's `col`, in the mixed form: the
  // new row of M is made from the new row of P, which is what keeps the error from growing.
  bool rotate(Index i, Index col, Index shift) {
    const std::span<double> a =
        plus(i).subspan(static_cast<std::size_t>(col - shift), static_cast<std::size_t>(size_ - col));
    const std::span<double> b = minus(0, col);
    const double ratio = b[0] / a[0];
    const double rest = (1.0 - ratio) * (1.0 + ratio);
    if (!(a[0] * a[0] * rest > kSmallestPivot * diagonal_[static_cast<std::size_t>(i)])) return false;
    const double cosine = std::sqrt(rest);
    const double scale = 1.0 / cosine;
    double* __restrict to_a = a.data();
    double* __restrict to_b = b.data();
    for (std::size_t c = 0; c < a.size(); ++c) {
      const double turned = (to_a[c] - ratio * to_b[c]) * scale;
      to_b[c] = cosine * to_b[c] - ratio * turned;
      to_a[c] = turned;
    }
    return true;
  }

  Index p_;
  Index size_;
  std::vector<double> plus_;
  std::vector<double> minus_;
  std::vector<double> diagonal_;
  std::vector<double> sum_;
};

}  // namespace

std::optional<BlockToeplitzFactor> BlockToeplitzFactor::make(std::vector<double> first_rows, Index p,
                                                             Index n) {
  const Index size = p * n;
  assert(p >= 1 && n >= 1 && std::ssize(first_rows) == p * size);
  Generators generators(std::move(first_rows), p, size);
  if (!generators.begin()) return std::nullopt;
  BlockToeplitzFactor result(size);
  result.factor_.reserve(static_cast<std::size_t>(size * (size + 1) / 2));
  for (Index block = 0; block < n; ++block) {
    if (block > 0 && !generators.step(block)) return std::nullopt;
    for (Index i = 0; i < p; ++i) {
      const std::span<double> row = generators.plus(i);
      result.factor_.insert(result.factor_.end(), row.begin() + i, row.end() - block * p);
    }
  }
  return result;
}

// Row by row of the factor, and for each row all right-hand sides: the factor is what does not fit into the
// caches.
void BlockToeplitzFactor::solve(std::span<double> x) const {
  const Index count = std::ssize(x) / size_;
  assert(std::ssize(x) == count * size_);
  const auto rest_of = [&](Index side, Index r) {
    return x.subspan(static_cast<std::size_t>(side * size_ + r), static_cast<std::size_t>(size_ - r));
  };
  for (Index r = 0; r < size_; ++r) {
    const std::span<const double> R = row(r);
    for (Index side = 0; side < count; ++side) {
      const std::span<double> rest = rest_of(side, r);
      rest[0] /= R[0];
      add_scaled(-rest[0], R.subspan(1), rest.subspan(1));
    }
  }
  for (Index r = size_ - 1; r >= 0; --r) {
    const std::span<const double> R = row(r);
    for (Index side = 0; side < count; ++side) {
      const std::span<double> rest = rest_of(side, r);
      rest[0] = (rest[0] - dot(R.subspan(1), rest.subspan(1))) / R[0];
    }
  }
}

}  // namespace divisi
