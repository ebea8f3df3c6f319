// SPDX-License-Identifier: Apache-2.0
// What the metrics return: decibels for each source, over a whole file or window by window.
#pragma once

#include "divisi/core/matrix.h"

#include <optional>
#include <span>
#include <vector>

namespace divisi {

/// One source, in dB. Not defined (nullopt) where a metric does not have the ratio, or where the reference or
/// its estimate is silent; +inf where there is no error.
struct SourceScore {
  std::optional<double> sdr = {};  ///< source to distortion: everything that is wrong
  std::optional<double> isr = {};  ///< image to spatial distortion: the source itself, filtered or moved
  std::optional<double> sir = {};  ///< source to interference: what comes from the other sources
  std::optional<double> sar = {};  ///< sources to artifacts: what comes from none of them
};

struct Scores {
  std::vector<SourceScore> sources = {};  ///< in the order of the references
  std::vector<Index> permutation = {};    ///< the estimate that goes with each reference, from 0
  bool cancelled = false;                 ///< by the observer; the rest is empty then
};

struct WindowedScores {
  std::vector<Scores> windows = {};       ///< by time
  std::vector<SourceScore> medians = {};  ///< for each reference, over the windows in which it is defined
  bool cancelled = false;                 ///< by the observer; the rest is empty then
};

/// 10 log10(signal / error) of two energies. An error beneath 1e-20 of the signal (200 dB) is below what sums
/// in double precision resolve and counts as none: +inf. Not defined where both are zero.
std::optional<double> decibels(double signal, double error);

/// The median of each ratio over the windows where it is defined, as museval's nanmedian: the mean of the two
/// middle ones of an even number.
std::vector<SourceScore> medians(std::span<const Scores> windows);

/// The permutation p that maximizes Σ_r value(r, p(r)) of a square table, exactly: the assignment problem by
/// shortest augmenting paths (Kuhn 1955; Jonker & Volgenant 1987), O(n³). `values`: row r holds reference r
/// with each estimate; not defined is 0, infinity ±400. Of equally good ones it is the given order where that
/// is among them.
std::vector<Index> best_permutation(const std::vector<std::vector<std::optional<double>>>& values);

}  // namespace divisi
