// SPDX-License-Identifier: Apache-2.0
// Stems on their way into files that add up to the mixture.
#pragma once

#include "divisi/audio/writer.h"
#include "divisi/core/matrix.h"

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace divisi {

/// What went into one file.
struct FileLevel {
  double peak = 0.0;  ///< of the values asked for, full scale 1
  Index clipped = 0;  ///< samples beyond what the depth can hold
};

/// Writes stems and, as the last file, the residual: what the mixture has and the stems have not, so that all
/// files add up to the mixture times the common gain. For integer depths the sum is exact: each stem's
/// rounding is handed on to the next one, and what a clipping stem cannot hold goes to the residual.
class StemFiles {
 public:
  /// `paths`: the stems' files, then the residual's. Throws Error(kOutput), and Error(kUsage) where the
  /// format cannot hold such sound.
  StemFiles(const std::vector<std::filesystem::path>& paths, const WriteFormat& format, double gain_db);

  /// The next samples, interleaved: the mixture and the stems that are written. Gives back the values that
  /// the files really hold, residual last. Throws Error(kOutput).
  const std::vector<std::vector<double>>& write(std::span<const double> mixture,
                                                const std::vector<std::vector<double>>& stems);

  /// Throws Error(kOutput) where the last bytes find no place.
  void close();

  /// A level for each file, residual last.
  [[nodiscard]] const std::vector<FileLevel>& levels() const { return levels_; }

  /// Whether the residual is digital silence: all zeros for integer depths; for floating point below −120 dB
  /// of full scale, and of the mixture's peak where that is lower.
  [[nodiscard]] bool residual_is_silent() const;

 private:
  double stored(double value, std::size_t file);

  std::vector<std::unique_ptr<FileWriter>> writers_;
  std::vector<std::vector<double>> written_;
  std::vector<FileLevel> levels_;
  Depth depth_;
  double unit_;  // the distance of two neighbouring values; 0 for floating point
  double gain_;
  double mixture_peak_ = 0.0;
  double residual_peak_ = 0.0;
};

}  // namespace divisi
