// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/picture.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace divisi {
namespace {

constexpr double kLowestHz = 40.0;
constexpr Index kLeastBins = 64;  // below, a logarithmic axis would show little but interpolation
constexpr double kLeastOctaves = 3.0;

std::size_t size(Index value) {
  return static_cast<std::size_t>(value);
}

void require_positive(Index value, const char* subject) {
  if (value < 1) throw InvalidInput(subject, "1 or more", std::to_string(value));
}

double to_db(double power) {
  return power > 0.0 ? 10.0 * std::log10(power) : -std::numeric_limits<double>::infinity();
}

std::uint8_t level(double power, double top_db, double range_db) {
  const double share = 1.0 + (to_db(power) - top_db) / range_db;
  return share > 0.0 ? static_cast<std::uint8_t>(std::lround(255.0 * std::min(share, 1.0))) : std::uint8_t{0};
}

double power_of(float value, double to_power) {
  const auto x = static_cast<double>(value);
  return to_power == 2.0 ? x * x : std::pow(x, to_power);
}

Picture blank(Index rows, Index cols, double top_db, double range_db) {
  return {.rows = rows,
          .cols = cols,
          .levels = std::vector<std::uint8_t>(size(rows * cols)),
          .top_db = top_db,
          .floor_db = top_db - range_db};
}

// The area up to `x` below the hat that is 1 at 0 and falls to 0 at ±1.
double hat_area(double x) {
  const double t = std::clamp(x, -1.0, 1.0);
  return t < 0.0 ? 0.5 * (1.0 + t) * (1.0 + t) : 1.0 - 0.5 * (1.0 - t) * (1.0 - t);
}

}  // namespace

FrequencyAxis::FrequencyAxis(Index bins, double rate_hz, Index rows) : bins_(bins), rows_(rows) {
  require_positive(bins, "bins");
  require_positive(rows, "rows");
  if (!(rate_hz > 0.0) || !std::isfinite(rate_hz)) {
    throw InvalidInput("rate_hz", "a number above 0", to_text(rate_hz));
  }
  highest_hz_ = 0.5 * rate_hz;
  const double spacing_hz = highest_hz_ / static_cast<double>(std::max<Index>(1, bins - 1));
  const double lowest_hz = std::max(kLowestHz, spacing_hz);
  logarithmic_ = bins >= kLeastBins && std::log2(highest_hz_ / lowest_hz) >= kLeastOctaves;
  lowest_hz_ = logarithmic_ ? lowest_hz : 0.0;
  weigh(spacing_hz);
}

FrequencyAxis::FrequencyAxis(const std::vector<double>& edges_hz, Index most_rows)
    : bins_(std::ssize(edges_hz) - 1), logarithmic_(true) {
  require_positive(bins_, "bins");
  require_positive(most_rows, "most_rows");
  if (!(edges_hz.front() > 0.0) || !std::ranges::is_sorted(edges_hz, std::less_equal<>()) ||
      !std::isfinite(edges_hz.back())) {
    throw InvalidInput("edges_hz", "frequencies that rise from above 0",
                       to_text(edges_hz.front()) + " to " + to_text(edges_hz.back()));
  }
  rows_ = std::min(bins_, most_rows);
  lowest_hz_ = edges_hz.front();
  highest_hz_ = edges_hz.back();
  weigh_octaves();
}

double FrequencyAxis::at(double row) const {
  const double share = row / static_cast<double>(rows_);
  return logarithmic_ ? lowest_hz_ * std::pow(highest_hz_ / lowest_hz_, share)
                      : lowest_hz_ + share * (highest_hz_ - lowest_hz_);
}

void FrequencyAxis::weigh(double spacing_hz) {
  cells_.resize(size(rows_));
  const auto last = static_cast<double>(bins_ - 1);
  for (Index row = 0; row < rows_; ++row) {
    const double low = std::min(at(static_cast<double>(row)) / spacing_hz, last);
    const double high = std::min(at(static_cast<double>(row + 1)) / spacing_hz, last);
    Cell& cell = cells_[size(row)];
    cell.first_weight = weights_.size();
    cell.first_bin = static_cast<std::size_t>(low);
    if (!(high > low)) {  // a single bin, which has no neighbour to interpolate with
      weights_.push_back(1.0);
    } else {
      for (auto bin = cell.first_bin; bin < size(bins_) && static_cast<double>(bin) < high + 1.0; ++bin) {
        const auto centre = static_cast<double>(bin);
        weights_.push_back((hat_area(high - centre) - hat_area(low - centre)) / (high - low));
      }
    }
    cell.count = weights_.size() - cell.first_weight;
  }
}

