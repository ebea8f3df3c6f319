// SPDX-License-Identifier: Apache-2.0
#include "divisi/spatial/demixing.h"

namespace divisi {

Demixing::Demixing(Index bins, Index channels)
    : filters_(static_cast<std::size_t>(bins * channels * channels * channels)),
      bins_(bins),
      channels_(channels) {
  for (Index source = 0; source < channels; ++source) {
    for (Index c = 0; c < channels; ++c) {
      for (Index i = 0; i < bins; ++i) at(source, i, c, c) = 1.0F / static_cast<float>(channels);
    }
  }
}

Spectrum Demixing::apply(Index source, const Spectrum& mixture) const {
  Spectrum result(bins_, channels_, mixture.frames());
  for (Index j = 0; j < mixture.frames(); ++j) {
    for (Index out = 0; out < channels_; ++out) {
      auto to = result.at(j, out);
      for (Index in = 0; in < channels_; ++in) {
        const auto from = mixture.at(j, in);
        const auto* filter = filters_.data() + offset(source, 0, out, in);
        for (std::size_t i = 0; i < to.size(); ++i) to[i] += filter[i] * from[i];
      }
    }
  }
  return result;
}

}  // namespace divisi
