// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/melody.h"

#include "divisi/core/random.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace divisi {
namespace {

constexpr double kBinHz = 8.0;
constexpr Index kBins = 1025;

// Harmonics of height 1/h at hz[j], lines of a Hann window's width.
Matrix sung(const std::vector<double>& hz) {
  Matrix V(kBins, std::ssize(hz));
  for (std::size_t j = 0; j < hz.size(); ++j) {
    const auto frame = V.col(static_cast<Index>(j));
    for (int h = 1; h * hz[j] < 7000.0; ++h) {
      for (std::size_t i = 0; i < frame.size(); ++i) {
        const double away = static_cast<double>(i) - h * hz[j] / kBinHz;
        frame[i] += static_cast<float>(std::exp(-0.5 * away * away) / h);
      }
    }
  }
  return V;
}

// 40 frames of each.
std::vector<double> with_vibrato(double hz) {
  std::vector<double> course;
  for (int j = 0; j < 40; ++j)
    course.push_back(hz * std::exp2(std::sin(2.0 * std::numbers::pi * j / 9.0) / 12.0));
  return course;
}
std::vector<double> in_turn(const std::vector<double>& notes) {
  std::vector<double> course;
  for (const double hz : notes) course.insert(course.end(), 40 / notes.size(), hz);
  return course;
}

MagnitudeBlocks blocks_of(const Matrix& V) {
  return {.frames = V.cols(), .at = [&V](Index first, Index count) {
            const auto begin = V.values().begin() + first * V.rows();
            return Matrix(V.rows(), count, {begin, begin + count * V.rows()});
          }};
}

TEST(Melody, IsWithinAStepOfTheTruth) {
  const PitchGrid grid;
  for (const double hz : {110.0, 220.0, 387.0, 650.0}) {
    const std::vector<double> truth = with_vibrato(hz);
    const Matrix V = sung(truth);
    const std::vector<int> melody = melody_of(blocks_of(V), kBinHz, grid);
    for (std::size_t j = 0; j < truth.size(); ++j)
      EXPECT_NEAR(12.0 * std::log2(grid.hz(melody[j]) / truth[j]), 0.0, 0.35) << hz << " Hz, frame " << j;
  }
}

TEST(Melody, IsThatOfTheLouderAmongTwo) {
  const std::vector<double> loud = with_vibrato(300.0);
  Matrix V = sung(loud);
  const Matrix quiet = sung(in_turn({147.0, 165.0}));
  for (std::size_t i = 0; i < V.values().size(); ++i) V.values()[i] += 0.3F * quiet.values()[i];
  const std::vector<int> melody = melody_of(blocks_of(V), kBinHz, {});
  int right = 0;
  for (std::size_t j = 0; j < loud.size(); ++j)
    right += std::abs(12.0 * std::log2(PitchGrid{}.hz(melody[j]) / loud[j])) < 0.35 ? 1 : 0;
  EXPECT_GE(right, 36);
}

TEST(Melody, VoicesGlideAndNotesDoNot) {
  const auto gliding = [](const Matrix& V) {
    return gliding_share(blocks_of(V), kBinHz, {}, melody_of(blocks_of(V), kBinHz, {}));
  };
  EXPECT_GT(gliding(sung(with_vibrato(200.0))), 0.5);
  EXPECT_EQ(gliding(sung(in_turn({196.0, 262.0, 220.0, 330.0}))), 0.0);
  Random random(4);
  Matrix noise(kBins, 40);
  for (float& v : noise.values()) v = static_cast<float>(-std::log(random.uniform()));
  EXPECT_LT(gliding(noise), 0.03);
}

TEST(Melody, IsSilentWhereNothingSoundsAlongIt) {
  std::vector<double> course = with_vibrato(220.0);
  course.insert(course.end(), 40, 330.0);
  Matrix V = sung(course);
  for (Index j = 40; j < 60; ++j)
    for (float& v : V.col(j)) v *= 0.01F;
  const std::vector<int> melody = melody_of(blocks_of(V), kBinHz, {});
  const std::vector<int> sounding = sounding_part(blocks_of(V), kBinHz, {}, melody);
  for (std::size_t j = 0; j < melody.size(); ++j)
    EXPECT_EQ(sounding[j], j >= 43 && j < 57 ? -1 : melody[j]) << "frame " << j;
  EXPECT_TRUE(sounding_part(blocks_of(Matrix(kBins, 0)), kBinHz, {}, {}).empty());
}

TEST(Melody, SilenceHasOneThatStays) {
  const Matrix silence(kBins, 5);
  const std::vector<int> melody = melody_of(blocks_of(silence), kBinHz, {});
  ASSERT_EQ(melody.size(), 5U);
  EXPECT_EQ(gliding_share(blocks_of(silence), kBinHz, {}, melody), 0.0);
  const Matrix nothing(kBins, 0);
  EXPECT_TRUE(melody_of(blocks_of(nothing), kBinHz, {}).empty());
}

}  // namespace
}  // namespace divisi
