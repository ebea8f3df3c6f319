// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/rank.h"

#include "divisi/compute/linalg.h"
#include "divisi/core/random.h"
#include "divisi/factor/checks.h"
#include "divisi/factor/start.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace divisi {
namespace {

constexpr double kShape = 5.0;         // a of the prior
constexpr double kCounts = 0.01;       // of the largest component's size
constexpr double kFlat = 0.95;         // of the cost that is left by one component more
constexpr double kHeldOut = 0.1;       // of the entries
constexpr Index kFewer = 3;            // times fewer columns for the others
constexpr int kLadderIterations = 40;  // of each K
constexpr std::array<Index, 10> kLadder{1, 2, 3, 4, 6, 8, 12, 16, 24, 32};
constexpr float kTiny = 1e-12F;
constexpr double kShareOfRelevance = 0.4;  // of the work

// Evenly spread columns of V, their mean 1.
Matrix sample_of(ConstMatrixView V, Index most) {
  const Index count = std::min(V.cols(), most);
  Matrix sample(V.rows(), count);
  double sum = 0.0;
  for (Index j = 0; j < count; ++j) {
    std::ranges::copy(V.col(j * V.cols() / count), sample.col(j).begin());
    sum += std::reduce(sample.col(j).begin(), sample.col(j).end(), 0.0);
  }
  const auto size = static_cast<double>(sample.values().size());
  const auto factor = static_cast<float>(sum > 0.0 ? size / sum : 1.0);
  for (float& v : sample.values()) v *= factor;
  return sample;
}

// Plain KL-NMF of a small matrix by multiplicative updates, with what the engine has not: entries that are
// not seen, and a slope for each component.
class SmallNmf {
 public:
  SmallNmf(const Matrix& V, const Matrix& seen, Index components, std::uint64_t seed)
      : V_(V),
        seen_(seen),
        all_seen_(std::ranges::all_of(seen.values(), [](float s) { return s != 0.0F; })),
        ratio_(V.rows(), V.cols()) {
    Factors start = random_start(V.rows(), V.cols(), components, 1.0, seed);
    W_ = std::move(start.W);
    H_ = std::move(start.H);
  }

  [[nodiscard]] Index components() const { return W_.cols(); }

  // Σ_i W_ik + Σ_j H_kj.
  [[nodiscard]] std::vector<double> sizes() const {
    std::vector<double> sizes;
    for (Index k = 0; k < components(); ++k) {
      double size = std::reduce(W_.col(k).begin(), W_.col(k).end(), 0.0);
      for (Index j = 0; j < H_.cols(); ++j) size += static_cast<double>(H_(k, j));
      sizes.push_back(size);
    }
    return sizes;
  }

  // One update of H and of W, `slopes` added to the denominators of each component.
  void update(const std::vector<double>& slopes) {
    Matrix up(components(), H_.cols());
    Matrix down(components(), H_.cols());
    divide();
    multiply_transposed(W_, ratio_, up);
    if (all_seen_) {
      for (Index j = 0; j < H_.cols(); ++j) {
        for (Index k = 0; k < components(); ++k)
          down(k, j) = j > 0 ? down(k, 0) : std::reduce(W_.col(k).begin(), W_.col(k).end());
      }
    } else {
      multiply_transposed(W_, seen_, down);
    }
    for (Index j = 0; j < H_.cols(); ++j) {
      for (Index k = 0; k < components(); ++k)
        H_(k, j) *= up(k, j) / (down(k, j) + static_cast<float>(slopes[static_cast<std::size_t>(k)]) + kTiny);
    }
    Matrix above(W_.rows(), components());
    Matrix below(W_.rows(), components());
    divide();
    accumulate_outer(ratio_, H_, above);
    if (all_seen_) {
      for (Index k = 0; k < components(); ++k) {
        float sum = 0.0F;
        for (Index j = 0; j < H_.cols(); ++j) sum += H_(k, j);
        std::ranges::fill(below.col(k), sum);
      }
    } else {
      accumulate_outer(seen_, H_, below);
    }
    for (Index k = 0; k < components(); ++k) {
      for (Index i = 0; i < W_.rows(); ++i)
        W_(i, k) *=
            above(i, k) / (below(i, k) + static_cast<float>(slopes[static_cast<std::size_t>(k)]) + kTiny);
    }
  }

