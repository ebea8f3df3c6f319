// SPDX-License-Identifier: Apache-2.0
// Automatic grouping: components that sound alike, and not at the same time, belong to one source.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/grouping.h"
#include "divisi/group/kmeans.h"

#include <vector>

namespace divisi {

/// Where W's rows and H's columns stand, and what several channels add.
struct TimbreFacts {
  std::vector<double> frequencies_hz;  ///< of W's rows
  double step_s = 0.0;                 ///< from column to column of H
  Table directions = {};               ///< a row of levels in the channels for each component, or none
  int noises = 0;                      ///< the last components, which are no tones and have no say
};

/// Groups the components into `sources` sources by spectral clustering (Ng, Jordan & Weiss 2001) of the
/// affinity
///
///   A_kl = mean over a, b, c of exp(−d_kl² / (b median d²) − c o_kl) · (e_k e_l)^(1/4)
///
/// where d² is the squared distance of the shapes' mel-frequency cepstra (timbre, without loudness; over the
/// standard deviation of all, times 0.58) and of what envelopes() says of H (each over its standard
/// deviation, times a), o the share of the shorter one's sounding frames in which both sound (notes that
/// sound together are rather two instruments), e the energies; a is 0, 0.25, 0.5, b 1, 2, 3, c 3, 5, 8.
/// Components with less than 0.4 % of the energy have no say and go where most of what they overlap is.
/// `factors`: W's columns of unit sum. Shapes that last or move are compared by their sums over time, and by
/// what they play at any pitch. Deterministic. Every source gets a component. With directions A_kl has one
/// more factor, exp(−direction_distances); without shifts. Throws InvalidInput unless 1 ≤ sources ≤
/// components.
Grouping group_by_timbre(const Factors& factors, const TimbreFacts& facts, int sources);

/// Mel-frequency cepstral coefficients 1..12 of each column of W (40 triangular bands up to the last
/// frequency, mel scale of Slaney's 2595 log10(1 + f/700), levels limited to 60 dB below the band's maximum);
/// a row a column of W.
std::vector<std::vector<double>> mel_cepstra(ConstMatrixView W, const std::vector<double>& frequencies_hz);

/// The share of the frames of the one that sounds less in which both rows of H sound, for all pairs; a row
/// sounds where it is above 15 % of its maximum.
std::vector<std::vector<double>> overlaps(ConstMatrixView H);

}  // namespace divisi
