// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/compute/aligned.h"

#include <complex>
#include <memory>

namespace divisi {

/// Two-dimensional transforms of real matrices in double precision of one size, row by row in memory:
/// convolutions in two directions at once. Several threads may use one object.
class RealFft2d {
 public:
  /// rows × cols, both good_size()s. The plan does not depend on timing: equal sizes give equal bits.
  RealFft2d(Index rows, Index cols);
  RealFft2d(RealFft2d&&) noexcept;
  RealFft2d& operator=(RealFft2d&&) noexcept;
  ~RealFft2d();

  [[nodiscard]] Index rows() const;
  [[nodiscard]] Index cols() const;

  using Field = std::vector<double, AlignedAllocator<double>>;
  /// rows × cols zeros.
  [[nodiscard]] Field field() const;
  using Spectrum = std::vector<std::complex<double>, AlignedAllocator<std::complex<double>>>;
  /// rows × (cols / 2 + 1) zeros.
  [[nodiscard]] Spectrum spectrum() const;

  /// `field` is overwritten.
  void forward(Field& field, Spectrum& spectrum) const;
  /// rows · cols times the inverse of forward; `spectrum` is overwritten.
  void inverse(Spectrum& spectrum, Field& field) const;

  /// The least size ≥ `size` that is even and has no prime factor above 7.
  static Index good_size(Index size);

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

}  // namespace divisi
