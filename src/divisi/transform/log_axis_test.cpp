// SPDX-License-Identifier: Apache-2.0
#include "divisi/transform/log_axis.h"

#include "divisi/core/error.h"
#include "divisi/core/random.h"

#include <cmath>
#include <gtest/gtest.h>
#include <tuple>

namespace divisi {
namespace {

using Case = std::tuple<LogAxisSpec, double, Index>;  // spec, rate, fft

// From much coarser to much finer than the STFT, with and without both ends of the spectrum.
const std::vector<Case> kCases{{{}, 16000.0, 2048},
                               {{}, 44100.0, 2048},
                               {{}, 44100.0, 513},
                               {{12, 20.0, 4000.0}, 8000.0, 256},
                               {{1, 100.0, 3000.0}, 8000.0, 1024},
                               {{96, 1000.0, 1500.0}, 96000.0, 64},
                               {{24, 30.0, 48000.0}, 96000.0, 4096},
                               {{3, 0.5, 1.0}, 2.0, 2}};

Matrix random_matrix(Index rows, Index cols) {
  Random random(9);
  Matrix matrix(rows, cols);
  for (float& x : matrix.values()) x = static_cast<float>(random.uniform());
  return matrix;
}

// The stretch of frequency of linear bin i.
std::pair<double, double> stretch(const Case& c, Index i) {
  const auto& [spec, rate, fft] = c;
  const double spacing = rate / static_cast<double>(fft);
  const auto centre = static_cast<double>(i) * spacing;
  return {std::max(0.0, centre - 0.5 * spacing), std::min(0.5 * rate, centre + 0.5 * spacing)};
}

// The share of linear bin i between two frequencies.
double share(const Case& c, Index i, double from, double to) {
  const auto [low, high] = stretch(c, i);
  return std::max(0.0, std::min(high, to) - std::max(low, from)) / (high - low);
}

double sum(std::span<const float> values) {
  double total = 0.0;
  for (const float x : values) total += static_cast<double>(x);
  return total;
}

TEST(LogAxis, ThePapersAxisHas175Bins) {
  const LogAxis axis({}, 16000.0, 2048);
  EXPECT_EQ(axis.bins(), 175);
  EXPECT_EQ(axis.linear_bins(), 1025);
  const auto edges = axis.edges_hz();
  ASSERT_EQ(edges.size(), 176U);
  EXPECT_DOUBLE_EQ(edges[0], 50.0);
  EXPECT_NEAR(edges[24], 100.0, 1e-9);
  EXPECT_LE(edges.back(), 8000.0);
  const auto centres = axis.frequencies_hz();
  ASSERT_EQ(centres.size(), 175U);
  EXPECT_NEAR(centres[3], std::sqrt(edges[3] * edges[4]), 1e-9);
  EXPECT_EQ(LogAxis({24, 50.0, 6400.0}, 16000.0, 2048).bins(), 168);  // seven whole octaves
}

TEST(LogAxis, GivesEachBinItsShareOfEveryLinearOne) {
  for (const Case& c : kCases) {
    const auto& [spec, rate, fft] = c;
    const LogAxis axis(spec, rate, fft);
    const auto edges = axis.edges_hz();
    const Matrix V = random_matrix(axis.linear_bins(), 2);
    const Matrix found = axis.to_log(V);
    ASSERT_EQ(found.rows(), axis.bins());
    ASSERT_EQ(found.cols(), 2);
    for (Index b = 0; b < axis.bins(); ++b) {
      const auto at = static_cast<std::size_t>(b);
      double expected = 0.0;
      for (Index i = 0; i < axis.linear_bins(); ++i)
        expected += share(c, i, edges[at], edges[at + 1]) * static_cast<double>(V(i, 1));
      ASSERT_NEAR(static_cast<double>(found(b, 1)), expected, 1e-5 * (1.0 + expected));
    }
  }
}

TEST(LogAxis, KeepsTheSumOfTheBandThatItCovers) {
  for (const Case& c : kCases) {
    const auto& [spec, rate, fft] = c;
    const LogAxis axis(spec, rate, fft);
    const double top = axis.edges_hz().back();
    for (Index i = 0; i < axis.linear_bins(); ++i) {
      Matrix V(axis.linear_bins(), 1);
      V(i, 0) = 1.0F;
      const auto [low, high] = stretch(c, i);
      const double kept = sum(axis.to_log(V).values());
      ASSERT_NEAR(kept, share(c, i, spec.fmin_hz, top), 1e-6);
      if (low >= spec.fmin_hz && high <= top) {
        ASSERT_NEAR(kept, 1.0, 1e-6);
      }
    }
  }
}

TEST(LogAxis, MasksComeBackAsSharesThatAddUpToOne) {
  for (const Case& c : kCases) {
    const auto& [spec, rate, fft] = c;
    const LogAxis axis(spec, rate, fft);
    std::vector<Matrix> masks(3, random_matrix(axis.bins(), 4));
    Random random(3);
    for (std::size_t cell = 0; cell < masks[0].values().size(); ++cell) {
      // Every third cell belongs to one source alone.
      const float first = cell % 3 == 0 ? 1.0F : static_cast<float>(random.uniform());
      masks[0].values()[cell] = first;
      masks[1].values()[cell] = 0.75F * (1.0F - first);
      masks[2].values()[cell] = 1.0F - first - 0.75F * (1.0F - first);
    }
    std::vector<Matrix> back;
    for (const Matrix& mask : masks) back.push_back(axis.to_linear(mask));
    ASSERT_EQ(back[0].rows(), axis.linear_bins());
    for (std::size_t cell = 0; cell < back[0].values().size(); ++cell) {
      float total = 0.0F;
      for (const Matrix& mask : back) {
        ASSERT_GE(mask.values()[cell], 0.0F);
        ASSERT_LE(mask.values()[cell], 1.0F);
        total += mask.values()[cell];
      }
      ASSERT_NEAR(total, 1.0F, 1e-6F);
    }
  }
}

TEST(LogAxis, AMaskComesBackByShareAndAsTheNearestOneOutside) {
  for (const Case& c : kCases) {
    const auto& [spec, rate, fft] = c;
    const LogAxis axis(spec, rate, fft);
    const Matrix mask = random_matrix(axis.bins(), 2);
    const Matrix found = axis.to_linear(mask);
    auto edges = axis.edges_hz();
    edges.front() = 0.0;
    edges.back() = rate;
    for (Index i = 0; i < axis.linear_bins(); ++i) {
      double expected = 0.0;
      for (Index b = 0; b < axis.bins(); ++b) {
        const auto at = static_cast<std::size_t>(b);
        expected += share(c, i, edges[at], edges[at + 1]) * static_cast<double>(mask(b, 1));
      }
      ASSERT_NEAR(static_cast<double>(found(i, 1)), expected, 1e-6);
    }
  }
}

TEST(LogAxis, ANoteHigherIsTheSameShapeFurtherUp) {
  // The harmonics of two notes a fifth (14 bins) apart, where the bins are wider than the STFT's.
  const LogAxis axis({24, 50.0, 8000.0}, 16000.0, 65536);
  const auto note = [&](double hz) {
    Matrix V(axis.linear_bins(), 1);
    for (int n = 1; n <= 6; ++n) V(std::lround(n * hz / 16000.0 * 65536.0), 0) = 1.0F / static_cast<float>(n);
    return axis.to_log(V);
  };
  const Matrix low = note(220.5);
  const Matrix high = note(220.5 * std::exp2(14.0 / 24.0));
  for (Index b = 0; b + 14 < axis.bins(); ++b) ASSERT_NEAR(low(b, 0), high(b + 14, 0), 1e-6) << b;
}

std::string refusal(const LogAxisSpec& spec, double rate_hz = 16000.0) {
  try {
    const LogAxis axis(spec, rate_hz, 2048);
    return "accepted";
  } catch (const InvalidInput& error) {
    return error.what();
  }
}

TEST(LogAxis, RangesThatCannotBeAreRefusedInOneLine) {
  EXPECT_EQ(refusal({24, 8000.0, 8000.0}), "fmin: expected above 0 and below fmax, 8000 Hz, got 8000 Hz");
  EXPECT_EQ(refusal({24, 900.0, 100.0}), "fmin: expected above 0 and below fmax, 100 Hz, got 900 Hz");
  EXPECT_EQ(refusal({24, 0.0, 100.0}), "fmin: expected above 0 and below fmax, 100 Hz, got 0 Hz");
  EXPECT_EQ(refusal({24, 50.0, 8000.0}, 8000.0),
            "fmax: expected at most 4000 Hz, half the rate, got 8000 Hz");
  EXPECT_EQ(refusal({12, 1000.0, 1050.0}),
            "fmax: expected a bin or more above fmin, which is 1059.5 Hz, got 1050 Hz");
  EXPECT_EQ(refusal({0, 50.0, 8000.0}), "bins-per-octave: expected 1 or more, got 0");
  EXPECT_EQ(refusal({24, 50.0, 8000.0}), "accepted");
}

}  // namespace
}  // namespace divisi
