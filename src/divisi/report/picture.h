// SPDX-License-Identifier: Apache-2.0
// Matrices as pictures of a modest size: levels in dB, one byte a cell.
#pragma once

#include "divisi/core/matrix.h"

#include <cstdint>
#include <span>
#include <vector>

namespace divisi {

/// Levels for a canvas: 0 is floor_db or below, 255 is top_db or above, linear in dB between.
struct Picture {
  Index rows = 0;
  Index cols = 0;
  std::vector<std::uint8_t>
      levels;  ///< rows × cols, row-major; row 0 is the lowest frequency or the first component
  double top_db = 0.0;
  double floor_db = 0.0;
};

/// A frequency axis of pictures, and the way from the bins of a spectrum to its cells. Cells are spaced
/// logarithmically from 40 Hz (or the first bin, if that is higher) to half the rate; linearly from 0 where
/// there are too few bins or octaves for that.
class FrequencyAxis {
 public:
  /// No bins, no cells.
  FrequencyAxis() = default;
  /// `bins`: from 0 to rate_hz / 2, evenly spaced, 1 or more; `rate_hz` > 0; `rows`: cells, 1 or more. Throws
  /// InvalidInput.
  FrequencyAxis(Index bins, double rate_hz, Index rows = 320);
  /// Of bins that are equally wide in octaves already: one between each two of `edges_hz`, which rise from
  /// above 0. A cell for each bin, `most_rows` where there are more. Throws InvalidInput.
  explicit FrequencyAxis(const std::vector<double>& edges_hz, Index most_rows = 320);

  [[nodiscard]] Index bins() const { return bins_; }
  [[nodiscard]] Index rows() const { return rows_; }
  [[nodiscard]] bool logarithmic() const { return logarithmic_; }
  /// The lower edge of the first cell and the upper edge of the last.
  [[nodiscard]] double lowest_hz() const { return lowest_hz_; }
  [[nodiscard]] double highest_hz() const { return highest_hz_; }
  /// The centres of the cells: the geometric mean of their edges on a logarithmic axis.
  [[nodiscard]] std::vector<double> frequencies_hz() const;

  /// cells[row] = the mean power over the row's stretch of frequency, power between bins being linear:
  /// several bins are averaged, less than one is interpolated (bins between edges: the mean in octaves of the
  /// bins that the row lies in). `power`: bins; `cells`: rows.
  void pool(std::span<const double> power, std::span<double> cells) const;

 private:
  struct Cell {
    std::size_t first_bin = 0;
    std::size_t first_weight = 0;
    std::size_t count = 0;
  };

  [[nodiscard]] double at(double row) const;
  void weigh(double spacing_hz);
  void weigh_octaves();

  Index bins_ = 0;
  Index rows_ = 0;
  bool logarithmic_ = false;
  double lowest_hz_ = 0.0;
  double highest_hz_ = 0.0;
  std::vector<Cell> cells_;
  std::vector<double> weights_;
};

/// A picture of a spectrogram that is handed over piece by piece, so that nothing of size bins × frames is
/// held.
class SpectrogramPicture {
 public:
  /// `frames`: of the whole spectrogram, 1 or more; at most `max_cols` columns, each the mean power of its
  /// frames. A value to the power of `to_power` is a power: 2 for amplitudes, 2 / P for V = |X|^P. Throws
  /// InvalidInput.
  SpectrogramPicture(FrequencyAxis axis, Index frames, Index max_cols = 1000, double to_power = 2.0);

  /// Takes the next frames; `values`: bins × n, nonnegative, n ≤ the frames that are still missing.
  void add(ConstMatrixView values);

  /// The level of the loudest cell; minus infinity where all is silent.
  [[nodiscard]] double peak_db() const;

  /// The picture with top_db at its top. A top that is not finite (the peak of silence) makes an empty
  /// picture with its top at 0 dB. `range_db` > 0.
  [[nodiscard]] Picture finish(double top_db, double range_db = 80.0) const;

 private:
  FrequencyAxis axis_;
  Index frames_;
  Index cols_;
  double to_power_;
  Index added_ = 0;
  std::vector<double> sums_;   // cols × rows: a frame adds to one contiguous stretch
  std::vector<Index> counts_;  // frames in each column
  std::vector<double> power_;  // one frame's bins
  std::vector<double> cells_;  // and its cells
};

/// One column for each column of `W` (bins × components), each relative to its own peak: shapes, not levels.
/// `to_power` as in SpectrogramPicture.
Picture shapes_picture(ConstMatrixView W, const FrequencyAxis& axis, double range_db = 60.0,
                       double to_power = 2.0);

/// One row for each row of `H` (components × frames, 1 or more), all relative to the loudest cell. A column
/// is the maximum of its frames, so that a single loud frame stays visible. Throws InvalidInput.
Picture activations_picture(ConstMatrixView H, Index max_cols = 1000, double range_db = 60.0,
                            double to_power = 2.0);

}  // namespace divisi
