// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/core/matrix.h"

#include <cstddef>
#include <new>
#include <vector>

namespace divisi {

/// Allocates on the boundaries of cache lines, as the kernels ask.
template <typename T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t kAlignment{64};

  AlignedAllocator() = default;
  template <typename U>
  explicit AlignedAllocator(const AlignedAllocator<U>& /*other*/) {}

  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kAlignment)); }
  void deallocate(T* memory, std::size_t /*count*/) { ::operator delete(memory, kAlignment); }
  bool operator==(const AlignedAllocator& /*other*/) const { return true; }
};

/// Floats that begin on a cache line.
using AlignedFloats = std::vector<float, AlignedAllocator<float>>;

}  // namespace divisi
