// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/start.h"

#include "divisi/core/random.h"

#include <cmath>

namespace divisi {

Factors random_start(Index bins, Index frames, Index components, double mean, std::uint64_t seed) {
  Random random(seed);
  Factors factors{.W = Matrix(bins, components), .H = Matrix(components, frames)};
  // A product of two uniform numbers has the mean 1/4, and `components` of them are added.
  const double scale = 4.0 * mean / static_cast<double>(components);
  for (float& w : factors.W.values()) w = static_cast<float>(random.uniform());
  for (float& h : factors.H.values()) h = static_cast<float>(scale * random.uniform());
  return factors;
}

}  // namespace divisi
