// SPDX-License-Identifier: Apache-2.0
// The least-squares filters from references to an estimate.
#pragma once

#include "divisi/compute/linalg.h"
#include "divisi/metric/block_toeplitz.h"
#include "divisi/metric/correlations.h"

#include <optional>
#include <vector>

namespace divisi {

/// The space that some reference columns span together with their delays of 0 … taps − 1 frames, and the
/// orthogonal projections on it: the P of Vincent, Gribonval & Févotte, Performance Measurement in Blind
/// Audio Source Separation (2006), sec. III, with the delays of sec. III-B. The normal equations G c =
/// d are factored once, for any number of signals to be projected.
class Subspace {
 public:
  /// `columns`: which references. Those that are silent, or a sum of others at every frame (the second
  /// channel of a mono recording, a reference given twice), add nothing to the space and are left out.
  Subspace(const Correlations& correlations, std::vector<Index> columns);

  /// The filters of the projection of each of the columns `signals`: columns × taps, one after another in the
  /// order of `columns`. Those of a signal that is one of the columns, sample by sample, are exact.
  [[nodiscard]] std::vector<std::vector<double>> filters(const Correlations& correlations,
                                                         const std::vector<Index>& signals) const;

 private:
  void choose(const Correlations& correlations);
  [[nodiscard]] std::vector<double> first_rows(const Correlations& correlations) const;
  [[nodiscard]] std::vector<double> right_hand_sides(const Correlations& correlations,
                                                     const std::vector<Index>& signals) const;
  [[nodiscard]] std::vector<double> in_order(std::span<const double> unknowns) const;
  [[nodiscard]] std::vector<double> whole_matrix(const std::vector<double>& rows) const;

  struct Chosen {
    Index column;    // of the correlations
    Index position;  // in the filters
    double scale;    // to unit energy: loud and quiet count alike in what is singular
  };

  Index taps_;
  std::vector<Index> columns_;
  std::vector<Chosen> chosen_;
  std::optional<BlockToeplitzFactor> toeplitz_;
  std::optional<SemidefiniteFactor> dense_;  // where the matrix is too near to a singular one for the other
};

/// Σ c d: the energy of the projection of `x` on the space of `columns`, from its filters.
double projected_energy(const Correlations& correlations, const std::vector<Index>& columns, Index x,
                        const std::vector<double>& filters);

}  // namespace divisi
