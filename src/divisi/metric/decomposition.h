// SPDX-License-Identifier: Apache-2.0
// An estimate taken apart: the source it is of, what became of that source, the other sources, and the rest.
#pragma once

#include "divisi/metric/subspace.h"

#include <complex>
#include <vector>

namespace divisi {

/// A reference, and the estimate that is held against it.
struct Pair {
  Index reference = 0;
  Index estimate = 0;
};

/// The energies of the parts of ŝ = s + e_spat + e_interf + e_artif (Vincent et al., First Stereo Audio
/// Source Separation Evaluation Campaign, 2007), summed over channels and frames, the taps − 1
/// frames in which the filters ring out included. With the projections P_s on the reference alone and P_all
/// on all of them, e_spat = P_s ŝ − s, e_interf = P_all ŝ − P_s ŝ, e_artif = ŝ − P_all ŝ.
struct Energies {
  double target = 0.0;          ///< s
  double filtered = 0.0;        ///< s + e_spat
  double projected = 0.0;       ///< s + e_spat + e_interf
  double estimate = 0.0;        ///< ŝ
  double spatial = 0.0;         ///< e_spat
  double interference = 0.0;    ///< e_interf
  double artifact = 0.0;        ///< e_artif
  double filtered_error = 0.0;  ///< e_interf + e_artif
  double target_error = 0.0;    ///< e_spat + e_interf + e_artif

  Energies& operator+=(const Energies& other);
};

/// What is projected on: each reference alone, and all of them.
class Projections {
 public:
  Projections(Correlations correlations, Index sources, Index channels);

  [[nodiscard]] Index sources() const { return sources_; }
  [[nodiscard]] Index channels() const { return channels_; }
  [[nodiscard]] Index taps() const { return correlations_.taps(); }
  [[nodiscard]] bool silent_reference(Index source) const { return silent(source); }
  [[nodiscard]] bool silent_estimate(Index source) const { return silent(sources_ + source); }

  /// The filters of P_all for one channel of an estimate: sources × channels × taps.
  [[nodiscard]] const std::vector<double>& all(Index estimate, Index channel) const;
  /// Those of P_s: channels × taps.
  [[nodiscard]] std::vector<double> one(const Pair& pair, Index channel) const;

  /// The energies of P_s ŝ and e_interf from the normal equations alone: good to 1e-12 of the larger, so for
  /// a choice, not for a score.
  [[nodiscard]] Energies rough(const Pair& pair) const;

 private:
  [[nodiscard]] bool silent(Index sound) const;
  [[nodiscard]] std::vector<Index> columns(Index source) const;

  Correlations correlations_;
  Index sources_;
  Index channels_;
  std::vector<Subspace> each_;
  std::vector<std::vector<double>> all_;
};

/// The filters of some pairs as spectra, ready for any stretch of the signals.
class FilterBank {
 public:
  /// Pairs with a silent sound are left out: their energies are those of silence.
  FilterBank(const Projections& projections, std::vector<Pair> pairs);

  [[nodiscard]] const std::vector<Pair>& pairs() const { return pairs_; }

 private:
  friend class Decomposition;
  using Bins = std::vector<std::complex<double>>;

  Index sources_;
  Index channels_;
  Index taps_;
  std::vector<Pair> pairs_;
  std::vector<std::vector<Bins>>
      all_;  // [estimate × channel][reference column]; empty where no pair needs it
  std::vector<std::vector<Bins>> one_;  // [pair × channel][channel of the reference]; empty for a silent pair
};

/// Takes the estimates of a bank's pairs apart, stretch by stretch.
class Decomposition {
 public:
  explicit Decomposition(const FilterBank& bank);

  /// The projections are made from the stretch and what of the taps − 1 frames before it is in the view; to
  /// let the filters ring out at the end, the last stretch is to have that much silence.
  void add(const Stretch& stretch);

  /// One for each pair of the bank.
  [[nodiscard]] const std::vector<Energies>& energies() const { return energies_; }

 private:
  using Bins = std::vector<std::complex<double>>;

  void add_block(const Signals& signals, Index first, Index count);
  void filter(const std::vector<Bins>& filters, Index first_column, std::span<double> out);
  void add_pair(std::size_t pair, const Signals& signals, Index first, Index count);

  const FilterBank& bank_;
  RealFft<double> fft_;
  std::vector<double> block_;
  std::vector<Bins> references_;
  Bins sum_;
  std::vector<std::vector<double>> projected_;  // by estimate × channel
  std::vector<double> filtered_;
  std::vector<double> target_;
  std::vector<double> estimate_;
  std::vector<Energies> energies_;
};

}  // namespace divisi
