// SPDX-License-Identifier: Apache-2.0
#include "divisi/compute/tiles.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace divisi {
namespace {

constexpr Index kFrames = 48;

// Aligned as the kernels ask.
class Floats {
 public:
  explicit Floats(Index count) : values_(static_cast<std::size_t>(count) + 64) {}
  float* data() {
    const auto address = reinterpret_cast<std::uintptr_t>(values_.data());
    return values_.data() + (64 - address % 64) % 64 / sizeof(float);
  }
  void fill(std::mt19937& random, float least, float most) {
    std::uniform_real_distribution<float> uniform(least, most);
    for (float& x : values_) x = uniform(random);
  }

 private:
  std::vector<float> values_;
};

double exact_divergence(double v, double l, double beta) {
  if (beta == 0.0) return v / l - std::log(v / l) - 1.0;
  if (beta == 1.0) return v * std::log(v / l) - v + l;
  return (std::pow(v, beta) + (beta - 1.0) * std::pow(l, beta) - beta * v * std::pow(l, beta - 1.0)) /
         (beta * (beta - 1.0));
}

struct TileTest : testing::TestWithParam<int> {
  const TileKernels& kernels_of_height() const {
    return kernels().heights.at(static_cast<std::size_t>(GetParam()));
  }
  Index rows = kernels_of_height().rows;
  Index components = 37;
  Index stride = 9;  // shorter than a window, as in the convolutive models
  std::mt19937 random{5};
  Floats w{(components + 3) * rows}, h{kFrames * stride + components + 64}, v{kFrames * rows};
  Floats r{kFrames * rows}, q{kFrames * rows};
  Tile tile;

  void SetUp() override {
    w.fill(random, 0.0F, 1.0F);
    h.fill(random, 0.0F, 0.2F);
    v.fill(random, 0.0F, 4.0F);
    tile = {.w = w.data(),
            .h = h.data(),
            .h_stride = stride,
            .components = components,
            .v = v.data(),
            .v_stride = rows,
            .frames = kFrames,
            .rows_used = rows - 3,
            .frames_used = kFrames - 5,
            .scale = 0.5F,
            .epsilon = 1e-6F};
  }

