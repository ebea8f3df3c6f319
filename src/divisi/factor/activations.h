// SPDX-License-Identifier: Apache-2.0
// H as the kernels read it.
#pragma once

#include "divisi/compute/aligned.h"
#include "divisi/core/matrix.h"

#include <algorithm>

namespace divisi {

/// H, one frame behind the other, with `before` silent frames in front of the first and some after the last:
/// the window of T frames that ends at any frame is one run of floats.
class Activations {
 public:
  Activations() = default;
  Activations(Index levels, Index frames, Index before)
      : values_(static_cast<std::size_t>((before + frames + kAfter) * levels + kSlack)),
        levels_(levels),
        frames_(frames),
        before_(before) {}

  [[nodiscard]] Index levels() const { return levels_; }
  [[nodiscard]] Index frames() const { return frames_; }

  /// Frame j, from −before on.
  float* frame(Index j) { return values_.data() + (before_ + j) * levels_; }
  [[nodiscard]] const float* frame(Index j) const { return values_.data() + (before_ + j) * levels_; }

  /// All of H, without the silence.
  std::span<float> values() { return {frame(0), static_cast<std::size_t>(levels_ * frames_)}; }
  [[nodiscard]] std::span<const float> values() const {
    return {frame(0), static_cast<std::size_t>(levels_ * frames_)};
  }
  [[nodiscard]] ConstMatrixView view() const { return {frame(0), levels_, frames_, levels_}; }

 private:
  static constexpr Index kAfter = 4;   // frames that kernel A may read past the last
  static constexpr Index kSlack = 64;  // values that kernels may read past a frame

  AlignedFloats values_;
  Index levels_ = 0;
  Index frames_ = 0;
  Index before_ = 0;
};

/// The factors as they are while they change.
struct State {
  Matrix W;  ///< bins × (T·K)
  Activations H;
};

}  // namespace divisi
