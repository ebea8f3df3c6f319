// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/picture.h"

#include "divisi/core/error.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace divisi {
namespace {

void require_positive(Index value, std::string_view what) {
  if (value < 1) throw InvalidInput(what, "1 or more", std::to_string(value));
}

Index columns(Index frames, int coarser) {
  return (frames + (Index{1} << coarser) - 1) >> coarser;
}

void take_largest(std::span<const float> from, std::span<float> to) {
  std::ranges::transform(from, to, to.begin(), [](float a, float b) { return std::max(a, b); });
}

}  // namespace

SpectrogramPicture::SpectrogramPicture(Index bins, Index frames, Index most_cells) : frames_(frames) {
  require_positive(bins, "bins");
  require_positive(frames, "frames");
  while (columns(frames, coarser_) > std::max<Index>(1, most_cells / bins)) ++coarser_;
  cells_ = Matrix(bins, columns(frames, coarser_));
}

void SpectrogramPicture::add(ConstMatrixView magnitudes) {
  assert(magnitudes.rows() == bins() && added_ + magnitudes.cols() <= frames_);
  for (Index j = 0; j < magnitudes.cols(); ++j, ++added_)
    take_largest(magnitudes.col(j), cells_.col(added_ >> coarser_));
}

double SpectrogramPicture::most() const {
  return *std::ranges::max_element(cells_.values());
}

std::vector<std::byte> SpectrogramPicture::levels() const {
  std::vector<std::byte> bytes(cells_.values().size());
  const double largest = most();
  if (!(largest > 0.0)) return bytes;
  std::ranges::transform(cells_.values(), bytes.begin(), [&](float value) {
    const double db = 20.0 * std::log10(std::max(static_cast<double>(value) / largest, 1e-30));
    return static_cast<std::byte>(std::clamp(255.0 * (1.0 + db / kPictureRangeDb), 0.0, 255.0));
  });
  return bytes;
}

Matrix coarse(ConstMatrixView values, int coarser) {
  Matrix result(values.rows(), columns(values.cols(), coarser));
  for (Index j = 0; j < values.cols(); ++j) take_largest(values.col(j), result.col(j >> coarser));
  return result;
}

}  // namespace divisi
