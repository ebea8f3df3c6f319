// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/source_filter.h"

#include "divisi/compute/linalg.h"
#include "divisi/compute/threads.h"
#include "divisi/core/random.h"
#include "divisi/factor/panning.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

namespace divisi {
namespace {

constexpr Index kBlock = 64;  // frames that are worked on at once
constexpr int kParts = 16;    // whose sums are added up in order
constexpr int kCostEvery = 10;
constexpr int kCombsTogether = 2;
constexpr double kFlat = 0.2;  // of the lead's start that has no pitch
constexpr float kLeast = 1e-7F;
constexpr float kTiny = 1e-30F;

// Columns to unit sum; what they were.
std::vector<float> unit_columns(MatrixView matrix) {
  std::vector<float> sums;
  for (Index k = 0; k < matrix.cols(); ++k) {
    const auto column = matrix.col(k);
    const float sum = std::max(std::reduce(column.begin(), column.end(), 0.0F), kTiny);
    for (float& value : column) value /= sum;
    sums.push_back(sum);
  }
  return sums;
}

void scale_rows(MatrixView matrix, const std::vector<float>& by) {
  for (Index j = 0; j < matrix.cols(); ++j)
    std::ranges::transform(matrix.col(j), by, matrix.col(j).begin(), std::multiplies<>());
}

// x ∘ above / below
void update(MatrixView x, ConstMatrixView above, ConstMatrixView below) {
  for (Index j = 0; j < x.cols(); ++j)
    for (Index i = 0; i < x.rows(); ++i) x(i, j) *= above(i, j) / (below(i, j) + kTiny);
}

// What a stretch of frames adds to the updates of what all frames share.
struct Sums {
  Sums(Index bins, const LeadOptions& options)
      : source_ratio(bins, options.filters), source(bins, options.filters), ratio(bins, options.shapes) {}

  Matrix source_ratio;  // (S ∘ V/Λ) Cᵀ
  Matrix source;        // S Cᵀ
  Matrix ratio;         // (V/Λ) Hᵀ
  double cost = 0.0;
};

class SourceFilter {
 public:
  SourceFilter(ConstMatrixView V, const LeadStart& start, const LeadOptions& options)
      : V_(V),
        start_(start),
        options_(options),
        A_(2 * start.width + 2, V.cols()),
        B_(start.P.cols(), options.filters),
        C_(options.filters, V.cols()),
        W_(V.rows(), options.shapes),
        H_(options.shapes, V.cols()),
        G_(V.rows(), options.filters) {
    Random random(options.seed);
    double total = 0.0;
    for (Index j = 0; j < V.cols(); ++j) {
      const double sum = std::accumulate(V.col(j).begin(), V.col(j).end(), 0.0);
      total += sum;
      const double each = 0.25 * sum / (static_cast<double>(A_.rows()) - 1.0);
      std::ranges::fill(A_.col(j), static_cast<float>(each));
      A_(A_.rows() - 1, j) = static_cast<float>(kFlat * 0.25 * sum);
      for (float& h : H_.col(j))
        h = static_cast<float>((random.uniform() + 0.1) * sum / static_cast<double>(options.shapes));
    }
    least_ = kLeast * static_cast<float>(total / static_cast<double>(V.rows() * V.cols()));
    for (Matrix* matrix : {&B_, &C_, &W_})
      for (float& value : matrix->values()) value = static_cast<float>(random.uniform() + 0.1);
    unit_columns(W_);
    normalise();
  }

  // One update of everything. The cost before it, where that is wanted.
  double update_all(bool measured) {
    const Index blocks = (V_.cols() + kBlock - 1) / kBlock;
    const auto count = std::min<Index>(kParts, blocks);
    std::vector<Sums> parts(static_cast<std::size_t>(count), Sums(V_.rows(), options_));
    parallel_for(static_cast<int>(count), options_.threads, [&](int part) {
      Sums& sums = parts[static_cast<std::size_t>(part)];
      for (Index b = blocks * part / count; b < blocks * (part + 1) / count; ++b)
        update_block(b * kBlock, std::min(kBlock, V_.cols() - b * kBlock), measured, sums);
    });
    update_shared(parts);
    normalise();
    double cost = 0.0;
    for (const Sums& sums : parts) cost += sums.cost;
    return cost;
  }

  [[nodiscard]] double cost() const {
    double cost = 0.0;
    for (Index first = 0; first < V_.cols(); first += kBlock)
      cost += Work(*this, first, std::min(kBlock, V_.cols() - first)).cost();
    return cost;
  }

  [[nodiscard]] Factors lead() const;  // at the combs that are used
  [[nodiscard]] Factors rest() { return {.W = std::move(W_), .H = std::move(H_)}; }

 private:
  // What a block of frames is made of.
  struct Work {
    Work(const SourceFilter& model, Index first, Index count)
        : m(model),
          begin(first),
          V(model.V_.rows(), count),
          source(V.rows(), count),
          filter(V.rows(), count),
          rest(V.rows(), count),
          ratio(V.rows(), count) {
      for (Index j = 0; j < count; ++j) std::ranges::copy(m.V_.col(first + j), V.col(j).begin());
      make_source();
      multiply(m.G_, m.C_.view().cols(begin, count), filter);
      multiply(m.W_, m.H_.view().cols(begin, count), rest);
      make_ratio();
    }

