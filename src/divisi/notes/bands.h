// SPDX-License-Identifier: Apache-2.0
// The bins of an STFT, pooled where they are finer than an ear needs: what a factorization into pitches costs
// shrinks to a quarter.
#pragma once

#include "divisi/core/matrix.h"

#include <vector>

namespace divisi {

/// Bands of neighbouring bins. A bin is a band of its own as long as it is wider than a part of a semitone;
/// above, bins are put together to bands of about that width.
class Bands {
 public:
  /// `bins`: from 0 to half the rate, `bin_hz` apart; the bin at 0 Hz is in no band. `per_semitone`: bands.
  /// `highest_hz`: upper limit. Throws InvalidInput for fewer than 3 bins or anything not above 0.
  Bands(Index bins, double bin_hz, double per_semitone = 5.0, double highest_hz = 8000.0);

  [[nodiscard]] Index size() const { return static_cast<Index>(edges_.size()) - 1; }
  /// The middle of each band.
  [[nodiscard]] std::vector<double> frequencies_hz() const;
  /// How far apart the middles of two bands are, at each.
  [[nodiscard]] std::vector<double> widths_hz() const;

  /// Root of the energy in each band: magnitudes (bins × frames) to columns `first`… of `out` (size() rows).
  void pool(ConstMatrixView magnitudes, MatrixView out) const;

 private:
  std::vector<Index> edges_;  // band b is bins edges_[b] … edges_[b + 1] − 1
  double bin_hz_;
  Index bins_;
};

}  // namespace divisi
