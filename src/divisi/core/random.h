// SPDX-License-Identifier: Apache-2.0
// Random numbers that are the same on every machine and with every standard library.
#pragma once

#include <cstdint>
#include <random>

namespace divisi {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in (0, 1): never 0, which a multiplicative update could not leave.
  double uniform() { return (static_cast<double>(engine_() >> 12) + 0.5) * 0x1p-52; }

 private:
  std::mt19937_64 engine_;  // its output is fixed by the standard; the distributions' is not
};

}  // namespace divisi
