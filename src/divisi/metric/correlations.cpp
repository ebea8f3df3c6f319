// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/correlations.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace divisi {
namespace {

// sums += conj(x) r, written out: the product of std::complex looks for infinities at every element.
void accumulate(std::span<const std::complex<double>> x, std::span<const std::complex<double>> r,
                std::span<std::complex<double>> sums) {
  for (std::size_t bin = 0; bin < sums.size(); ++bin) {
    const double re = x[bin].real() * r[bin].real() + x[bin].imag() * r[bin].imag();
    const double im = x[bin].real() * r[bin].imag() - x[bin].imag() * r[bin].real();
    sums[bin] = {sums[bin].real() + re, sums[bin].imag() + im};
  }
}

}  // namespace

Index transform_size(Index taps) {
  return static_cast<Index>(std::bit_ceil(static_cast<std::size_t>(std::max<Index>(8 * taps, 256))));
}

void copy_rows(const Signals& signals, Index column, Index from, std::span<double> out) {
  const Index begin = std::clamp<Index>(-from, 0, std::ssize(out));
  const Index end = std::clamp<Index>(signals.rows() - from, begin, std::ssize(out));
  std::fill(out.begin(), out.begin() + begin, 0.0);
  std::copy_n(signals.col(column).data() + from + begin, end - begin, out.begin() + begin);
  std::fill(out.begin() + end, out.end(), 0.0);
}

CorrelationSums::CorrelationSums(Index columns, Index references, Index taps)
    : columns_(columns),
      references_(references),
      taps_(taps),
      fft_(transform_size(taps)),
      block_(static_cast<std::size_t>(fft_.size())),
      delayed_(static_cast<std::size_t>(references), Bins(static_cast<std::size_t>(fft_.bins()))),
      spectrum_(static_cast<std::size_t>(fft_.bins())),
      sums_(static_cast<std::size_t>(columns * references * fft_.bins())),
      energies_(static_cast<std::size_t>(columns)),
      differ_(static_cast<std::size_t>(columns * references)) {}

void CorrelationSums::add(const Stretch& stretch) {
  const Index step = fft_.size() - taps_ + 1;
  for (Index done = 0; done < stretch.count; done += step) {
    add_block(stretch.signals, stretch.first + done, std::min(step, stretch.count - done));
  }
}

// With m = t − first, Σ_m x[m] r[m − k] is the correlation of the block of x with the block of r that starts
// taps − 1 earlier, at the shift taps − 1 − k; the transform is long enough that none of these shifts wraps
// around.
void CorrelationSums::add_block(const Signals& signals, Index first, Index count) {
  for (Index r = 0; r < references_; ++r) {
    copy_rows(signals, r, first - (taps_ - 1), block_);
    fft_.forward(block_, delayed_[static_cast<std::size_t>(r)]);
  }
  const std::span<double> own = std::span(block_).first(static_cast<std::size_t>(count));
  for (Index x = 0; x < columns_; ++x) {
    copy_rows(signals, x, first, own);
    std::fill(own.end(), std::span(block_).end(), 0.0);
    double energy = 0.0;
    for (const double value : own) energy += value * value;
    energies_[static_cast<std::size_t>(x)] += energy;
    compare(signals, x, first, own);
    if (energy == 0.0) continue;
    fft_.forward(block_, spectrum_);
    for (Index r = 0; r < references_; ++r)
      accumulate(spectrum_, delayed_[static_cast<std::size_t>(r)], sum(x, r));
  }
}

void CorrelationSums::compare(const Signals& signals, Index x, Index first, std::span<const double> own) {
  for (Index r = 0; r < references_; ++r) {
    auto differ = differ_[static_cast<std::size_t>(x * references_ + r)];
    if (!differ) differ = !std::equal(own.begin(), own.end(), signals.col(r).begin() + first);
  }
}

void CorrelationSums::add(const CorrelationSums& other) {
  assert(sums_.size() == other.sums_.size() && taps_ == other.taps_);
  std::transform(sums_.begin(), sums_.end(), other.sums_.begin(), sums_.begin(), std::plus<>());
  std::transform(energies_.begin(), energies_.end(), other.energies_.begin(), energies_.begin(),
                 std::plus<>());
  std::transform(differ_.begin(), differ_.end(), other.differ_.begin(), differ_.begin(), std::logical_or<>());
}

Correlations CorrelationSums::finish() {
  Correlations result(columns_, references_, taps_);
  for (Index x = 0; x < columns_; ++x) {
    result.energy(x) = energies_[static_cast<std::size_t>(x)];
    for (Index r = 0; r < references_; ++r) {
      result.set_identical(x, r, !differ_[static_cast<std::size_t>(x * references_ + r)]);
      fft_.inverse(sum(x, r), block_);
      std::reverse_copy(block_.begin(), block_.begin() + taps_, result(x, r).begin());
    }
  }
  return result;
}

}  // namespace divisi
