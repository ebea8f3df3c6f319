// SPDX-License-Identifier: Apache-2.0
#include "divisi/spatial/ilrma.h"

#include "divisi/compute/threads.h"
#include "divisi/core/error.h"
#include "divisi/core/random.h"
#include "divisi/spatial/small_complex.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace divisi {
namespace {

constexpr Index kTileBins = 32;
constexpr Index kTileFrames = 64;
constexpr int kCheckEvery = 10;
constexpr int kAlignments = 30;
constexpr float kSmallest = 1e-10F;    // of a modelled power, whose mean is 1
constexpr double kRegularizer = 1e-9;  // of a covariance, as a share of its mean eigenvalue

std::size_t size_of(Index value) {
  return static_cast<std::size_t>(value);
}

// One source: |y|² (bins × frames) and its model T V.
struct Source {
  Matrix power;
  Matrix T;
  Matrix V;
};

double mean_power(const Spectrum& X) {
  double sum = 0.0;
  for (Index j = 0; j < X.frames(); ++j) {
    for (Index c = 0; c < X.channels(); ++c) {
      for (const auto x : X.at(j, c)) sum += static_cast<double>(std::norm(x));
    }
  }
  return sum / static_cast<double>(std::max<Index>(X.bins() * X.channels() * X.frames(), 1));
}

class Analysis {
 public:
  Analysis(const Spectrum& X, const IlrmaOptions& options)
      : X_(X),
        options_(options),
        n_(size_of(X.channels())),
        scale_(1.0 / mean_power(X)),
        W_(size_of(X.bins()), std::vector<Complex>(n_ * n_, 0.0)) {
    for (auto& matrix : W_) {
      for (std::size_t c = 0; c < n_; ++c) matrix[c * n_ + c] = 1.0;
    }
    for (std::size_t c = 0; c < n_; ++c) {
      sources_.emplace_back(Source{.power = Matrix(X.bins(), X.frames()),
                                   .T = Matrix(X.bins(), options.components),
                                   .V = Matrix(options.components, X.frames())});
    }
    by_bins([this](Index first, Index count) { project(first, count); });
  }

  /// Independent vector analysis, which keeps the bins of a source together before each has a shape: the
  /// model of a source is its mean power in each frame.
  void align() {
    for (int i = 0; i < kAlignments; ++i) {
      for (Source& source : sources_) {
        std::ranges::fill(source.T.values(), 1.0F);
        for (Index j = 0; j < X_.frames(); ++j) {
          const auto power = source.power.col(j);
          const double mean =
              std::accumulate(power.begin(), power.end(), 0.0) / static_cast<double>(X_.bins());
          std::ranges::fill(source.V.col(j),
                            static_cast<float>(mean / static_cast<double>(options_.components)));
        }
      }
      by_bins([this](Index first, Index count) { update_filters(first, count); });
      normalize();
    }
    Random random(options_.seed);
    for (Source& source : sources_) {
      for (float& t : source.T.values()) t = static_cast<float>(random.uniform());
      for (float& v : source.V.values()) v = static_cast<float>(random.uniform());
    }
  }

  void step(bool measure) {
    for (Source& source : sources_) {
      by_bins([&](Index first, Index count) { update_shapes(source, first, count); });
      const Index blocks = (X_.frames() + kTileFrames - 1) / kTileFrames;
      parallel_for(static_cast<int>(blocks), options_.threads, [&](int block) {
        const Index first = block * kTileFrames;
        update_levels(source, first, std::min(kTileFrames, X_.frames() - first));
      });
    }
    if (measure) cost_ = cost();
    by_bins([this](Index first, Index count) { update_filters(first, count); });
    normalize();
  }

  /// Of the state before the filters of the last measured step.
  [[nodiscard]] double last_cost() const { return cost_; }

  [[nodiscard]] Demixing demixing() const {
    Demixing result(X_.bins(), X_.channels());
    for (Index bin = 0; bin < X_.bins(); ++bin) {
      const auto& W = W_[size_of(bin)];
      const auto A = inverse(W, n_);
      if (A.empty()) continue;
      for (std::size_t j = 0; j < n_; ++j) {
        for (std::size_t c = 0; c < n_; ++c) {
          for (std::size_t d = 0; d < n_; ++d) {
            result.at(static_cast<Index>(j), bin, static_cast<Index>(c), static_cast<Index>(d)) =
                std::complex<float>(A[c * n_ + j] * W[j * n_ + d]);
          }
        }
      }
    }
    return result;
  }

