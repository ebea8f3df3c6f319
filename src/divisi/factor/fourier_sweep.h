// SPDX-License-Identifier: Apache-2.0
// The sweep for very many shifts: Λ and all correlations by two-dimensional Fourier transforms, whose cost
// does not grow with the number of shifts. In double precision, since the error of a transform is a share of
// the largest value of Λ and the quiet cells matter as much.
#pragma once

#include "divisi/compute/fft2d.h"
#include "divisi/compute/tiles.h"
#include "divisi/factor/sweep.h"

namespace divisi {

class FourierSweep final : public Sweep {
 public:
  FourierSweep(ConstMatrixView V, const Extent& extent, const Objective& objective, int threads);

  Outcome run(const Task& task) override;
  [[nodiscard]] double flops(bool update_w, bool update_h) const override;

  /// Whether it beats TileSweep at these sizes (docs/performance.md has the measurement).
  static bool is_faster(const Extent& extent, const Objective& objective);

 private:
  using Spectra = std::vector<RealFft2d::Spectrum>;
  struct Ratios;

  [[nodiscard]] Spectra spectra_of(const Matrix& W) const;
  [[nodiscard]] Spectra spectra_of(const Activations& H) const;
  [[nodiscard]] Ratios ratios(const Spectra& shapes, const Spectra& levels, bool measure) const;
  template <typename Store>
  void correlate(const Spectra& factor, const RealFft2d::Spectrum& terms, const Store& store) const;
  void update_all_columns(const Task& task, const Spectra& shapes, const Ratios& terms) const;
  [[nodiscard]] ShapeSums shape_sums(const Activations& H, const Spectra& levels, const Ratios& terms) const;

  ConstMatrixView V_;
  int threads_;
  Terms terms_;
  RealFft2d fft_;  // rows: frames, columns: bins, each with room for the shifts
};

}  // namespace divisi
