// SPDX-License-Identifier: Apache-2.0
// Inner products of references, delayed by up to the length of a distortion filter, with everything.
#pragma once

#include "divisi/compute/fft.h"
#include "divisi/metric/sweep.h"

#include <complex>
#include <span>
#include <vector>

namespace divisi {

/// The length of transform for filters of `taps`: about eight times as long costs least a sample.
Index transform_size(Index taps);

/// The rows [from, from + out.size()) of one column; silence where there are none.
void copy_rows(const Signals& signals, Index column, Index from, std::span<double> out);

/// C(x, r)[k] = Σ_t x[t] r[t − k], k = 0 … taps − 1, for every column x and every reference column r.
class Correlations {
 public:
  Correlations(Index columns, Index references, Index taps)
      : columns_(columns),
        references_(references),
        taps_(taps),
        values_(static_cast<std::size_t>(columns * references * taps)),
        energies_(static_cast<std::size_t>(columns)),
        identical_(static_cast<std::size_t>(columns * references)) {}

  [[nodiscard]] Index columns() const { return columns_; }
  [[nodiscard]] Index references() const { return references_; }
  [[nodiscard]] Index taps() const { return taps_; }

  [[nodiscard]] std::span<const double> operator()(Index x, Index r) const {
    return {values_.data() + (x * references_ + r) * taps_, static_cast<std::size_t>(taps_)};
  }
  std::span<double> operator()(Index x, Index r) {
    return {values_.data() + (x * references_ + r) * taps_, static_cast<std::size_t>(taps_)};
  }

  /// Σ_t x[t]², exactly zero for silence and for nothing else.
  [[nodiscard]] double energy(Index column) const { return energies_[static_cast<std::size_t>(column)]; }
  double& energy(Index column) { return energies_[static_cast<std::size_t>(column)]; }

  /// Whether column x and reference column r are the same in every sample.
  [[nodiscard]] bool identical(Index x, Index r) const { return identical_[place(x, r)]; }
  void set_identical(Index x, Index r, bool same) { identical_[place(x, r)] = same; }

 private:
  [[nodiscard]] std::size_t place(Index x, Index r) const {
    return static_cast<std::size_t>(x * references_ + r);
  }

  Index columns_;
  Index references_;
  Index taps_;
  std::vector<double> values_;
  std::vector<double> energies_;
  std::vector<bool> identical_;
};

/// Gathers Correlations stretch by stretch: overlapping blocks of reference against blocks of signal, by FFT.
class CorrelationSums {
 public:
  CorrelationSums(Index columns, Index references, Index taps);

  void add(const Stretch& stretch);
  /// Adds what another one, of the same sizes, has gathered.
  void add(const CorrelationSums& other);
  [[nodiscard]] Correlations finish();

 private:
  using Bins = std::vector<std::complex<double>>;

  [[nodiscard]] std::span<std::complex<double>> sum(Index x, Index r) {
    return {sums_.data() + (x * references_ + r) * fft_.bins(), static_cast<std::size_t>(fft_.bins())};
  }
  void add_block(const Signals& signals, Index first, Index count);
  void compare(const Signals& signals, Index x, Index first, std::span<const double> own);

  Index columns_;
  Index references_;
  Index taps_;
  RealFft<double> fft_;
  std::vector<double> block_;
  std::vector<Bins> delayed_;  // of each reference
  Bins spectrum_;
  Bins sums_;
  std::vector<double> energies_;
  std::vector<bool> differ_;  // columns × references
};

}  // namespace divisi
