// SPDX-License-Identifier: Apache-2.0
// Spectrograms as pictures of a bounded size: a byte a cell.
#pragma once

#include "divisi/core/matrix.h"

#include <cstddef>
#include <vector>

namespace divisi {

/// What a byte of 0 … 255 in a picture reaches over: −127.5 … 0 dB, half a decibel a step.
inline constexpr double kPictureRangeDb = 127.5;

/// A picture of a spectrogram that is handed over piece by piece. Where it would be larger than it may be,
/// one column stands for 2, 4, 8, … frames and holds the largest values of them, so that what is short is
/// seen.
class SpectrogramPicture {
 public:
  /// `bins` and `frames` of the spectrogram, 1 or more; at most `most_cells` cells, or one column where that
  /// is more. Throws InvalidInput.
  SpectrogramPicture(Index bins, Index frames, Index most_cells);

  /// Takes the next frames; `magnitudes`: bins × n, nonnegative, n ≤ the frames that are still missing.
  void add(ConstMatrixView magnitudes);

  /// A column stands for 2^coarser() frames.
  [[nodiscard]] int coarser() const { return coarser_; }
  [[nodiscard]] Index bins() const { return cells_.rows(); }
  [[nodiscard]] Index cols() const { return cells_.cols(); }
  /// The largest magnitude, which 0 dB stands for.
  [[nodiscard]] double most() const;

  /// bins × cols bytes, a column after the other, the lowest frequency first; all 0 for silence.
  [[nodiscard]] std::vector<std::byte> levels() const;

 private:
  int coarser_ = 0;
  Index frames_;
  Index added_ = 0;
  Matrix cells_;
};

/// The largest of each 2^coarser columns, row by row.
Matrix coarse(ConstMatrixView values, int coarser);

}  // namespace divisi
