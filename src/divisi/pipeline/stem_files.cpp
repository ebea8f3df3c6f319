// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/stem_files.h"

#include <algorithm>
#include <cmath>

namespace divisi {

StemFiles::StemFiles(const std::vector<std::filesystem::path>& paths, const WriteFormat& format,
                     double gain_db)
    : written_(paths.size()),
      levels_(paths.size()),
      depth_(depth_in(format.container, format.depth)),
      unit_(unit_in_last_place(depth_)),
      gain_(std::pow(10.0, gain_db / 20.0)) {
  for (const auto& path : paths) writers_.push_back(std::make_unique<FileWriter>(path, format));
}

// The value nearest to `value` that the file can hold.
double StemFiles::stored(double value, std::size_t file) {
  FileLevel& level = levels_[file];
  level.peak = std::max(level.peak, std::abs(value));
  if (depth_ == Depth::kDouble) return value;
  if (unit_ == 0.0) return static_cast<double>(static_cast<float>(value));
  const double rounded = std::nearbyint(value / unit_) * unit_;
  const double held = std::clamp(rounded, -1.0, 1.0 - unit_);
  if (held != rounded) ++level.clipped;
  return held;
}

const std::vector<std::vector<double>>& StemFiles::write(std::span<const double> mixture,
                                                         const std::vector<std::vector<double>>& stems) {
  const std::size_t residual = written_.size() - 1;
  for (auto& block : written_) block.resize(mixture.size());
  for (std::size_t i = 0; i < mixture.size(); ++i) {
    const double whole = gain_ * mixture[i];
    double rounding = 0.0;
    double sum = 0.0;
    for (std::size_t s = 0; s < residual; ++s) {
      const double wanted = gain_ * stems[s][i] + rounding;
      const double held = stored(wanted, s);
      if (unit_ > 0.0) rounding = std::abs(wanted - held) <= unit_ ? wanted - held : 0.0;
      sum += held;
      written_[s][i] = held;
    }
    written_[residual][i] = stored(whole - sum, residual);
    mixture_peak_ = std::max(mixture_peak_, std::abs(whole));
    residual_peak_ = std::max(residual_peak_, std::abs(written_[residual][i]));
  }
  for (std::size_t f = 0; f < writers_.size(); ++f) writers_[f]->write(written_[f]);
  return written_;
}

void StemFiles::close() {
  for (auto& writer : writers_) writer->close();
}

bool StemFiles::residual_is_silent() const {
  return residual_peak_ <= (unit_ > 0.0 ? 0.0 : 1e-6 * std::min(1.0, mixture_peak_));
}

}  // namespace divisi
