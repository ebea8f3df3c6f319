// SPDX-License-Identifier: Apache-2.0
// One pass over V: H is updated, then W, each by a multiplicative update that cannot raise the cost.
#pragma once

#include "divisi/core/factors.h"

#include <functional>
#include <optional>
#include <vector>

namespace divisi {

/// What is minimized: D_β(V·scale + ε | WH + ε)
///   + sparsity · Σ_k ‖w_k‖₂ ‖h_k‖₁ + smoothness · Σ_k ‖w_k‖₂² Σ_t (h_kt − h_k,t−1)².
/// The norms of W in the penalties make them independent of how scale is shared between W and H.
struct Objective {
  double beta = 1.0;
  double sparsity = 0.0;
  double smoothness = 0.0;
  float scale = 1.0F;      ///< V is multiplied by it as it is read
  float epsilon = 1e-10F;  ///< keeps β ≤ 0 finite on silence; acts as one more component that never changes
};

/// Exponents γ of x ← x (numerator/denominator)^γ that make the cost fall, by majorization-minimization.
/// Without penalties: 1/(2−β), 1, 1/(β−1) for β < 1, in [1, 2], > 2 (Févotte & Idier 2011, table 2; a penalty
/// linear in x keeps them: Tan & Févotte 2013). With a quadratic penalty all terms are majorized to the
/// degrees that lead to 1/(3−β), 1/2, 1/β: docs/decisions/0003-penalties.md has the derivation.
double update_exponent(double beta, bool quadratic_penalty);

/// Sweeps over one V with one objective. V must outlive it. Results do not depend on the number of threads.
class Sweep {
 public:
  Sweep(ConstMatrixView V, const Objective& objective, int threads);

  /// Asked between parts of the sweep, in the calling thread, with the share that is done; false leaves.
  using GoOn = std::function<bool(double fraction)>;

  /// Updates H where `update_h`, then W where `update_w`. False if `go_on` left: the factors are then between
  /// two states.
  bool update(Factors& factors, bool update_w, bool update_h, const GoOn& go_on);

  /// The objective's value; nothing if `go_on` left.
  [[nodiscard]] std::optional<double> cost(const Factors& factors, const GoOn& go_on) const;

  /// Floating-point operations of one update's matrix products.
  [[nodiscard]] double flops(Index components, bool update_w, bool update_h) const;

 private:
  struct Slot;
  struct Panel;

  /// Visits every panel, slot by slot on the threads. False if `go_on`, asked between panels, left.
  bool over_panels(Index components, const GoOn& go_on,
                   const std::function<void(std::size_t slot, Index first, Panel& panel)>& visit) const;
  void load(const Factors& factors, Index first, Panel& panel) const;
  void update_columns(Factors& factors, const Matrix& previous_h, Panel& panel, Index first) const;
  void accumulate(const Factors& factors, Panel& panel, Index first, Slot& slot) const;
  void update_shapes(Factors& factors, std::vector<Slot>& slots) const;
  [[nodiscard]] double penalty(const Factors& factors) const;

  ConstMatrixView V_;
  Objective objective_;
  int threads_;
};

}  // namespace divisi
