// SPDX-License-Identifier: Apache-2.0
// What the channels of a recording have to do with each other: enough to tell mono, panned and room apart.
#pragma once

#include "divisi/core/spectrum.h"

#include <array>
#include <vector>

namespace divisi {

struct ChannelFacts {
  /// 1 − λ_1/Σλ of the channels' covariance: the share of the energy outside the main direction. 0 for one
  /// channel, identical, proportional and opposite channels, and where all but one are silent.
  double off_axis = 0.0;
  /// Mean |cos φ| of the phase φ between the first channel and each other, over the cells whose product of
  /// magnitudes lies within 60 dB of the largest. Level panning makes no phase: near 1; microphones apart
  /// make all phases: towards 2/π. 1 where no cell has both.
  double in_phase = 1.0;
};

/// Gathers spectra, in order, in memory that does not grow.
class ChannelStatistics {
 public:
  void add(const Spectrum& block);
  [[nodiscard]] ChannelFacts facts() const;

 private:
  static constexpr std::size_t kSteps = 1024;  // of 1 dB, from −800 dB on

  void add_pair(std::complex<double> product);

  std::vector<double> covariance_;  // column-major, the real part
  Index channels_ = 0;
  std::array<double, kSteps> cosines_{};  // by the cell's level
  std::array<double, kSteps> cells_{};
};

}  // namespace divisi
