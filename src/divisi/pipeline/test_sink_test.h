// SPDX-License-Identifier: Apache-2.0
// Where the tests of this room put their stems.
#pragma once

#include "divisi/pipeline/render.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace divisi {

/// Keeps everything.
class MemorySink : public StemSink {
 public:
  void spectrum(const Matrix& whole) override { frames += whole.cols(); }
  void samples(std::span<const double> block, const std::vector<std::vector<double>>& parts) override {
    mixture.insert(mixture.end(), block.begin(), block.end());
    stems.resize(parts.size());
    for (std::size_t s = 0; s < parts.size(); ++s) {
      ASSERT_EQ(parts[s].size(), block.size());
      stems[s].insert(stems[s].end(), parts[s].begin(), parts[s].end());
    }
  }

  // The largest difference between the mixture and the sum of the stems.
  [[nodiscard]] double worst_difference() const {
    double worst = 0.0;
    for (std::size_t i = 0; i < mixture.size(); ++i) {
      double sum = 0.0;
      for (const auto& stem : stems) sum += stem[i];
      worst = std::max(worst, std::abs(sum - mixture[i]));
    }
    return worst;
  }

  Index frames = 0;
  std::vector<double> mixture;
  std::vector<std::vector<double>> stems;
};

/// Settings for small sounds and little time.
inline Settings quick(int components = 4, int sources = 2) {
  Settings settings;
  settings.components = components;
  settings.sources = sources;
  settings.fft = 256;
  settings.iterations = 30;
  settings.restarts = 1;
  return settings;
}

/// Of a stretch of samples.
inline double energy(const std::vector<double>& samples, std::size_t begin, std::size_t end) {
  double sum = 0.0;
  for (std::size_t i = begin; i < end; ++i) sum += samples[i] * samples[i];
  return sum;
}

}  // namespace divisi
