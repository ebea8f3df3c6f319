// SPDX-License-Identifier: Apache-2.0
#include "divisi/compute/fft2d.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

TEST(RealFft2d, MultipliesToTheConvolutionInBothDirections) {
  const RealFft2d fft(RealFft2d::good_size(5 + 3 - 1), RealFft2d::good_size(7 + 4 - 1));
  auto a = fft.field();
  auto b = fft.field();
  std::vector<double> expected(a.size());
  const auto at = [&](Index row, Index col) { return static_cast<std::size_t>(row * fft.cols() + col); };
  for (Index i = 0; i < 5; ++i) {
    for (Index j = 0; j < 7; ++j) a[at(i, j)] = static_cast<double>((3 * i + j) % 5);
  }
  for (Index i = 0; i < 3; ++i) {
    for (Index j = 0; j < 4; ++j) b[at(i, j)] = static_cast<double>((i + 2 * j) % 3);
  }
  for (Index i = 0; i < 5; ++i) {
    for (Index j = 0; j < 7; ++j) {
      for (Index k = 0; k < 3; ++k) {
        for (Index l = 0; l < 4; ++l) {
          expected[at(i + k, j + l)] += a[at(i, j)] * b[at(k, l)];
        }
      }
    }
  }
  auto spectrum_a = fft.spectrum();
  auto spectrum_b = fft.spectrum();
  fft.forward(a, spectrum_a);
  fft.forward(b, spectrum_b);
  for (std::size_t i = 0; i < spectrum_a.size(); ++i) spectrum_a[i] *= spectrum_b[i];
  fft.inverse(spectrum_a, a);
  const double scale = 1.0 / static_cast<double>(fft.rows() * fft.cols());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(scale * a[i], expected[i], 1e-12);
  }
}

TEST(RealFft2d, GoodSizesAreEvenAndSmooth) {
  EXPECT_EQ(RealFft2d::good_size(1), 2);
  EXPECT_EQ(RealFft2d::good_size(11), 12);
  EXPECT_EQ(RealFft2d::good_size(13), 14);
  EXPECT_EQ(RealFft2d::good_size(2031), 2048);
  EXPECT_EQ(RealFft2d::good_size(222), 224);
}

}  // namespace
}  // namespace divisi
