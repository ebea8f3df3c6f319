// SPDX-License-Identifier: Apache-2.0
// The Fourier transform of real signals. The library behind it appears in fft.cpp alone.
#pragma once

#include "divisi/core/matrix.h"

#include <complex>
#include <memory>
#include <span>

namespace divisi {

/// Transforms of one size, float or double. An object is used by one thread at a time.
template <typename T>
class RealFft {
 public:
  /// `size`: 1 or more samples, any factorization. The plan does not depend on timing: equal sizes give equal
  /// bits.
  explicit RealFft(Index size);
  RealFft(RealFft&&) noexcept;
  RealFft& operator=(RealFft&&) noexcept;
  ~RealFft();

  [[nodiscard]] Index size() const;
  /// size / 2 + 1.
  [[nodiscard]] Index bins() const;

  /// X[k] = Σ_n x[n] exp(−2πi kn / size); `signal`: size, `spectrum`: bins.
  void forward(std::span<const T> signal, std::span<std::complex<T>> spectrum);

  /// The inverse of forward, scaled by 1/size. The imaginary parts of bin 0 and, for even sizes, of the last
  /// bin are taken as zero.
  void inverse(std::span<const std::complex<T>> spectrum, std::span<T> signal);

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

extern template class RealFft<float>;
extern template class RealFft<double>;

}  // namespace divisi
