// SPDX-License-Identifier: Apache-2.0
#include "divisi/compute/fft.h"

#include "divisi/core/random.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>
#include <vector>

namespace divisi {
namespace {

template <typename T>
std::vector<T> noise(Index size) {
  Random random(7);
  std::vector<T> signal(static_cast<std::size_t>(size));
  for (T& x : signal) x = static_cast<T>(2.0 * random.uniform() - 1.0);
  return signal;
}

template <typename T>
void expect_the_definition(Index size, double tolerance) {
  RealFft<T> fft(size);
  const auto signal = noise<T>(size);
  std::vector<std::complex<T>> spectrum(static_cast<std::size_t>(fft.bins()));
  fft.forward(signal, spectrum);
  for (Index k = 0; k < fft.bins(); ++k) {
    std::complex<double> sum = 0.0;
    for (Index n = 0; n < size; ++n) {
      const double angle =
          -2.0 * std::numbers::pi * static_cast<double>(k * n % size) / static_cast<double>(size);
      sum += static_cast<double>(signal[static_cast<std::size_t>(n)]) * std::polar(1.0, angle);
    }
    EXPECT_NEAR(std::abs(sum - std::complex<double>(spectrum[static_cast<std::size_t>(k)])), 0.0, tolerance)
        << size;
  }
  std::vector<T> back(signal.size());
  fft.inverse(spectrum, back);
  for (std::size_t n = 0; n < signal.size(); ++n) {
    EXPECT_NEAR(static_cast<double>(back[n]), static_cast<double>(signal[n]), tolerance);
  }
}

TEST(RealFft, IsTheDefinitionForEverySize) {
  for (const Index size : {1, 2, 3, 7, 8, 15, 64, 97, 100}) {
    expect_the_definition<float>(size, 2e-5);
    expect_the_definition<double>(size, 1e-12);
  }
}

}  // namespace
}  // namespace divisi
