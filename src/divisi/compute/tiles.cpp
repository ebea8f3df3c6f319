// SPDX-License-Identifier: Apache-2.0
// Built once for each of these: the baseline, AVX2, AVX3 (AVX-512); what lies between them gains nothing
// here.
#pragma GCC diagnostic ignored "-Wsign-conversion"  // arrays whose sizes are int template arguments
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "divisi/compute/tiles.cpp"
// foreach_target comes before what it includes again and again.
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "divisi/compute/tiles-inl.h"
// clang-format on

#if HWY_ONCE

#include "divisi/core/error.h"

#include <cstdlib>
#include <string>

namespace divisi {
namespace {

HWY_EXPORT(kernel_set);

// The sets that `name` and what is older can do; Highway numbers the better ones lower.
const KernelSet& chosen_kernels() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment
  if (const char* name = std::getenv("DIVISI_SIMD"); name != nullptr && *name != '\0') {
    std::string known;
    for (std::int64_t left = hwy::SupportedTargets(); left != 0; left &= left - 1) {
      const std::int64_t target = left & -left;
      if (hwy::TargetName(target) == std::string_view(name)) {
        hwy::DisableTargets(target - 1);
        return *HWY_DYNAMIC_DISPATCH(kernel_set)();
      }
      known += (known.empty() ? "" : ", ") + std::string(hwy::TargetName(target));
    }
    throw InvalidInput("DIVISI_SIMD", "one of " + known, name);
  }
  return *HWY_DYNAMIC_DISPATCH(kernel_set)();
}

}  // namespace

Terms terms_of(double beta) {
  if (beta == 1.0) return Terms::kKullbackLeibler;
  if (beta == 0.0) return Terms::kItakuraSaito;
  if (beta == 0.5) return Terms::kHalf;
  if (beta == 2.0) return Terms::kEuclidean;
  return Terms::kGeneral;
}

const TileKernels& KernelSet::height_for(Index bins) const {
  const auto padded = [bins](const TileKernels& height) {
    return (bins + height.rows - 1) / height.rows * height.rows;
  };
  return padded(heights[1]) < padded(heights[0]) ? heights[1] : heights[0];
}

const KernelSet& kernels() {
  static const KernelSet& chosen = chosen_kernels();
  return chosen;
}

void pack_rows(const KernelSet& set, const float* w, Index components, Index pitch, float* packed) {
  for (Index first = 0; first < components;) {
    const Index width = std::min(components - first, set.most_vectors * set.lanes);
    for (Index k = 0; k < width; ++k) {
      const float* from = w + (first + k) * pitch;
      float* to = packed + first * pitch + k;
      for (Index i = 0; i < pitch; ++i) to[i * width] = from[i];
    }
    first += width;
  }
}

}  // namespace divisi

#endif  // HWY_ONCE
