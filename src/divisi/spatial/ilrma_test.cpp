// SPDX-License-Identifier: Apache-2.0
#include "divisi/spatial/ilrma.h"

#include "divisi/core/error.h"
#include "divisi/core/random.h"
#include "divisi/spatial/small_complex.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace divisi {
namespace {

constexpr Index kBins = 40;
constexpr Index kFrames = 200;

std::complex<float> noise(Random& random) {
  const double angle = 2.0 * std::numbers::pi * random.uniform();
  return std::complex<float>(std::polar(std::sqrt(-std::log(random.uniform())), angle));
}

// Two sources that are loud at times of their own, through a mixing matrix of each bin.
struct Room {
  std::vector<Spectrum> images;
  Spectrum mixture{kBins, 2, kFrames};

  Room() {
    Random random(11);
    images.assign(2, Spectrum(kBins, 2, kFrames));
    std::vector<std::complex<float>> mixing;
    for (Index n = 0; n < 4 * kBins; ++n) mixing.push_back(noise(random));
    for (Index j = 0; j < kFrames; ++j) {
      for (Index s = 0; s < 2; ++s) {
        const float level = (j / 10) % 3 == s ? 1.0F : (j / 10) % 3 == 2 ? 0.5F : 0.02F;
        for (Index i = 0; i < kBins; ++i) {
          const auto y = level * noise(random);
          for (Index c = 0; c < 2; ++c) {
            const auto x = y * mixing[static_cast<std::size_t>(4 * i + 2 * s + c)];
            images[static_cast<std::size_t>(s)].at(j, c)[static_cast<std::size_t>(i)] = x;
            mixture.at(j, c)[static_cast<std::size_t>(i)] += x;
          }
        }
      }
    }
  }
};

double difference_db(const Spectrum& estimate, const Spectrum& truth) {
  double error = 0.0;
  double power = 0.0;
  for (Index j = 0; j < kFrames; ++j) {
    for (Index c = 0; c < 2; ++c) {
      for (std::size_t i = 0; i < kBins; ++i) {
        error += static_cast<double>(std::norm(estimate.at(j, c)[i] - truth.at(j, c)[i]));
        power += static_cast<double>(std::norm(truth.at(j, c)[i]));
      }
    }
  }
  return 10.0 * std::log10(power / error);
}

TEST(Ilrma, FindsTheImagesOfTwoSources) {
  const Room room;
  const IlrmaFit found = ilrma(room.mixture, {.components = 3, .iterations = 60, .seed = 1});
  const Spectrum one = found.demixing.apply(0, room.mixture);
  const Spectrum other = found.demixing.apply(1, room.mixture);
  const std::size_t first = difference_db(one, room.images[0]) > difference_db(one, room.images[1]) ? 0 : 1;
  EXPECT_GT(difference_db(one, room.images[first]), 15.0);
  EXPECT_GT(difference_db(other, room.images[1 - first]), 15.0);
}

TEST(Ilrma, ImagesAddUpToTheMixtureAndTheCostFalls) {
  const Room room;
  const IlrmaFit found = ilrma(room.mixture, {.components = 2, .iterations = 40});
  Spectrum sum = found.demixing.apply(0, room.mixture);
  const Spectrum other = found.demixing.apply(1, room.mixture);
  for (Index j = 0; j < kFrames; ++j) {
    for (Index c = 0; c < 2; ++c)
      for (std::size_t i = 0; i < kBins; ++i) sum.at(j, c)[i] += other.at(j, c)[i];
  }
  EXPECT_GT(difference_db(sum, room.mixture), 100.0);
  for (std::size_t i = 1; i < found.fit.costs.size(); ++i)
    EXPECT_LT(found.fit.costs[i].cost, found.fit.costs[i - 1].cost);
}

TEST(Ilrma, TheSameBitsForAnyNumberOfThreads) {
  const Room room;
  const auto run = [&](int threads) {
    const auto found = ilrma(room.mixture, {.components = 2, .iterations = 5, .seed = 4, .threads = threads});
    return std::vector<float>(found.fit.factors.W.values().begin(), found.fit.factors.W.values().end());
  };
  EXPECT_EQ(run(1), run(3));
}

TEST(Ilrma, SilentAndEqualChannelsStayFinite) {
  for (const float gain : {0.0F, 1.0F, -1.0F}) {
    for (const float loudness : {0.0F, 1.0F}) {
      Room room;
      for (Index j = 0; j < kFrames; ++j) {
        for (std::size_t i = 0; i < kBins; ++i) {
          room.mixture.at(j, 0)[i] *= loudness;
          room.mixture.at(j, 1)[i] = gain * room.mixture.at(j, 0)[i];
        }
      }
      const IlrmaFit found = ilrma(room.mixture, {.components = 2, .iterations = 20});
      for (Index s = 0; s < 2; ++s) {
        const Spectrum image = found.demixing.apply(s, room.mixture);
        for (Index j = 0; j < kFrames; ++j) {
          for (const auto x : image.at(j, 0)) ASSERT_TRUE(std::isfinite(x.real()) && std::isfinite(x.imag()));
        }
      }
    }
  }
}

TEST(Ilrma, RefusesOneChannel) {
  EXPECT_THROW(ilrma(Spectrum(4, 1, 3), {}), InvalidInput);
}

TEST(SmallComplex, InvertsAndTellsSingularMatrices) {
  const std::vector<Complex> A{{0, 0}, {2, 1}, {1, -1}, {3, 0}};
  const auto inverted = inverse(A, 2);
  ASSERT_EQ(inverted.size(), 4U);
  EXPECT_NEAR(std::abs(A[0] * inverted[0] + A[1] * inverted[2] - 1.0), 0.0, 1e-12);
  EXPECT_NEAR(std::abs(A[2] * inverted[0] + A[3] * inverted[2]), 0.0, 1e-12);
  EXPECT_TRUE(inverse({1, 2, 2, 4}, 2).empty());
}

}  // namespace
}  // namespace divisi