  [[nodiscard]] Factors factors() const {
    const Index K = options_.components;
    Factors all{.W = Matrix(X_.bins(), K * X_.channels()), .H = Matrix(K * X_.channels(), X_.frames())};
    for (Index k = 0; k < all.W.cols(); ++k) {
      const Source& source = sources_[size_of(k / K)];
      const auto shape = source.T.col(k % K);
      const double sum = std::accumulate(shape.begin(), shape.end(), 1e-30);
      std::ranges::transform(shape, all.W.col(k).begin(),
                             [sum](float t) { return static_cast<float>(static_cast<double>(t) / sum); });
      for (Index j = 0; j < X_.frames(); ++j)
        all.H(k, j) = static_cast<float>(static_cast<double>(source.V(k % K, j)) * sum / scale_);
    }
    return all;
  }

 private:
  template <typename Task>
  void by_bins(const Task& task) const {
    const Index tiles = (X_.bins() + kTileBins - 1) / kTileBins;
    parallel_for(static_cast<int>(tiles), options_.threads, [&](int tile) {
      const Index first = tile * kTileBins;
      task(first, std::min(kTileBins, X_.bins() - first));
    });
  }

  // r = T V of some bins in one frame.
  static void model(const Source& source, Index first, Index frame, std::span<float> r) {
    std::ranges::fill(r, kSmallest);
    for (Index k = 0; k < source.T.cols(); ++k) {
      const float level = source.V(k, frame);
      const float* shape = source.T.col(k).data() + first;
      for (std::size_t i = 0; i < r.size(); ++i) r[i] += shape[i] * level;
    }
  }

  void update_shapes(Source& source, Index first, Index count) const {
    const Index K = options_.components;
    std::vector<float> r(size_of(count));
    std::vector<double> over(size_of(count * K), 0.0);
    std::vector<double> under(size_of(count * K), 1e-30);
    for (Index j = 0; j < X_.frames(); ++j) {
      model(source, first, j, r);
      const float* power = source.power.col(j).data() + first;
      for (Index k = 0; k < K; ++k) {
        const float level = source.V(k, j);
        for (std::size_t i = 0; i < r.size(); ++i) {
          const float ratio = level / r[i];
          over[size_of(k) * r.size() + i] += static_cast<double>(ratio * power[i] / r[i]);
          under[size_of(k) * r.size() + i] += static_cast<double>(ratio);
        }
      }
    }
    for (Index k = 0; k < K; ++k) {
      for (Index i = 0; i < count; ++i) {
        const std::size_t at = size_of(k * count + i);
        float& t = source.T(first + i, k);
        t = std::max(t * static_cast<float>(std::sqrt(over[at] / under[at])), kSmallest);
      }
    }
  }

  void update_levels(Source& source, Index first, Index count) const {
    std::vector<float> r(size_of(X_.bins()));
    for (Index j = first; j < first + count; ++j) {
      model(source, 0, j, r);
      const auto power = source.power.col(j);
      for (Index k = 0; k < options_.components; ++k) {
        const auto shape = source.T.col(k);
        double over = 0.0;
        double under = 1e-30;
        for (std::size_t i = 0; i < r.size(); ++i) {
          const float ratio = shape[i] / r[i];
          over += static_cast<double>(ratio * power[i] / r[i]);
          under += static_cast<double>(ratio);
        }
        float& v = source.V(k, j);
        v = std::max(v * static_cast<float>(std::sqrt(over / under)), kSmallest);
      }
    }
  }

  // U_j of every bin of the tile: Σ_t x xᴴ / r_j, row by row.
  [[nodiscard]] std::vector<Complex> covariances(const Source& source, Index first, Index count) const {
    std::vector<Complex> U(size_of(count) * n_ * n_, 0.0);
    std::vector<float> r(size_of(count));
    for (Index t = 0; t < X_.frames(); ++t) {
      model(source, first, t, r);
      for (std::size_t c = 0; c < n_; ++c) {
        const auto* one = X_.at(t, static_cast<Index>(c)).data() + first;
        for (std::size_t d = 0; d < n_; ++d) {
          const auto* other = X_.at(t, static_cast<Index>(d)).data() + first;
          for (std::size_t i = 0; i < r.size(); ++i)
            U[(i * n_ + c) * n_ + d] += Complex(one[i] * std::conj(other[i])) / static_cast<double>(r[i]);
        }
      }
    }
    const double unit = scale_ / static_cast<double>(X_.frames());
    for (std::size_t i = 0; i < r.size(); ++i) {
      double trace = 0.0;
      for (std::size_t c = 0; c < n_; ++c) trace += U[(i * n_ + c) * n_ + c].real() * unit;
      for (std::size_t c = 0; c < n_ * n_; ++c) U[i * n_ * n_ + c] *= unit;
      for (std::size_t c = 0; c < n_; ++c)
        U[(i * n_ + c) * n_ + c] += kRegularizer * trace / static_cast<double>(n_) + 1e-12;
    }
    return U;
  }