void FrequencyAxis::weigh_octaves() {
  cells_.resize(size(rows_));
  const double bins_a_row = static_cast<double>(bins_) / static_cast<double>(rows_);
  for (Index row = 0; row < rows_; ++row) {
    const double low = static_cast<double>(row) * bins_a_row;
    const double high = std::min(low + bins_a_row, static_cast<double>(bins_));
    Cell& cell = cells_[size(row)];
    cell.first_weight = weights_.size();
    cell.first_bin = static_cast<std::size_t>(low);
    for (auto bin = cell.first_bin; bin < size(bins_) && static_cast<double>(bin) < high; ++bin) {
      const auto from = static_cast<double>(bin);
      weights_.push_back((std::min(high, from + 1.0) - std::max(low, from)) / bins_a_row);
    }
    cell.count = weights_.size() - cell.first_weight;
  }
}

std::vector<double> FrequencyAxis::frequencies_hz() const {
  std::vector<double> centres;
  for (Index row = 0; row < rows_; ++row) centres.push_back(at(static_cast<double>(row) + 0.5));
  return centres;
}

void FrequencyAxis::pool(std::span<const double> power, std::span<double> cells) const {
  assert(std::ssize(power) == bins_ && std::ssize(cells) == rows_);
  for (std::size_t row = 0; row < cells.size(); ++row) {
    const Cell& cell = cells_[row];
    double sum = 0.0;
    for (std::size_t i = 0; i < cell.count; ++i)
      sum += weights_[cell.first_weight + i] * power[cell.first_bin + i];
    cells[row] = sum;
  }
}

SpectrogramPicture::SpectrogramPicture(FrequencyAxis axis, Index frames, Index max_cols, double to_power)
    : axis_(std::move(axis)), frames_(frames), cols_(std::min(frames, max_cols)), to_power_(to_power) {
  require_positive(frames, "frames");
  require_positive(max_cols, "max_cols");
  sums_.resize(size(axis_.rows() * cols_));
  counts_.resize(size(cols_));
  power_.resize(size(axis_.bins()));
  cells_.resize(size(axis_.rows()));
}

void SpectrogramPicture::add(ConstMatrixView values) {
  assert(values.rows() == axis_.bins() && added_ + values.cols() <= frames_);
  for (Index frame = 0; frame < values.cols(); ++frame, ++added_) {
    const auto column = values.col(frame);
    for (std::size_t bin = 0; bin < power_.size(); ++bin) power_[bin] = power_of(column[bin], to_power_);
    axis_.pool(power_, cells_);
    const std::size_t col = size(added_ * cols_ / frames_);
    ++counts_[col];
    for (std::size_t row = 0; row < cells_.size(); ++row) sums_[col * cells_.size() + row] += cells_[row];
  }
}

double SpectrogramPicture::peak_db() const {
  double peak = 0.0;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const Index count = counts_[i / cells_.size()];
    if (count > 0) peak = std::max(peak, sums_[i] / static_cast<double>(count));
  }
  return to_db(peak);
}

Picture SpectrogramPicture::finish(double top_db, double range_db) const {
  assert(range_db > 0.0);
  if (!std::isfinite(top_db)) return blank(axis_.rows(), cols_, 0.0, range_db);
  Picture picture = blank(axis_.rows(), cols_, top_db, range_db);
  const std::size_t rows = cells_.size();
  const std::size_t cols = counts_.size();
  for (std::size_t col = 0; col < cols; ++col) {
    const double count = static_cast<double>(std::max<Index>(1, counts_[col]));
    for (std::size_t row = 0; row < rows; ++row) {
      picture.levels[row * cols + col] = level(sums_[col * rows + row] / count, top_db, range_db);
    }
  }
  return picture;
}

Picture shapes_picture(ConstMatrixView W, const FrequencyAxis& axis, double range_db, double to_power) {
  assert(W.rows() == axis.bins() && range_db > 0.0);
  Picture picture = blank(axis.rows(), W.cols(), 0.0, range_db);
  for (Index k = 0; k < W.cols(); ++k) {
    SpectrogramPicture shape(axis, 1, 1, to_power);
    shape.add(W.cols(k, 1));
    const Picture column = shape.finish(shape.peak_db(), range_db);
    for (Index row = 0; row < axis.rows(); ++row) {
      picture.levels[size(row * W.cols() + k)] = column.levels[size(row)];
    }
  }
  return picture;
}

Picture activations_picture(ConstMatrixView H, Index max_cols, double range_db, double to_power) {
  assert(range_db > 0.0);
  require_positive(H.cols(), "frames");
  require_positive(max_cols, "max_cols");
  const Index cols = std::min(H.cols(), max_cols);
  std::vector<float> maxima(size(H.rows() * cols));
  float peak = 0.0F;
  for (Index frame = 0; frame < H.cols(); ++frame) {
    const Index col = frame * cols / H.cols();
    for (Index k = 0; k < H.rows(); ++k) {
      float& cell = maxima[size(k * cols + col)];
      cell = std::max(cell, H(k, frame));
      peak = std::max(peak, cell);
    }
  }
  const double top_db = peak > 0.0F ? to_db(power_of(peak, to_power)) : 0.0;
  Picture picture = blank(H.rows(), cols, top_db, range_db);
  std::transform(maxima.begin(), maxima.end(), picture.levels.begin(),
                 [&](float value) { return level(power_of(value, to_power), top_db, range_db); });
  return picture;
}

}  // namespace divisi
