// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/subspace.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace divisi {
namespace {

// The part of a column's energy that must be its own: the rounding of a sum over a long file is below it.
constexpr double kIndependent = 1e-13;
// What LAPACK's dense solution of a nearly singular system leaves out.
constexpr double kDenseTolerance = 1e-14;

}  // namespace

Subspace::Subspace(const Correlations& correlations, std::vector<Index> columns)
    : taps_(correlations.taps()), columns_(std::move(columns)) {
  choose(correlations);
  if (chosen_.empty()) return;
  const Index p = std::ssize(chosen_);
  std::vector<double> rows = first_rows(correlations);
  toeplitz_ = BlockToeplitzFactor::make(rows, p, taps_);
  if (!toeplitz_) dense_.emplace(whole_matrix(rows), p * taps_, kDenseTolerance);
}

// Gram–Schmidt on the correlations without delay, in the order of the columns.
void Subspace::choose(const Correlations& correlations) {
  std::vector<std::vector<double>> rows;
  for (std::size_t position = 0; position < columns_.size(); ++position) {
    const Index column = columns_[position];
    const double energy = correlations.energy(column);
    if (energy == 0.0) continue;
    const double scale = 1.0 / std::sqrt(energy);
    double own = 1.0;
    std::vector<double> row;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      double value = correlations(column, chosen_[i].column)[0] * scale * chosen_[i].scale;
      for (std::size_t j = 0; j < i; ++j) value -= row[j] * rows[i][j];
      row.push_back(value / rows[i][i]);
      own -= row[i] * row[i];
    }
    if (own <= kIndependent) continue;
    row.push_back(std::sqrt(own));
    rows.push_back(std::move(row));
    chosen_.push_back({column, static_cast<Index>(position), scale});
  }
}

// The unknowns are ordered by delay first, which is what makes the matrix block-Toeplitz: row i, column (b,
// j) is ⟨r_i[t], r_j[t − b]⟩.
std::vector<double> Subspace::first_rows(const Correlations& correlations) const {
  std::vector<double> rows;
  for (const Chosen& i : chosen_) {
    for (Index delay = 0; delay < taps_; ++delay) {
      for (const Chosen& j : chosen_) {
        const double value = correlations(i.column, j.column)[static_cast<std::size_t>(delay)];
        rows.push_back(value * i.scale * j.scale);
      }
    }
  }
  return rows;
}

std::vector<double> Subspace::whole_matrix(const std::vector<double>& rows) const {
  const Index p = std::ssize(chosen_);
  const Index size = p * taps_;
  std::vector<double> matrix(static_cast<std::size_t>(size * size));
  for (Index row = 0; row < size; ++row) {
    const Index i = row % p;
    const Index lead = row - i;
    // Row i of the first rows, moved right; by symmetry it is what stands below the diagonal of its column.
    std::copy_n(rows.begin() + i * size, size - lead, matrix.begin() + row * size + lead);
  }
  return matrix;
}

std::vector<std::vector<double>> Subspace::filters(const Correlations& correlations,
                                                   const std::vector<Index>& signals) const {
  std::vector<std::vector<double>> result;
  std::vector<double> unknowns = right_hand_sides(correlations, signals);
  const std::size_t size = chosen_.size() * static_cast<std::size_t>(taps_);
  if (toeplitz_) toeplitz_->solve(unknowns);
  for (std::size_t side = 0; side < signals.size(); ++side) {
    const std::span<double> own = std::span(unknowns).subspan(side * size, size);
    if (dense_) dense_->solve(own);
    result.push_back(in_order(own));
    for (std::size_t position = 0; position < columns_.size(); ++position) {
      if (!correlations.identical(signals[side], columns_[position])) continue;
      std::fill(result.back().begin(), result.back().end(), 0.0);
      result.back()[position * static_cast<std::size_t>(taps_)] = 1.0;
      break;
    }
  }
  return result;
}

std::vector<double> Subspace::right_hand_sides(const Correlations& correlations,
                                               const std::vector<Index>& signals) const {
  std::vector<double> result;
  for (const Index x : signals) {
    for (Index delay = 0; delay < taps_; ++delay) {
      for (const Chosen& j : chosen_) {
        result.push_back(correlations(x, j.column)[static_cast<std::size_t>(delay)] * j.scale);
      }
    }
  }
  return result;
}

// The unknowns column by column, zero for those left out, and scaled back.
std::vector<double> Subspace::in_order(std::span<const double> unknowns) const {
  std::vector<double> filters(columns_.size() * static_cast<std::size_t>(taps_));
  auto unknown = unknowns.begin();
  for (Index delay = 0; delay < taps_; ++delay) {
    for (const Chosen& j : chosen_)
      filters[static_cast<std::size_t>(j.position * taps_ + delay)] = *unknown++ * j.scale;
  }
  return filters;
}

double projected_energy(const Correlations& correlations, const std::vector<Index>& columns, Index x,
                        const std::vector<double>& filters) {
  double energy = 0.0;
  auto filter = filters.begin();
  for (const Index column : columns) {
    const auto d = correlations(x, column);
    energy = std::inner_product(d.begin(), d.end(), filter, energy);
    filter += std::ssize(d);
  }
  return energy;
}

}  // namespace divisi