  // Iterative projection: w ← (W U)⁻¹ e_j, then to wᴴ U w = 1.
  void update_filters(Index first, Index count) {
    for (std::size_t j = 0; j < n_; ++j) {
      const auto U = covariances(sources_[j], first, count);
      for (Index i = 0; i < count; ++i)
        project_row(j, std::span(U).subspan(size_of(i) * n_ * n_, n_ * n_), W_[size_of(first + i)]);
    }
    project(first, count);
  }

  // |y|² of some bins.
  void project(Index first, Index count) {
    for (Index t = 0; t < X_.frames(); ++t) {
      for (Index i = first; i < first + count; ++i) {
        const auto& W = W_[size_of(i)];
        for (std::size_t j = 0; j < n_; ++j) {
          Complex y = 0.0;
          for (std::size_t c = 0; c < n_; ++c)
            y += W[j * n_ + c] * Complex(X_.at(t, static_cast<Index>(c))[size_of(i)]);
          sources_[j].power(i, t) = static_cast<float>(std::norm(y) * scale_);
        }
      }
    }
  }

  // Every source to a mean power of 1, which changes no cost but keeps float's range.
  void normalize() {
    for (std::size_t j = 0; j < n_; ++j) {
      Source& source = sources_[j];
      double mean = 0.0;
      for (const float p : source.power.values()) mean += static_cast<double>(p);
      mean /= static_cast<double>(source.power.values().size());
      if (!(mean > 1e-30) || !std::isfinite(mean)) continue;
      const auto factor = static_cast<float>(1.0 / mean);
      for (float& p : source.power.values()) p *= factor;
      for (float& t : source.T.values()) t = std::max(t * factor, kSmallest);
      for (auto& W : W_) {
        for (std::size_t c = 0; c < n_; ++c) W[j * n_ + c] /= std::sqrt(mean);
      }
    }
  }

  // Σ_jft (|y|²/r + log r) − 2 frames Σ_f log |det W_f|
  [[nodiscard]] double cost() const {
    const Index tiles = (X_.bins() + kTileBins - 1) / kTileBins;
    std::vector<double> parts(size_of(tiles), 0.0);
    by_bins([&](Index first, Index count) {
      double& part = parts[size_of(first / kTileBins)];
      std::vector<float> r(size_of(count));
      for (const Source& source : sources_) {
        for (Index t = 0; t < X_.frames(); ++t) {
          model(source, first, t, r);
          const float* power = source.power.col(t).data() + first;
          for (std::size_t i = 0; i < r.size(); ++i)
            part += static_cast<double>(power[i] / r[i]) + std::log(static_cast<double>(r[i]));
        }
      }
      std::vector<Complex> unused(n_);
      for (Index i = first; i < first + count; ++i)
        part -= 2.0 * static_cast<double>(X_.frames()) * std::log(solve(W_[size_of(i)], unused));
    });
    return std::accumulate(parts.begin(), parts.end(), 0.0);
  }

  const Spectrum& X_;
  const IlrmaOptions& options_;
  std::size_t n_;
  double scale_;
  std::vector<std::vector<Complex>> W_;  // of each bin, row by row: y = W x
  std::vector<Source> sources_;
  double cost_ = 0.0;
};

}  // namespace

IlrmaFit ilrma(const Spectrum& mixture, const IlrmaOptions& options, const Observer& observer) {
  if (mixture.channels() < 2)
    throw InvalidInput("spatial", "two or more channels for ilrma", std::to_string(mixture.channels()));
  const auto begin = std::chrono::steady_clock::now();
  IlrmaFit found;
  if (mean_power(mixture) < 1e-30) {  // silence
    const Index K = options.components * mixture.channels();
    found.demixing = Demixing(mixture.bins(), mixture.channels());
    found.fit.factors = {.W = Matrix(mixture.bins(), K), .H = Matrix(K, mixture.frames())};
    return found;
  }
  Analysis analysis(mixture, options);
  analysis.align();
  auto& costs = found.fit.costs;
  for (int i = 0; i < options.iterations; ++i) {
    Progress progress{"factorize", static_cast<double>(i) / options.iterations, i};
    if (!costs.empty()) progress.cost = costs.back().cost;
    if (!keep_going(observer, progress)) {
      found.fit.stop = Stop::kCancelled;
      return found;
    }
    const bool measure = i % kCheckEvery == 0 || i + 1 == options.iterations;
    analysis.step(measure);
    ++found.fit.iterations;
    if (!measure) continue;
    costs.push_back({i, analysis.last_cost()});
    if (costs.size() < 3) continue;
    const double now = costs.back().cost;
    if (costs[costs.size() - 2].cost - now <= options.tolerance * (costs.front().cost - now)) {
      found.fit.stop = Stop::kTolerance;
      break;
    }
  }
  found.demixing = analysis.demixing();
  found.fit.factors = analysis.factors();
  found.fit.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return found;
}

}  // namespace divisi
