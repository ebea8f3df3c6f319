// SPDX-License-Identifier: Apache-2.0
#include "divisi/compute/fft.h"

#include "divisi/compute/backends.h"
#include "divisi/compute/fft_planner.h"

#include <algorithm>
#include <fftw3.h>

namespace divisi {
namespace {

// FFTW's two precisions under one name.
template <typename T>
struct Fftw;

template <>
struct Fftw<float> {
  using Plan = fftwf_plan;
  using Complex = fftwf_complex;
  static constexpr auto kAllocate = fftwf_malloc;
  static constexpr auto kFree = fftwf_free;
  static constexpr auto kForward = fftwf_plan_dft_r2c_1d;
  static constexpr auto kInverse = fftwf_plan_dft_c2r_1d;
  static constexpr auto kExecute = fftwf_execute;
  static constexpr auto kDestroy = fftwf_destroy_plan;
};

template <>
struct Fftw<double> {
  using Plan = fftw_plan;
  using Complex = fftw_complex;
  static constexpr auto kAllocate = fftw_malloc;
  static constexpr auto kFree = fftw_free;
  static constexpr auto kForward = fftw_plan_dft_r2c_1d;
  static constexpr auto kInverse = fftw_plan_dft_c2r_1d;
  static constexpr auto kExecute = fftw_execute;
  static constexpr auto kDestroy = fftw_destroy_plan;
};

}  // namespace

template <typename T>
struct RealFft<T>::Plan {
  using Api = Fftw<T>;

  explicit Plan(Index samples)
      : size(samples),
        signal(static_cast<T*>(Api::kAllocate(sizeof(T) * static_cast<std::size_t>(samples)))),
        spectrum(static_cast<std::complex<T>*>(
            Api::kAllocate(sizeof(std::complex<T>) * static_cast<std::size_t>(samples / 2 + 1)))) {
    const std::lock_guard lock(fft_planner());
    auto* bins = reinterpret_cast<typename Api::Complex*>(spectrum);
    // ESTIMATE, since measured plans differ from run to run and with them the last bits of every result.
    forward = Api::kForward(static_cast<int>(size), signal, bins, FFTW_ESTIMATE);
    inverse = Api::kInverse(static_cast<int>(size), bins, signal, FFTW_ESTIMATE);
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    const std::lock_guard lock(fft_planner());
    Api::kDestroy(forward);
    Api::kDestroy(inverse);
    Api::kFree(signal);
    Api::kFree(spectrum);
  }

  Index size;
  T* signal;
  std::complex<T>* spectrum;
  typename Api::Plan forward;
  typename Api::Plan inverse;
};

template <typename T>
RealFft<T>::RealFft(Index size) : plan_(std::make_unique<Plan>(size)) {
  assert(size >= 1);
}
template <typename T>
RealFft<T>::RealFft(RealFft&&) noexcept = default;
template <typename T>
RealFft<T>& RealFft<T>::operator=(RealFft&&) noexcept = default;
template <typename T>
RealFft<T>::~RealFft() = default;

template <typename T>
Index RealFft<T>::size() const {
  return plan_->size;
}

template <typename T>
Index RealFft<T>::bins() const {
  return plan_->size / 2 + 1;
}

template <typename T>
void RealFft<T>::forward(std::span<const T> signal, std::span<std::complex<T>> spectrum) {
  assert(std::ssize(signal) == size() && std::ssize(spectrum) == bins());
  std::copy(signal.begin(), signal.end(), plan_->signal);
  Plan::Api::kExecute(plan_->forward);
  std::copy_n(plan_->spectrum, bins(), spectrum.begin());
}

template <typename T>
void RealFft<T>::inverse(std::span<const std::complex<T>> spectrum, std::span<T> signal) {
  assert(std::ssize(signal) == size() && std::ssize(spectrum) == bins());
  std::copy(spectrum.begin(), spectrum.end(), plan_->spectrum);
  Plan::Api::kExecute(plan_->inverse);
  const T scale = T(1) / static_cast<T>(size());
  std::transform(plan_->signal, plan_->signal + size(), signal.begin(), [scale](T x) { return x * scale; });
}

template class RealFft<float>;
template class RealFft<double>;

std::mutex& fft_planner() {
  static std::mutex mutex;
  return mutex;
}

std::string fft_backend() {
  return fftwf_version;
}

}  // namespace divisi