  double lambda(Index i, Index j) {
    double sum = static_cast<double>(tile.epsilon);
    for (Index k = 0; k < components; ++k) {
      sum += static_cast<double>(tile.w[k * rows + i]) * static_cast<double>(tile.h[j * stride + k]);
    }
    return sum;
  }
  double data(Index i, Index j) {
    return static_cast<double>(tile.v[j * rows + i]) * 0.5 + static_cast<double>(tile.epsilon);
  }
};

TEST_P(TileTest, TermsAndDivergenceAreWhatTheFormulasSay) {
  for (const double beta : {-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
    tile.beta = static_cast<float>(beta);
    const double cost = kernels_of_height().update_terms(terms_of(beta), tile, true, r.data(), q.data());
    double expected = 0.0;
    for (Index j = 0; j < kFrames; ++j) {
      for (Index i = 0; i < rows; ++i) {
        const double l = lambda(i, j);
        const double x = data(i, j);
        EXPECT_NEAR(static_cast<double>(r.data()[j * rows + i]) / (x * std::pow(l, beta - 2.0)), 1.0, 2e-6);
        if (has_denominator(terms_of(beta))) {
          EXPECT_NEAR(static_cast<double>(q.data()[j * rows + i]) / std::pow(l, beta - 1.0), 1.0, 2e-6);
        }
        if (i < tile.rows_used && j < tile.frames_used) expected += exact_divergence(x, l, beta);
      }
    }
    EXPECT_NEAR(cost / expected, 1.0, 1e-6) << beta;
  }
}

TEST_P(TileTest, DivergenceIsExactWhereTheModelNearlyFits) {
  for (const double beta : {-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
    tile.beta = static_cast<float>(beta);
    double expected = 0.0;
    for (Index j = 0; j < kFrames; ++j) {
      for (Index i = 0; i < rows; ++i) {
        if (i >= tile.rows_used || j >= tile.frames_used) continue;
        const double l = lambda(i, j);
        const double t = 1e-3 * static_cast<double>((i + j) % 7 + 1);
        v.data()[j * rows + i] = static_cast<float>(2.0 * l * (1.0 + t));
        const double x = data(i, j) / l - 1.0;
        expected += std::pow(l, beta) * (x * x / 2.0 + (beta - 2.0) / 6.0 * x * x * x);
      }
    }
    const double cost = kernels_of_height().update_terms(terms_of(beta), tile, true, r.data(), q.data());
    EXPECT_NEAR(cost / expected, 1.0, 1e-3) << beta;
  }
}

TEST_P(TileTest, ShapesAreTheOuterProduct) {
  Floats out((components + 3) * rows);
  r.fill(random, 0.0F, 1.0F);
  kernels_of_height().accumulate_shapes(r.data(), rows, h.data(), stride, components, kFrames - 1,
                                        out.data());
  kernels_of_height().accumulate_shapes(r.data(), rows, h.data(), stride, components, kFrames - 1,
                                        out.data());
  for (Index k = 0; k < components; ++k) {
    for (Index i = 0; i < rows; ++i) {
      double sum = 0.0;
      for (Index j = 0; j + 1 < kFrames; ++j) {
        sum +=
            2.0 * static_cast<double>(r.data()[j * rows + i]) * static_cast<double>(h.data()[j * stride + k]);
      }
      EXPECT_NEAR(static_cast<double>(out.data()[k * rows + i]), sum, 1e-5 * sum);
    }
  }
}

TEST_P(TileTest, ActivationsAreTheInnerProductAlsoWhereWindowsOverlap) {
  for (Index vectors = 1; vectors <= 6; ++vectors) {
    const Index count = vectors * kernels().lanes;
    Floats shapes(count * rows);
    Floats packed(count * rows);
    shapes.fill(random, 0.0F, 1.0F);
    r.fill(random, 0.0F, 1.0F);
    pack_rows(kernels(), shapes.data(), count, rows, packed.data());
    Floats out(kFrames * stride + count);
    const Index used = rows - 2;
    kernels().accumulate_activations(packed.data(), rows, used, r.data(), rows, count, kFrames, out.data(),
                                     stride);
    std::vector<double> expected(static_cast<std::size_t>(kFrames * stride + count));
    for (Index j = 0; j < kFrames; ++j) {
      for (Index k = 0; k < count; ++k) {
        for (Index i = 0; i < used; ++i) {
          expected[static_cast<std::size_t>(j * stride + k)] +=
              static_cast<double>(shapes.data()[k * rows + i]) * static_cast<double>(r.data()[j * rows + i]);
        }
      }
    }
    for (std::size_t x = 0; x < expected.size(); ++x) {
      EXPECT_NEAR(static_cast<double>(out.data()[x]), expected[x], 1e-5 * expected[x]);
    }
  }
}

TEST(UpdateTerms, AreTheSameForAModelThatIsKnown) {
  constexpr std::size_t kCount = 53;
  std::vector<float> lambda(kCount), v(kCount), r(kCount), q(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    lambda[i] = 0.1F + static_cast<float>(i % 5);
    v[i] = static_cast<float>(i % 7);
  }
  for (const double beta : {-1.0, 0.0, 0.5, 1.0, 1.5, 2.0}) {
    const double cost = kernels().update_terms(terms_of(beta), lambda.data(), v.data(), 2.0F, 1e-3F,
                                               static_cast<float>(beta), true, kCount, r.data(), q.data());
    double expected = 0.0;
    for (std::size_t i = 0; i < kCount; ++i) {
      const double x = 2.0 * static_cast<double>(v[i]) + 1e-3;
      const auto l = static_cast<double>(lambda[i]);
      expected += beta == 2.0 ? 0.5 * (x - l) * (x - l) : exact_divergence(x, l, beta);
      EXPECT_NEAR(static_cast<double>(r[i]) / (x * std::pow(l, beta - 2.0)), 1.0, 2e-6);
      if (beta == 1.0) continue;
      EXPECT_NEAR(static_cast<double>(q[i]) / std::pow(l, beta - 1.0), 1.0, 2e-6);
    }
    EXPECT_NEAR(cost / expected, 1.0, 1e-5) << beta;
  }
}

TEST(MultiplyByRatio, IsThePowerOfTheQuotientAndNeverBelowTheFloor) {
  for (const float exponent : {1.0F, 0.5F, 0.7F}) {
    std::vector<float> x(37, 3.0F);
    std::vector<float> numerator(37, 5.0F);
    const std::vector<float> denominator(37, 2.0F);
    numerator[36] = 0.0F;
    kernels().multiply_by_ratio(x.data(), numerator.data(), denominator.data(), exponent, 37);
    for (std::size_t i = 0; i < 36; ++i) EXPECT_NEAR(x[i] / (3.0F * std::pow(2.5F, exponent)), 1.0F, 1e-6F);
    EXPECT_LT(x[36], 1e-8F);
    EXPECT_GE(x[36], 1e-30F);
  }
}

TEST(SubtractCombination, IsWhatItSays) {
  constexpr std::size_t kCount = 131;
  std::vector<float> h(5 * kCount);
  for (std::size_t i = 0; i < h.size(); ++i) h[i] = static_cast<float>(i % 17);
  const std::vector<float> g{1.0F, -2.0F, 0.5F, 0.0F, 3.0F};
  std::vector<float> s(kCount, 7.0F);
  kernels().subtract_combination(g.data(), h.data(), kCount, 5, s.data(), kCount);
  for (std::size_t j = 0; j < kCount; ++j) {
    float expected = 7.0F;
    for (std::size_t l = 0; l < 5; ++l) expected -= g[l] * h[l * kCount + j];
    EXPECT_NEAR(s[j], expected, 1e-4F);
  }
}

INSTANTIATE_TEST_SUITE_P(BothHeights, TileTest, testing::Values(0, 1));

}  // namespace
}  // namespace divisi
