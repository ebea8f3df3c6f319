// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/audio.h"

#include <algorithm>

namespace divisi {

Index MemorySource::read(std::span<double> block) {
  const std::size_t count = std::min(block.size(), audio_.samples.size() - position_);
  const auto begin = audio_.samples.begin() + static_cast<Index>(position_);
  std::copy(begin, begin + static_cast<Index>(count), block.begin());
  position_ += count;
  return static_cast<Index>(count) / audio_.channels;
}

}  // namespace divisi
