// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/core/spectrum.h"

#include <complex>
#include <vector>

namespace divisi {

/// For each source and bin a filter from the channels to what the source is in each channel. The filters of
/// all sources add up to the identity.
class Demixing {
 public:
  Demixing() = default;
  /// As many sources as channels, each an equal share of every channel.
  Demixing(Index bins, Index channels);

  [[nodiscard]] bool empty() const { return filters_.empty(); }
  std::complex<float>& at(Index source, Index bin, Index out, Index in) {
    return filters_[offset(source, bin, out, in)];
  }

  /// What `source` is in `mixture`, channel by channel.
  [[nodiscard]] Spectrum apply(Index source, const Spectrum& mixture) const;

 private:
  [[nodiscard]] std::size_t offset(Index source, Index bin, Index out, Index in) const {
    return static_cast<std::size_t>(((source * channels_ + out) * channels_ + in) * bins_ + bin);
  }

  std::vector<std::complex<float>> filters_;
  Index bins_ = 0;
  Index channels_ = 0;
};

}  // namespace divisi
