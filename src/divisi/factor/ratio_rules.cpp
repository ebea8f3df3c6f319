// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/ratio_rules.h"

#include "divisi/compute/tiles.h"
#include "divisi/factor/gram.h"

#include <algorithm>
#include <optional>

namespace divisi {
namespace {

// One run of columns at a time; the sweep calls it from several threads.
class ColumnRule {
 public:
  ColumnRule(const Sweep& sweep, const Fixed& fixed, float exponent, const Matrix& W, const Activations& H)
      : extent_(sweep.extent()), objective_(sweep.objective()), fixed_(fixed), exponent_(exponent) {
    if (sweep.linear()) gram_ = gram(W);
    if (objective_.penalized()) norms_ = PenaltyParts(extent_, W).norm;
    if (objective_.smoothness > 0.0) before_ = H;
  }

  void operator()(const Columns& columns) const {
    const Index levels = extent_.levels();
    std::vector<float> denominators;
    Columns run = columns;
    if (!gram_.empty()) {
      denominators.resize(static_cast<std::size_t>(levels * run.frames));
      multiply(gram_, ConstMatrixView(run.h, levels, run.frames, levels),
               MatrixView(denominators.data(), levels, run.frames, levels));
      run.denominator = denominators.data();
      run.denominator_stride = levels;
    }
    const bool any_fixed = !fixed_.h.empty();
    std::vector<float> kept;
    std::vector<float> numerator;
    std::vector<float> denominator;
    for (Index j = 0; j < run.frames; ++j) {
      float* h = run.h + j * levels;
      const float* top = run.numerator + j * run.numerator_stride;
      const float* bottom = run.denominator + j * run.denominator_stride;
      if (any_fixed) kept.assign(h, h + levels);
      if (objective_.penalized()) {
        numerator.assign(top, top + levels);
        denominator.assign(bottom, bottom + levels);
        penalize(run.first + j, h, numerator, denominator);
        top = numerator.data();
        bottom = denominator.data();
      }
      kernels().multiply_by_ratio(h, top, bottom, exponent_, levels);
      for (Index l = 0; any_fixed && l < levels; ++l) {
        if (fixed_.h[static_cast<std::size_t>(l % extent_.components)])
          h[l] = kept[static_cast<std::size_t>(l)];
      }
    }
  }

 private:
  void penalize(Index frame, const float* h, std::vector<float>& numerator,
                std::vector<float>& denominator) const {
    for (std::size_t l = 0; l < numerator.size(); ++l) {
      const double norm = norms_[l % norms_.size()];
      denominator[l] += static_cast<float>(objective_.sparsity * norm);
      if (objective_.smoothness == 0.0) continue;
      const auto weight = static_cast<float>(2.0 * objective_.smoothness * norm * norm);
      for (const Index neighbour : {frame - 1, frame + 1}) {
        if (neighbour < 0 || neighbour >= extent_.frames) continue;
        numerator[l] += weight * before_.frame(neighbour)[l];
        denominator[l] += weight * h[l];
      }
    }
  }

  const Extent& extent_;
  const Objective& objective_;
  const Fixed& fixed_;
  float exponent_;
  Matrix gram_;                // linear sweeps: WᵀW
  std::vector<double> norms_;  // penalties: of each component
  Activations before_;         // smoothness: H at the sweep's begin
};

}  // namespace

Sweep::UpdateColumns RatioRules::columns(const Matrix& W, const Activations& H) const {
  return ColumnRule(sweep_, fixed_, exponent_, W, H);
}

void RatioRules::shapes(const ShapeSums& sums, const Activations& H, Matrix& W) const {
  const Extent& extent = sweep_.extent();
  const Objective& objective = sweep_.objective();
  Matrix denominator = sums.denominator;
  if (sweep_.linear()) {
    denominator = Matrix(W.rows(), W.cols());
    multiply(W, gram_of_rows(H), denominator);
  }
  std::optional<PenaltyParts> parts;
  if (objective.penalized()) parts.emplace(extent, W).measure(extent, H);
  for (Index column = 0; column < extent.shapes(); ++column) {
    const auto k = static_cast<std::size_t>(column % extent.components);
    if (!fixed_.w.empty() && fixed_.w[k]) continue;
    const auto w = W.col(column);
    const auto bottom = denominator.col(column);
    if (parts) {
      const auto slope =
          static_cast<float>(objective.sparsity * parts->level[k] / std::max(parts->norm[k], 1e-30) +
                             2.0 * objective.smoothness * parts->change[k]);
      for (std::size_t i = 0; i < w.size(); ++i) bottom[i] += slope * w[i];
    }
    kernels().multiply_by_ratio(w.data(), sums.numerator.col(column).data(), bottom.data(), exponent_,
                                W.rows());
  }
}

}  // namespace divisi
