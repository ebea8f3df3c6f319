// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/stem_files.h"

#include "divisi/audio/reader.h"
#include "divisi/core/random.h"

#include <cmath>
#include <gtest/gtest.h>
#include <unistd.h>

namespace divisi {
namespace {

namespace fs = std::filesystem;

class StemFilesTest : public testing::TestWithParam<Depth> {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("divisi-stem-files-" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Writes three stems and the residual of a mixture on the depth's grid; gives the files' samples back.
  std::vector<std::vector<double>> write(const std::vector<double>& mixture,
                                         const std::vector<std::vector<double>>& stems, double gain_db) {
    std::vector<fs::path> paths;
    for (std::size_t f = 0; f <= stems.size(); ++f) paths.push_back(folder_ / (std::to_string(f) + ".wav"));
    StemFiles files(paths,
                    {.container = Container::kWav,
                     .depth = GetParam(),
                     .rate_hz = 8000,
                     .channels = 2,
                     .frames_expected = std::ssize(mixture) / 2,
                     .channel_map = {}},
                    gain_db);
    files.write(mixture, stems);
    files.close();
    levels_ = files.levels();
    silent_ = files.residual_is_silent();
    std::vector<std::vector<double>> read;
    for (const auto& path : paths) {
      const auto source = FileSource::open(path);
      read.emplace_back(mixture.size());
      EXPECT_EQ(source->read(read.back()), source->frames());
      EXPECT_EQ(source->frames() * 2, std::ssize(mixture));
    }
    return read;
  }

  fs::path folder_;
  std::vector<FileLevel> levels_;
  bool silent_ = false;
};

struct Signals {
  std::vector<double> mixture;
  std::vector<std::vector<double>> stems{3};
};

// A mixture on the 8-bit grid (which every depth has) and three stems that add up to it, as loud as `level`.
Signals signals(double level) {
  Random random(4);
  Signals result;
  for (int i = 0; i < 4000; ++i) {
    const double x = std::nearbyint(128.0 * 0.9 * (2.0 * random.uniform() - 1.0)) / 128.0;
    const double first = level * (2.0 * random.uniform() - 1.0);
    const double second = 0.5 * (x - first) + 0.01 * random.uniform();
    result.mixture.push_back(x);
    result.stems[0].push_back(first);
    result.stems[1].push_back(second);
    result.stems[2].push_back(x - first - second);
  }
  return result;
}

double worst_sum(const std::vector<double>& mixture, const std::vector<std::vector<double>>& files) {
  double worst = 0.0;
  for (std::size_t i = 0; i < mixture.size(); ++i) {
    double sum = 0.0;
    for (const auto& file : files) sum += file[i];
    worst = std::max(worst, std::abs(sum - mixture[i]));
  }
  return worst;
}

TEST_P(StemFilesTest, AddUpToTheMixture) {
  const Signals s = signals(0.3);
  const auto files = write(s.mixture, s.stems, 0.0);
  const double unit = unit_in_last_place(GetParam());
  EXPECT_LE(worst_sum(s.mixture, files), unit > 0.0 ? 0.0 : 1e-6);
  EXPECT_TRUE(silent_);
  for (std::size_t stem = 0; stem < 3; ++stem) {
    for (std::size_t i = 0; i < s.mixture.size(); ++i) {
      ASSERT_NEAR(files[stem][i], s.stems[stem][i], unit > 0.0 ? unit : 1e-7);
    }
  }
}

TEST_P(StemFilesTest, WhatAClippingStemCannotHoldGoesToTheResidual) {
  const Signals s = signals(1.4);
  const auto files = write(s.mixture, s.stems, 0.0);
  if (is_integer(GetParam())) {
    EXPECT_GT(levels_[0].clipped, 0);
    EXPECT_FALSE(silent_);
    EXPECT_EQ(worst_sum(s.mixture, files), 0.0);
  } else {
    EXPECT_EQ(levels_[0].clipped, 0);
    EXPECT_TRUE(silent_);
  }
  EXPECT_NEAR(levels_[0].peak, 1.4, 0.01);
}

TEST_P(StemFilesTest, AGainIsCommonToAll) {
  const Signals s = signals(1.4);
  const auto files = write(s.mixture, s.stems, -6.0);
  EXPECT_EQ(levels_[0].clipped, 0);
  std::vector<double> turned_down = s.mixture;
  for (double& x : turned_down) x *= std::pow(10.0, -0.3);
  EXPECT_LE(worst_sum(turned_down, files), std::max(unit_in_last_place(GetParam()), 1e-6));
}

TEST_P(StemFilesTest, AResidualThatCountsIsNotSilent) {
  Signals s = signals(0.3);
  for (double& x : s.stems[2]) x *= 0.9;
  write(s.mixture, s.stems, 0.0);
  EXPECT_FALSE(silent_);
}

INSTANTIATE_TEST_SUITE_P(EveryDepth, StemFilesTest,
                         testing::Values(Depth::kU8, Depth::kS16, Depth::kS24, Depth::kS32, Depth::kFloat,
                                         Depth::kDouble));

}  // namespace
}  // namespace divisi
