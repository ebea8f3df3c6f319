// SPDX-License-Identifier: Apache-2.0
// One pass over V: everything that an update of H and of W needs to know of V and Λ. What the update then
// does is the solver's business.
#pragma once

#include "divisi/factor/activations.h"
#include "divisi/factor/extent.h"

#include <functional>
#include <memory>

namespace divisi {

/// Some neighbouring frames of H and what belongs to them: with r = V Λ^(β−2) and q = Λ^(β−1),
/// numerator^φ_kj = Σ_τ Σ_i W^τ_{i−φ,k} r_{i,j+τ}, denominator likewise from q. Columns follow each other at
/// the strides; a stride of 0 is one column for all. Where the sweep is linear, denominator is null.
struct Columns {
  Index first = 0;
  Index frames = 0;
  float* h = nullptr;
  const float* numerator = nullptr;
  Index numerator_stride = 0;
  const float* denominator = nullptr;
  Index denominator_stride = 0;
};

/// The same for W, all of it: numerator^τ_ik = Σ_φ Σ_j r_{i+φ,j} H^φ_{k,j−τ}; bins × (T·K) each. Where the
/// sweep is linear, denominator is empty.
struct ShapeSums {
  Matrix numerator;
  Matrix denominator;
};

class Sweep {
 public:
  Sweep(const Extent& extent, const Objective& objective) : extent_(extent), objective_(objective) {}
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;
  virtual ~Sweep() = default;

  using UpdateColumns = std::function<void(const Columns&)>;
  /// Asked between parts of the sweep, in the calling thread, with the share that is done; false leaves.
  using GoOn = std::function<bool(double fraction)>;

  struct Task {
    const Matrix* W = nullptr;  ///< for H's sums and for the divergence
    Activations* H = nullptr;
    UpdateColumns update_columns = {};    ///< changes H, several runs of frames at a time; none: H stays
    const Matrix* w_of_shapes = nullptr;  ///< the W that W's sums are taken at, with H as changed; null: none
    bool measure = false;                 ///< wants the divergence of W and H as they came
    GoOn go_on = {};
  };
  struct Outcome {
    bool finished = true;  ///< false: go_on left, with H between two states
    double divergence = 0.0;
    ShapeSums shapes;
  };
  virtual Outcome run(const Task& task) = 0;

  /// Whether only V itself is correlated with W and H: β = 2 without shifts, whose denominators are cheaper
  /// from Gram matrices.
  [[nodiscard]] bool linear() const {
    return objective_.beta == 2.0 && extent_.stacked() == extent_.components;
  }
  /// Floating-point operations of one update's matrix products.
  [[nodiscard]] virtual double flops(bool update_w, bool update_h) const = 0;

  [[nodiscard]] const Extent& extent() const { return extent_; }
  [[nodiscard]] const Objective& objective() const { return objective_; }

 protected:
  /// Hands a run of frames, whose h is found here, to the solver; where its denominator is null and β = 1,
  /// `unit_sums` (unit_sums.h) stand for it, in pieces that share a column.
  void update_columns(const Task& task, const Columns& columns, const Matrix& unit_sums) const;

  Extent extent_;
  Objective objective_;
};

/// How a V is treated that is slow to read: NmfOptions has both.
struct Reading {
  int inner = 1;
  std::function<void(Index first, Index count)> drop = {};
};

/// The fastest way to sweep over V with these sizes. V must outlive it. Results do not depend on the number
/// of threads.
std::unique_ptr<Sweep> make_sweep(ConstMatrixView V, const Extent& extent, const Objective& objective,
                                  int threads, Reading reading = {});

}  // namespace divisi
