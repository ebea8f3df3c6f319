// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/picture.h"

#include "divisi/core/error.h"
#include "divisi/core/random.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

namespace divisi {
namespace {

std::size_t size(Index value) {
  return static_cast<std::size_t>(value);
}

int level(const Picture& picture, Index row, Index col) {
  return picture.levels[size(row * picture.cols + col)];
}

Matrix filled(Index rows, Index cols, float value) {
  return {rows, cols, std::vector<float>(size(rows * cols), value)};
}

Matrix noise(Index rows, Index cols) {
  Random random(3);
  Matrix matrix(rows, cols);
  for (float& value : matrix.values()) value = static_cast<float>(random.uniform());
  return matrix;
}

bool is_blank(const Picture& picture) {
  return std::all_of(picture.levels.begin(), picture.levels.end(), [](std::uint8_t x) { return x == 0; });
}

Picture spectrogram(const Matrix& V, const FrequencyAxis& axis, Index max_cols = 1000,
                    double range_db = 80.0) {
  SpectrogramPicture picture(axis, V.cols(), max_cols);
  picture.add(V);
  return picture.finish(picture.peak_db(), range_db);
}

Index loudest_row(const Picture& picture, Index col) {
  Index loudest = 0;
  for (Index row = 1; row < picture.rows; ++row) {
    if (level(picture, row, col) > level(picture, loudest, col)) loudest = row;
  }
  return loudest;
}

TEST(FrequencyAxis, IsLogarithmicForMusic) {
  const FrequencyAxis music(1025, 44100.0);
  EXPECT_TRUE(music.logarithmic());
  EXPECT_EQ(music.rows(), 320);
  EXPECT_NEAR(music.lowest_hz(), 40.0, 1e-9);
  EXPECT_NEAR(music.highest_hz(), 22050.0, 1e-9);
}

TEST(FrequencyAxis, IsLinearForTinySpectra) {
  for (const auto& axis :
       {FrequencyAxis(33, 44100.0), FrequencyAxis(1025, 100.0), FrequencyAxis(1, 8000.0)}) {
    EXPECT_FALSE(axis.logarithmic());
    EXPECT_EQ(axis.lowest_hz(), 0.0);
  }
}

TEST(FrequencyAxis, CentresAreEvenlySpacedOnTheirScale) {
  const auto log = FrequencyAxis(1025, 44100.0, 100).frequencies_hz();
  const auto linear = FrequencyAxis(5, 8.0, 4).frequencies_hz();
  ASSERT_EQ(log.size(), 100U);
  for (std::size_t i = 2; i < log.size(); ++i) EXPECT_NEAR(log[i] / log[i - 1], log[1] / log[0], 1e-9);
  EXPECT_EQ(linear, (std::vector<double>{0.5, 1.5, 2.5, 3.5}));
}

TEST(FrequencyAxis, AFlatSpectrumStaysFlat) {
  for (const auto& axis :
       {FrequencyAxis(1025, 44100.0), FrequencyAxis(7, 100.0, 50), FrequencyAxis(1, 8.0, 3)}) {
    const std::vector<double> power(size(axis.bins()), 2.5);
    std::vector<double> cells(size(axis.rows()));
    axis.pool(power, cells);
    for (const double cell : cells) EXPECT_NEAR(cell, 2.5, 1e-9);
  }
}

// The mean over each cell, times the cell's width, is the area below the line through the bins.
TEST(FrequencyAxis, LosesNoPower) {
  const Matrix bins = noise(33, 1);
  const FrequencyAxis axis(33, 64.0, 10);
  std::vector<double> power(bins.values().begin(), bins.values().end());
  std::vector<double> cells(10);
  axis.pool(power, cells);
  const double area = std::accumulate(power.begin(), power.end(), 0.0) - 0.5 * (power.front() + power.back());
  EXPECT_NEAR(3.2 * std::accumulate(cells.begin(), cells.end(), 0.0), area, 1e-9);
}

std::vector<double> octave_edges(Index bins, double lowest_hz, double bins_per_octave) {
  std::vector<double> edges;
  for (Index i = 0; i <= bins; ++i)
    edges.push_back(lowest_hz * std::exp2(static_cast<double>(i) / bins_per_octave));
  return edges;
}

TEST(FrequencyAxis, LogarithmicBinsAreTheirOwnCells) {
  const FrequencyAxis axis(octave_edges(175, 50.0, 24.0));
  EXPECT_TRUE(axis.logarithmic());
  EXPECT_EQ(axis.rows(), 175);
  EXPECT_DOUBLE_EQ(axis.lowest_hz(), 50.0);
  EXPECT_NEAR(axis.highest_hz(), 50.0 * std::exp2(175.0 / 24.0), 1e-9);
  EXPECT_NEAR(axis.frequencies_hz()[24], 100.0 * std::exp2(0.5 / 24.0), 1e-9);
  const Matrix bins = noise(175, 1);
  const std::vector<double> power(bins.values().begin(), bins.values().end());
  std::vector<double> cells(175);
  axis.pool(power, cells);
  for (std::size_t i = 0; i < cells.size(); ++i) EXPECT_DOUBLE_EQ(cells[i], power[i]);
}

TEST(FrequencyAxis, ManyLogarithmicBinsShareACell) {
  const FrequencyAxis axis(octave_edges(5, 100.0, 1.0), 2);
  EXPECT_EQ(axis.rows(), 2);
  std::vector<double> cells(2);
  axis.pool(std::vector<double>{1.0, 2.0, 4.0, 8.0, 16.0}, cells);
  EXPECT_NEAR(cells[0], (1.0 + 2.0 + 0.5 * 4.0) / 2.5, 1e-12);
  EXPECT_NEAR(cells[1], (0.5 * 4.0 + 8.0 + 16.0) / 2.5, 1e-12);
}

TEST(FrequencyAxis, RefusesWhatIsNoAxis) {
  for (const auto& edges : {std::vector<double>{}, {50.0}, {0.0, 10.0}, {50.0, 40.0}, {50.0, 50.0}})
    EXPECT_THROW(FrequencyAxis{edges}, InvalidInput);
  EXPECT_THROW(FrequencyAxis(0, 44100.0), InvalidInput);
  EXPECT_THROW(FrequencyAxis(5, 44100.0, 0), InvalidInput);
  for (const double rate : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
    EXPECT_THROW(FrequencyAxis(5, rate), InvalidInput) << rate;
  }
}

TEST(SpectrogramPicture, AToneIsInTheRowOfItsFrequency) {
  const FrequencyAxis axis(1025, 44100.0);
  const auto centres = axis.frequencies_hz();
  for (const Index bin : {5, 20, 93, 400, 1000}) {
    Matrix V(1025, 3);
    V(bin, 1) = 1.0F;
    const Picture picture = spectrogram(V, axis);
    const double expected_hz = static_cast<double>(bin) * 44100.0 / 2048.0;
    const Index loudest = loudest_row(picture, 1);
    // within a cell (2 %) or half a bin, whichever is wider
    EXPECT_NEAR(centres[size(loudest)], expected_hz, std::max(0.02 * expected_hz, 11.0)) << bin;
    EXPECT_EQ(level(picture, loudest, 1), 255);
    EXPECT_EQ(level(picture, loudest, 0) + level(picture, loudest, 2), 0);
  }
}

TEST(SpectrogramPicture, LevelsAreLinearInDbBetweenFloorAndTop) {
  const FrequencyAxis axis(2, 2.0, 1);
  SpectrogramPicture picture(axis, 4);
  picture.add(Matrix(2, 4, {1.0F, 1.0F, 0.1F, 0.1F, 0.001F, 0.001F, 0.0F, 0.0F}));
  EXPECT_NEAR(picture.peak_db(), 0.0, 1e-9);
  const Picture levels = picture.finish(0.0, 40.0);
  EXPECT_EQ(levels.levels, (std::vector<std::uint8_t>{255, 128, 0, 0}));
  EXPECT_EQ(levels.top_db, 0.0);
  EXPECT_EQ(levels.floor_db, -40.0);
  EXPECT_EQ(level(picture.finish(-20.0, 40.0), 0, 0), 255);  // louder than the top
}

TEST(SpectrogramPicture, AColumnIsTheMeanPowerOfItsFrames) {
  const FrequencyAxis axis(2, 2.0, 1);
  SpectrogramPicture picture(axis, 8, 2);
  Matrix V(2, 8);
  V(0, 1) = V(1, 1) = 1.0F;  // one of four frames: a quarter of the power
  for (Index t = 4; t < 8; ++t) V(0, t) = V(1, t) = 0.1F;
  picture.add(V);
  EXPECT_NEAR(picture.peak_db(), 10.0 * std::log10(0.25), 1e-6);
  const Picture levels = picture.finish(picture.peak_db() + 10.0, 100.0);
  EXPECT_EQ(levels.cols, 2);
  EXPECT_EQ(level(levels, 0, 0), std::lround(255.0 * 0.9));
  EXPECT_EQ(level(levels, 0, 1), std::lround(255.0 * (0.9 + (-20.0 - 10.0 * std::log10(0.25)) / 100.0)));
}

TEST(SpectrogramPicture, DoesNotDependOnTheBlocksItIsGiven) {
  const Matrix V = noise(65, 50);
  const FrequencyAxis axis(65, 8000.0, 20);
  SpectrogramPicture blocks(axis, 50, 7);
  for (const auto& [first, count] : {std::pair<Index, Index>{0, 1}, {1, 30}, {31, 0}, {31, 19}}) {
    blocks.add(V.view().cols(first, count));
  }
  EXPECT_EQ(blocks.finish(blocks.peak_db()).levels, spectrogram(V, axis, 7).levels);
}

TEST(SpectrogramPicture, ToPowerMakesAmplitudesAndPowersAlike) {
  const Matrix amplitude = noise(65, 4);
  Matrix power(65, 4);
  std::transform(amplitude.values().begin(), amplitude.values().end(), power.values().begin(),
                 [](float x) { return x * x; });
  const FrequencyAxis axis(65, 8000.0);
  SpectrogramPicture of_amplitude(axis, 4, 4, 2.0);
  SpectrogramPicture of_power(axis, 4, 4, 1.0);
  of_amplitude.add(amplitude);
  of_power.add(power);
  EXPECT_NEAR(of_amplitude.peak_db(), of_power.peak_db(), 1e-5);
}

TEST(SpectrogramPicture, SilenceIsBlank) {
  SpectrogramPicture picture(FrequencyAxis(65, 8000.0), 3);
  picture.add(Matrix(65, 3));
  EXPECT_EQ(picture.peak_db(), -std::numeric_limits<double>::infinity());
  const Picture levels = picture.finish(picture.peak_db(), 80.0);
  EXPECT_TRUE(is_blank(levels));
  EXPECT_EQ(levels.top_db, 0.0);
  EXPECT_TRUE(is_blank(picture.finish(-10.0, 80.0)));
}

TEST(SpectrogramPicture, TheSmallestIsOneBinAndOneFrame) {
  const Picture picture = spectrogram(filled(1, 1, 0.5F), FrequencyAxis(1, 8000.0, 4));
  EXPECT_EQ(picture.cols, 1);
  EXPECT_EQ(picture.levels, (std::vector<std::uint8_t>{255, 255, 255, 255}));
  EXPECT_THROW(SpectrogramPicture(FrequencyAxis(1, 8000.0), 0), InvalidInput);
  EXPECT_THROW(SpectrogramPicture(FrequencyAxis(1, 8000.0), 1, 0), InvalidInput);
}

TEST(SpectrogramPicture, ValuesThatAreNoNumbersAreBlank) {
  SpectrogramPicture picture(FrequencyAxis(2, 2.0, 1), 1);
  picture.add(filled(2, 1, std::numeric_limits<float>::quiet_NaN()));
  EXPECT_TRUE(is_blank(picture.finish(0.0)));
}

TEST(ShapesPicture, EachComponentIsRelativeToItsOwnPeak) {
  Matrix W(3, 3);
  W(0, 0) = 1.0F;
  W(2, 1) = 1e-5F;
  const Picture picture = shapes_picture(W, FrequencyAxis(3, 4.0, 2));
  EXPECT_EQ(picture.cols, 3);
  EXPECT_EQ(level(picture, 0, 0), 255);
  EXPECT_EQ(level(picture, 1, 0), 0);
  EXPECT_EQ(level(picture, 1, 1), 255);
  EXPECT_EQ(level(picture, 0, 1), 0);
  EXPECT_EQ(level(picture, 0, 2) + level(picture, 1, 2), 0);  // a silent component
  EXPECT_EQ(picture.top_db, 0.0);
}

TEST(ActivationsPicture, ASingleLoudFrameSurvivesAndKeepsItsPlace) {
  Matrix H = filled(2, 20000, 1e-4F);
  H(1, 12345) = 1.0F;
  const Picture picture = activations_picture(H, 1000, 60.0);
  EXPECT_EQ(picture.rows, 2);
  EXPECT_EQ(picture.cols, 1000);
  EXPECT_EQ(level(picture, 1, 12345 / 20), 255);
  EXPECT_EQ(std::count(picture.levels.begin(), picture.levels.end(), std::uint8_t{0}), 1999);
}

TEST(ActivationsPicture, RowsShareOneScale) {
  const Picture picture = activations_picture(Matrix(2, 1, {10.0F, 1.0F}), 1000, 40.0);
  EXPECT_EQ(picture.levels, (std::vector<std::uint8_t>{255, 128}));
  EXPECT_NEAR(picture.top_db, 20.0, 1e-9);
}

TEST(ActivationsPicture, OneComponentOneFrameAndSilence) {
  EXPECT_EQ(activations_picture(filled(1, 1, 3.0F)).levels, (std::vector<std::uint8_t>{255}));
  const Picture silence = activations_picture(Matrix(4, 5));
  EXPECT_TRUE(is_blank(silence));
  EXPECT_EQ(silence.top_db, 0.0);
  EXPECT_THROW(activations_picture(Matrix(4, 0)), InvalidInput);
}

}  // namespace
}  // namespace divisi