  // The divergence of what is seen, or of what is not.
  [[nodiscard]] double cost(bool seen) {
    divide();
    double sum = 0.0;
    for (std::size_t n = 0; n < V_.values().size(); ++n) {
      if ((seen_.values()[n] != 0.0F) != seen) continue;
      const auto v = static_cast<double>(V_.values()[n]);
      const auto made = static_cast<double>(made_.values()[n] + kTiny);
      sum += (v > 0.0 ? v * std::log(v / made) : 0.0) - v + made;
    }
    return sum;
  }

 private:
  void divide() {
    if (made_.empty()) made_ = Matrix(V_.rows(), V_.cols());
    multiply(W_, H_, made_);
    for (std::size_t n = 0; n < V_.values().size(); ++n)
      ratio_.values()[n] = seen_.values()[n] * V_.values()[n] / (made_.values()[n] + kTiny);
  }

  const Matrix& V_;
  const Matrix& seen_;  // 1, or 0 where an entry is held out
  bool all_seen_;
  Matrix W_, H_, ratio_, made_;
};

Matrix mask(const Matrix& V, double held_out, std::uint64_t seed) {
  Matrix seen(V.rows(), V.cols());
  Random random(seed + 77);
  for (float& s : seen.values()) s = random.uniform() < held_out ? 0.0F : 1.0F;
  return seen;
}

int relevant(const Matrix& V, const RankOptions& options, const Observer& observer) {
  const Matrix seen = mask(V, 0.0, options.seed);
  SmallNmf nmf(V, seen, options.most, options.seed);
  const auto most = static_cast<double>(options.most);
  const double b = std::sqrt((kShape - 1.0) * (kShape - 2.0) / most);
  const double c = static_cast<double>(V.rows() + V.cols()) + kShape + 1.0;
  for (int iteration = 0; iteration < options.iterations; ++iteration) {
    if (!keep_going(observer, {"estimate", static_cast<double>(iteration) / options.iterations})) break;
    auto slopes = nmf.sizes();
    for (double& slope : slopes) slope = c / (slope + b);
    nmf.update(slopes);
  }
  const auto sizes = nmf.sizes();
  const double least = kCounts * std::ranges::max(sizes);
  return static_cast<int>(std::ranges::count_if(sizes, [least](double size) { return size > least; }));
}

// Costs of growing K, of the entries that are seen and of those that are not.
void climb(const Matrix& V, const RankOptions& options, const Observer& observer, RankEstimates& found) {
  const Matrix seen = mask(V, kHeldOut, options.seed);
  double best = 0.0;
  double before = 0.0;
  bool rising = true;
  Index last = 0;
  for (const Index k : kLadder) {
    if (k > options.most) return;
    SmallNmf nmf(V, seen, k, options.seed);
    for (int iteration = 0; iteration < kLadderIterations; ++iteration) {
      const double done = (static_cast<double>(k) + static_cast<double>(iteration) / kLadderIterations) /
                          static_cast<double>(2 * options.most);
      if (!keep_going(observer, {"estimate", std::min(1.0, done)})) return;
      nmf.update(std::vector<double>(static_cast<std::size_t>(k), 0.0));
    }
    const double cost = nmf.cost(true);
    const double unseen = nmf.cost(false);
    if (k == 1 || unseen < best) {
      best = unseen;
      found.held_out = static_cast<int>(k);
    }
    if (last > 0 && rising) {
      rising = std::pow(cost / before, 1.0 / static_cast<double>(k - last)) <= kFlat;
      if (rising) found.elbow = static_cast<int>(k);
    }
    before = cost;
    last = k;
  }
}

}  // namespace

RankEstimates estimate_rank(ConstMatrixView V, const RankOptions& options, const Observer& observer) {
  check_nmf(V, {.components = options.most, .iterations = options.iterations}, {});
  RankEstimates found;
  const Matrix sample = sample_of(V, options.frames);
  if (std::ranges::all_of(sample.values(), [](float v) { return v == 0.0F; })) return found;
  found.relevance = relevant(sample, options, part_of(observer, 0.0, kShareOfRelevance));
  climb(sample_of(V, options.frames / kFewer), options, part_of(observer, kShareOfRelevance, 1.0), found);
  return found;
}

}  // namespace divisi
