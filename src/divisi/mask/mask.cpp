// SPDX-License-Identifier: Apache-2.0
#include "divisi/mask/mask.h"

#include "divisi/core/error.h"

#include <algorithm>
#include <cmath>

namespace divisi {
namespace {

float raised(float value, float exponent) {
  if (exponent == 1.0F) return value;
  if (exponent == 2.0F) return value * value;
  if (exponent == 1.5F) return value * std::sqrt(value);
  return std::pow(value, exponent);
}

// Ratios to the largest, so that no power leaves float's range however quiet the frame is.
void wiener(std::vector<Matrix>& shares, std::size_t cell, float exponent) {
  float largest = 0.0F;
  for (const Matrix& share : shares) largest = std::max(largest, share.values()[cell]);
  float total = 0.0F;
  for (Matrix& share : shares) {
    float& value = share.values()[cell];
    value = largest > 0.0F ? raised(value / largest, exponent) : 1.0F;
    total += value;
  }
  for (Matrix& share : shares) share.values()[cell] /= total;
}

void binary(std::vector<Matrix>& shares, std::size_t cell) {
  std::size_t winner = 0;
  for (std::size_t s = 1; s < shares.size(); ++s) {
    if (shares[s].values()[cell] > shares[winner].values()[cell]) winner = s;
  }
  for (std::size_t s = 0; s < shares.size(); ++s) shares[s].values()[cell] = s == winner ? 1.0F : 0.0F;
}

void unmasked(std::vector<Matrix>& shares, std::size_t cell, float mixture, float exponent) {
  for (Matrix& share : shares) {
    float& value = share.values()[cell];
    value = mixture > 0.0F ? std::pow(value / mixture, exponent) : 0.0F;
  }
}

}  // namespace

Masks::Masks(const Factors& factors, const Grouping& groups, const MaskOptions& options)
    : factors_(factors), options_(options), sources_(std::ssize(groups)) {
  std::vector<int> rest(static_cast<std::size_t>(factors.components()), 1);
  for (const auto& group : groups) {
    for (const int k : group.components) {
      if (k < 0 || k >= factors.components()) {
        throw InvalidInput("group", "components 1.." + std::to_string(factors.components()),
                           std::to_string(k + 1));
      }
      rest[static_cast<std::size_t>(k)] = 0;
    }
    parts_.emplace_back(factors, group.components);
  }
  std::vector<int> ungrouped;
  for (int k = 0; k < factors.components(); ++k) {
    if (rest[static_cast<std::size_t>(k)] != 0) ungrouped.push_back(k);
  }
  complete_ = ungrouped.empty() && options.kind != MaskKind::kNone;
  if (!ungrouped.empty()) parts_.emplace_back(factors, ungrouped);
}

std::vector<Matrix> Masks::at(Index first, ConstMatrixView V) const {
  assert(V.rows() == factors_.W.rows() && first + V.cols() <= factors_.H.cols() && V.stride() == V.rows());
  std::vector<Matrix> masks;  // at first what each makes
  for (const Reconstruction& part : parts_) masks.push_back(part.at(first, V.cols()));
  const auto exponent = static_cast<float>(options_.exponent);
  const auto root = static_cast<float>(1.0 / options_.power);
  for (std::size_t cell = 0; cell < static_cast<std::size_t>(V.rows() * V.cols()); ++cell) {
    switch (options_.kind) {
      case MaskKind::kWiener:
        wiener(masks, cell, exponent);
        break;
      case MaskKind::kBinary:
        binary(masks, cell);
        break;
      case MaskKind::kNone:
        unmasked(masks, cell, V.data()[cell], root);
        break;
    }
  }
  masks.resize(static_cast<std::size_t>(sources_));
  return masks;
}

}  // namespace divisi