    void make_source() {
      for (Index j = 0; j < V.cols(); ++j) {
        const auto [combs, levels] = m.sounding(begin + j);
        multiply(combs, levels, source.view().cols(j, 1));
        const float flat = m.A_(m.A_.rows() - 1, begin + j);
        const auto without = m.start_.E.col(m.start_.E.cols() - 1);
        std::ranges::transform(source.col(j), without, source.col(j).begin(),
                               [flat](float s, float e) { return s + flat * e; });
      }
    }
    [[nodiscard]] float model(std::size_t i) const {
      return source.values()[i] * filter.values()[i] + rest.values()[i] + m.least_;
    }
    void make_ratio() {
      for (std::size_t i = 0; i < ratio.values().size(); ++i) ratio.values()[i] = V.values()[i] / model(i);
    }
    [[nodiscard]] double cost() const {
      double sum = 0.0;
      for (std::size_t i = 0; i < ratio.values().size(); ++i) {
        const auto v = static_cast<double>(V.values()[i]);
        const auto made = static_cast<double>(model(i));
        sum += (v > 0.0 ? v * std::log(v / made) : 0.0) - v + made;
      }
      return sum;
    }
    // a ∘ b
    [[nodiscard]] static Matrix times(const Matrix& a, const Matrix& b) {
      Matrix out(a.rows(), a.cols());
      std::ranges::transform(a.values(), b.values(), out.values().begin(), std::multiplies<>());
      return out;
    }

    const SourceFilter& m;
    Index begin;
    Matrix V;
    Matrix source;  // S = E A
    Matrix filter;  // P B C
    Matrix rest;    // W H
    Matrix ratio;   // V / Λ
  };

  // The combs that may sound in a frame, and their levels.
  [[nodiscard]] std::pair<ConstMatrixView, ConstMatrixView> sounding(Index frame) const {
    const Index combs = start_.E.cols() - 1;
    const Index middle = start_.melody[static_cast<std::size_t>(frame)];
    const Index from = std::max<Index>(0, middle - start_.width);
    const Index count = middle < 0 ? 0 : std::min(combs, middle + start_.width + 1) - from;
    return {start_.E.view().cols(from, count), ConstMatrixView(A_.col(frame).data(), count, 1, A_.rows())};
  }

  void update_block(Index first, Index count, bool measured, Sums& sums) {
    Work work(*this, first, count);
    if (measured) sums.cost += work.cost();
    update_levels(work);
    update_filters(work);
    const MatrixView C = C_.view().cols(first, count);
    const MatrixView H = H_.view().cols(first, count);
    accumulate_outer(Work::times(work.source, work.ratio), C, sums.source_ratio);
    accumulate_outer(work.source, C, sums.source);
    accumulate_outer(work.ratio, H, sums.ratio);
  }

  // A and H, which are levels of parts that are added up, at once.
  void update_levels(Work& work) {
    const Matrix filtered = Work::times(work.filter, work.ratio);
    const Index flat = A_.rows() - 1;
    const auto unpitched = [e = start_.E.col(start_.E.cols() - 1)](std::span<const float> frame) {
      return std::inner_product(e.begin(), e.end(), frame.begin(), 0.0F);
    };
    Matrix above(A_.rows(), 1);
    Matrix below(A_.rows(), 1);
    for (Index j = 0; j < work.V.cols(); ++j) {
      const auto [combs, levels] = sounding(work.begin + j);
      const MatrixView up(above.values().data(), combs.cols(), 1, combs.cols());
      const MatrixView down(below.values().data(), combs.cols(), 1, combs.cols());
      multiply_transposed(combs, filtered.view().cols(j, 1), up);
      multiply_transposed(combs, work.filter.view().cols(j, 1), down);
      update(MatrixView(A_.col(work.begin + j).data(), combs.cols(), 1, A_.rows()), up, down);
      A_(flat, work.begin + j) *= unpitched(filtered.col(j)) / (unpitched(work.filter.col(j)) + kTiny);
    }
    Matrix shares(H_.rows(), work.V.cols());
    multiply_transposed(W_, work.ratio, shares);  // W has unit sums
    const MatrixView H = H_.view().cols(work.begin, work.V.cols());
    for (Index j = 0; j < H.cols(); ++j)
      std::ranges::transform(H.col(j), shares.col(j), H.col(j).begin(), std::multiplies<>());
    work.make_source();
    multiply(W_, H, work.rest);
    work.make_ratio();
  }

  void update_filters(Work& work) {
    Matrix above(C_.rows(), work.V.cols());
    Matrix below(C_.rows(), work.V.cols());
    multiply_transposed(G_, Work::times(work.source, work.ratio), above);
    multiply_transposed(G_, work.source, below);
    const MatrixView C = C_.view().cols(work.begin, work.V.cols());
    update(C, above, below);
    multiply(G_, C, work.filter);
    work.make_ratio();
  }

