// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/decomposition.h"

#include <algorithm>

namespace divisi {
namespace {

using Bins = std::vector<std::complex<double>>;

std::size_t at(Index index) {
  return static_cast<std::size_t>(index);
}

// sums += a b, written out: the product of std::complex looks for infinities at every element.
void accumulate(const Bins& a, const Bins& b, Bins& sums) {
  for (std::size_t bin = 0; bin < sums.size(); ++bin) {
    const double re = a[bin].real() * b[bin].real() - a[bin].imag() * b[bin].imag();
    const double im = a[bin].real() * b[bin].imag() + a[bin].imag() * b[bin].real();
    sums[bin] = {sums[bin].real() + re, sums[bin].imag() + im};
  }
}

// The spectra of filters that lie one after another.
std::vector<Bins> spectra(const std::vector<double>& filters, Index taps, RealFft<double>& fft) {
  std::vector<Bins> result;
  std::vector<double> padded(at(fft.size()));
  for (auto filter = filters.begin(); filter != filters.end(); filter += taps) {
    std::copy_n(filter, taps, padded.begin());
    fft.forward(padded, result.emplace_back(at(fft.bins())));
  }
  return result;
}

}  // namespace

Energies& Energies::operator+=(const Energies& other) {
  for (auto part :
       {&Energies::target, &Energies::filtered, &Energies::projected, &Energies::estimate, &Energies::spatial,
        &Energies::interference, &Energies::artifact, &Energies::filtered_error, &Energies::target_error}) {
    this->*part += other.*part;
  }
  return *this;
}

Projections::Projections(Correlations correlations, Index sources, Index channels)
    : correlations_(std::move(correlations)), sources_(sources), channels_(channels) {
  for (Index source = 0; source < sources; ++source) each_.emplace_back(correlations_, columns(source));
  std::vector<Index> every;
  for (Index column = 0; column < sources * channels; ++column) every.push_back(column);
  const Subspace all(correlations_, every);
  std::vector<Index> estimates;
  for (Index x = sources * channels; x < correlations_.columns(); ++x) estimates.push_back(x);
  all_ = all.filters(correlations_, estimates);
}

bool Projections::silent(Index sound) const {
  for (Index channel = 0; channel < channels_; ++channel) {
    if (correlations_.energy(sound * channels_ + channel) > 0.0) return false;
  }
  return true;
}

std::vector<Index> Projections::columns(Index source) const {
  std::vector<Index> result;
  for (Index channel = 0; channel < channels_; ++channel) result.push_back(source * channels_ + channel);
  return result;
}

const std::vector<double>& Projections::all(Index estimate, Index channel) const {
  return all_[at(estimate * channels_ + channel)];
}

std::vector<double> Projections::one(const Pair& pair, Index channel) const {
  return each_[at(pair.reference)]
      .filters(correlations_, {(sources_ + pair.estimate) * channels_ + channel})
      .front();
}

Energies Projections::rough(const Pair& pair) const {
  Energies result;
  std::vector<Index> every;
  for (Index column = 0; column < sources_ * channels_; ++column) every.push_back(column);
  for (Index channel = 0; channel < channels_; ++channel) {
    const Index x = (sources_ + pair.estimate) * channels_ + channel;
    result.projected += projected_energy(correlations_, every, x, all(pair.estimate, channel));
    result.filtered += projected_energy(correlations_, columns(pair.reference), x, one(pair, channel));
  }
  result.interference = std::max(0.0, result.projected - result.filtered);
  return result;
}

FilterBank::FilterBank(const Projections& projections, std::vector<Pair> pairs)
    : sources_(projections.sources()),
      channels_(projections.channels()),
      taps_(projections.taps()),
      pairs_(std::move(pairs)),
      all_(at(sources_ * channels_)),
      one_(pairs_.size() * at(channels_)) {
  RealFft<double> fft(transform_size(taps_));
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const Pair& pair = pairs_[i];
    if (projections.silent_reference(pair.reference) || projections.silent_estimate(pair.estimate)) continue;
    for (Index channel = 0; channel < channels_; ++channel) {
      one_[i * at(channels_) + at(channel)] = spectra(projections.one(pair, channel), taps_, fft);
      auto& all = all_[at(pair.estimate * channels_ + channel)];
      if (all.empty()) all = spectra(projections.all(pair.estimate, channel), taps_, fft);
    }
  }
}

Decomposition::Decomposition(const FilterBank& bank)
    : bank_(bank),
      fft_(transform_size(bank.taps_)),
      block_(at(fft_.size())),
      references_(bank.all_.size(), Bins(at(fft_.bins()))),
      sum_(at(fft_.bins())),
      projected_(bank.all_.size(), std::vector<double>(block_.size())),
      filtered_(block_.size()),
      target_(block_.size()),
      estimate_(block_.size()),
      energies_(bank.pairs_.size()) {}

void Decomposition::add(const Stretch& stretch) {
  const Index step = fft_.size() - bank_.taps_ + 1;
  for (Index done = 0; done < stretch.count; done += step) {
    add_block(stretch.signals, stretch.first + done, std::min(step, stretch.count - done));
  }
}

// Overlap-save: of each block of the references the first taps − 1 frames are history, and what comes out
// there is not the filters' answer.
void Decomposition::add_block(const Signals& signals, Index first, Index count) {
  for (Index column = 0; column < std::ssize(references_); ++column) {
    copy_rows(signals, column, first - (bank_.taps_ - 1), block_);
    fft_.forward(block_, references_[at(column)]);
  }
  for (std::size_t i = 0; i < bank_.all_.size(); ++i) {
    if (!bank_.all_[i].empty()) filter(bank_.all_[i], 0, projected_[i]);
  }
  for (std::size_t pair = 0; pair < bank_.pairs_.size(); ++pair) add_pair(pair, signals, first, count);
}

void Decomposition::filter(const std::vector<Bins>& filters, Index first_column, std::span<double> out) {
  std::fill(sum_.begin(), sum_.end(), 0.0);
  for (std::size_t i = 0; i < filters.size(); ++i)
    accumulate(references_[at(first_column) + i], filters[i], sum_);
  fft_.inverse(sum_, out);
}

void Decomposition::add_pair(std::size_t pair, const Signals& signals, Index first, Index count) {
  const auto [reference, estimate] = bank_.pairs_[pair];
  const auto square = [](double value) { return value * value; };
  for (Index channel = 0; channel < bank_.channels_; ++channel) {
    const auto& filters = bank_.one_[pair * at(bank_.channels_) + at(channel)];
    if (filters.empty()) return;
    filter(filters, reference * bank_.channels_, filtered_);
    const Index column = estimate * bank_.channels_ + channel;
    copy_rows(signals, reference * bank_.channels_ + channel, first, std::span(target_).first(at(count)));
    copy_rows(signals, bank_.sources_ * bank_.channels_ + column, first,
              std::span(estimate_).first(at(count)));
    const auto ring = at(bank_.taps_ - 1);
    Energies sums;
    for (std::size_t t = 0; t < at(count); ++t) {
      const double all = projected_[at(column)][ring + t];
      const double one = filtered_[ring + t];
      sums.target += square(target_[t]);
      sums.filtered += square(one);
      sums.projected += square(all);
      sums.estimate += square(estimate_[t]);
      sums.spatial += square(one - target_[t]);
      sums.interference += square(all - one);
      sums.artifact += square(estimate_[t] - all);
      sums.filtered_error += square(estimate_[t] - one);
      sums.target_error += square(estimate_[t] - target_[t]);
    }
    energies_[pair] += sums;
  }
}

}  // namespace divisi
