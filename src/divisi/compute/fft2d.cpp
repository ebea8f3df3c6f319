// SPDX-License-Identifier: Apache-2.0
#include "divisi/compute/fft2d.h"

#include "divisi/compute/fft_planner.h"

#include <algorithm>
#include <array>
#include <fftw3.h>

namespace divisi {

struct RealFft2d::Plan {
  Plan(Index row_count, Index col_count) : rows(row_count), cols(col_count) {
    Field field(static_cast<std::size_t>(rows * cols));
    Spectrum spectrum(static_cast<std::size_t>(rows * (cols / 2 + 1)));
    auto* bins = reinterpret_cast<fftw_complex*>(spectrum.data());
    const std::lock_guard lock(fft_planner());
    forward = fftw_plan_dft_r2c_2d(static_cast<int>(rows), static_cast<int>(cols), field.data(), bins,
                                   FFTW_ESTIMATE);
    inverse = fftw_plan_dft_c2r_2d(static_cast<int>(rows), static_cast<int>(cols), bins, field.data(),
                                   FFTW_ESTIMATE);
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    const std::lock_guard lock(fft_planner());
    fftw_destroy_plan(forward);
    fftw_destroy_plan(inverse);
  }

  Index rows, cols;
  fftw_plan forward, inverse;
};

RealFft2d::RealFft2d(Index rows, Index cols) : plan_(std::make_unique<Plan>(rows, cols)) {}
RealFft2d::RealFft2d(RealFft2d&&) noexcept = default;
RealFft2d& RealFft2d::operator=(RealFft2d&&) noexcept = default;
RealFft2d::~RealFft2d() = default;

Index RealFft2d::rows() const {
  return plan_->rows;
}

Index RealFft2d::cols() const {
  return plan_->cols;
}

RealFft2d::Field RealFft2d::field() const {
  return Field(static_cast<std::size_t>(rows() * cols()));
}

RealFft2d::Spectrum RealFft2d::spectrum() const {
  return Spectrum(static_cast<std::size_t>(rows() * (cols() / 2 + 1)));
}

void RealFft2d::forward(Field& field, Spectrum& spectrum) const {
  fftw_execute_dft_r2c(plan_->forward, field.data(), reinterpret_cast<fftw_complex*>(spectrum.data()));
}

void RealFft2d::inverse(Spectrum& spectrum, Field& field) const {
  fftw_execute_dft_c2r(plan_->inverse, reinterpret_cast<fftw_complex*>(spectrum.data()), field.data());
}

Index RealFft2d::good_size(Index size) {
  for (Index good = size + size % 2;; good += 2) {
    Index rest = good;
    for (const Index prime : {2, 3, 5, 7}) {
      while (rest % prime == 0) rest /= prime;
    }
    if (rest == 1) return good;
  }
}

}  // namespace divisi