  // B and W, of parts that are added up, at once.
  void update_shared(const std::vector<Sums>& parts) {
    Sums all = parts.front();
    const auto add = [](Matrix& to, const Matrix& from) {
      std::ranges::transform(to.values(), from.values(), to.values().begin(), std::plus<>());
    };
    for (std::size_t p = 1; p < parts.size(); ++p) {
      add(all.source_ratio, parts[p].source_ratio);
      add(all.source, parts[p].source);
      add(all.ratio, parts[p].ratio);
    }
    Matrix above(B_.rows(), B_.cols());
    Matrix below(B_.rows(), B_.cols());
    multiply_transposed(start_.P, all.source_ratio, above);
    multiply_transposed(start_.P, all.source, below);
    B_ = Work::times(B_, above);
    make_panned({.bins = B_.rows(), .channels = options_.channels}, B_);
    std::ranges::transform(B_.values(), below.values(), B_.values().begin(),
                           [](float b, float sum) { return b / (sum + kTiny); });
    for (Index k = 0; k < W_.cols(); ++k) {
      double levels = 1e-30;  // Σ_j h_kj
      for (Index j = 0; j < H_.cols(); ++j) levels += static_cast<double>(H_(k, j));
      const auto level = static_cast<float>(levels);
      std::ranges::transform(W_.col(k), all.ratio.col(k), W_.col(k).begin(),
                             [level](float w, float r) { return w * r / level; });
    }
    make_panned({.bins = W_.rows(), .channels = options_.channels}, W_);
  }

  // Levels into A and H, so that all else has unit sums.
  void normalise() {
    scale_rows(H_, unit_columns(W_));
    scale_rows(C_, unit_columns(B_));
    const std::vector<float> levels = unit_columns(C_);
    for (Index j = 0; j < A_.cols(); ++j)
      for (float& a : A_.col(j)) a *= levels[static_cast<std::size_t>(j)];
    multiply(start_.P, B_, G_);
  }

  ConstMatrixView V_;
  const LeadStart& start_;
  LeadOptions options_;
  Matrix A_;  // of the combs that may sound, and the last row of what has no pitch
  Matrix B_;
  Matrix C_;
  Matrix W_;
  Matrix H_;
  Matrix G_;  // P B
  float least_ = 0.0F;
};

Factors SourceFilter::lead() const {
  const Index combs = start_.E.cols() - 1;
  const Index all = (combs + kCombsTogether - 1) / kCombsTogether + 1;
  Matrix W(V_.rows(), all);
  Matrix H(all, V_.cols());
  Matrix filter(V_.rows(), 1);
  for (Index j = 0; j < V_.cols(); ++j) {
    multiply(G_, C_.view().cols(j, 1), filter);
    const auto [sounding_combs, levels] = sounding(j);
    const Index first = (sounding_combs.data() - start_.E.view().data()) / start_.E.rows();
    const auto add = [&, at = H.col(j)](Index note, Index comb, float level) {
      const auto e = start_.E.col(comb);
      const auto w = W.col(note);
      for (std::size_t i = 0; i < w.size(); ++i) w[i] += level * e[i] * filter.values()[i];
      at[static_cast<std::size_t>(note)] += level;
    };
    for (Index i = 0; i < sounding_combs.cols(); ++i)
      add((first + i) / kCombsTogether, first + i, levels(i, 0));
    add(all - 1, combs, A_(A_.rows() - 1, j));
  }
  // Templates are means over the frames, by level.
  std::vector<Index> used;
  for (Index k = 0; k < all; ++k) {
    double level = 0.0;
    for (Index j = 0; j < H.cols(); ++j) level += static_cast<double>(H(k, j));
    if (!(level > 0.0)) continue;
    for (float& w : W.col(k)) w /= static_cast<float>(level);
    used.push_back(k);
  }
  Factors lead{.W = Matrix(W.rows(), std::ssize(used)), .H = Matrix(std::ssize(used), H.cols())};
  for (Index n = 0; n < std::ssize(used); ++n) {
    const Index k = used[static_cast<std::size_t>(n)];
    std::ranges::copy(W.col(k), lead.W.col(n).begin());
    for (Index j = 0; j < H.cols(); ++j) lead.H(n, j) = H(k, j);
  }
  scale_rows(lead.H, unit_columns(lead.W));
  return lead;
}

}  // namespace

LeadFit fit_lead(ConstMatrixView V, const LeadStart& start, const LeadOptions& options,
                 const Observer& observer) {
  SourceFilter model(V, start, options);
  LeadFit fit;
  for (int i = 0; i < options.updates; ++i) {
    const bool measured = i % kCostEvery == 0;
    const double cost = model.update_all(measured);
    if (measured) fit.costs.push_back({i, cost});
    Progress progress{
        .stage = "factorize", .fraction = static_cast<double>(i + 1) / options.updates, .iteration = i};
    if (measured) progress.cost = cost;
    if (!keep_going(observer, progress)) {
      fit.cancelled = true;
      return fit;
    }
  }
  fit.costs.push_back({options.updates, model.cost()});
  fit.lead = model.lead();
  fit.rest = model.rest();
  return fit;
}

}  // namespace divisi
