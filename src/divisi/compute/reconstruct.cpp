// SPDX-License-Identifier: Apache-2.0
#include "divisi/compute/reconstruct.h"

#include "divisi/compute/linalg.h"

#include <algorithm>

namespace divisi {
namespace {

// The `count` rows from `first` on.
template <typename View>
View rows_of(View matrix, Index first, Index count) {
  return {matrix.data() + first, count, matrix.cols(), matrix.stride()};
}

}  // namespace

Reconstruction::Reconstruction(const Factors& factors, std::span<const int> components)
    : factors_(factors),
      components_(components.begin(), components.end()),
      shapes_(factors.W.rows(), factors.time_shifts * std::ssize(components)) {
  Index col = 0;
  for (Index tau = 0; tau < factors.time_shifts; ++tau) {
    for (const int k : components_) {
      assert(k >= 0 && k < factors.components());
      std::ranges::copy(factors.W.col(tau * factors.components() + k), shapes_.col(col++).begin());
    }
  }
}

// H^φ of the components, once for each τ and moved by it, in the order of `shapes_`; silence before the first
// frame.
Matrix Reconstruction::moved_rows(Index pitch, Index first, Index frames) const {
  Matrix rows(shapes_.cols(), frames);
  for (Index j = 0; j < frames; ++j) {
    Index row = 0;
    for (Index tau = 0; tau < factors_.time_shifts; ++tau) {
      const Index onset = first + j - tau;
      if (onset < 0) break;
      for (const int k : components_) rows(row++, j) = factors_.H(pitch * factors_.components() + k, onset);
    }
  }
  return rows;
}

Matrix Reconstruction::at(Index first, Index frames) const {
  assert(first >= 0 && frames >= 0 && first + frames <= factors_.H.cols());
  const Index bins = shapes_.rows();
  Matrix sum(bins, frames);
  if (frames == 0) return sum;
  multiply(shapes_, moved_rows(0, first, frames), sum);
  for (Index pitch = 1; pitch < std::min(factors_.pitch_shifts, bins); ++pitch) {
    accumulate(rows_of(shapes_.view(), 0, bins - pitch), moved_rows(pitch, first, frames),
               rows_of(sum.view(), pitch, bins - pitch));
  }
  return sum;
}

Matrix reconstruct(const Factors& factors, std::span<const int> components, Index first, Index frames) {
  return Reconstruction(factors, components).at(first, frames);
}

}  // namespace divisi
