// SPDX-License-Identifier: Apache-2.0
// Automatic grouping: components that sound alike, and not at the same time, belong to one source.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/grouping.h"
#include "divisi/group/kmeans.h"

#include <vector>

namespace divisi {

/// Groups the components into `sources` sources by spectral clustering (Ng, Jordan & Weiss 2001) of the
/// affinity
///
///   A_kl = exp(−d_kl² / (2 median d²)) · exp(−5 o_kl) · (e_k e_l)^(1/4)
///
/// where d is the distance of the shapes' mel-frequency cepstra (timbre, without loudness), o the share of
/// the shorter one's sounding frames in which both sound (notes that sound together are rather two
/// instruments), e the energies. `factors`: W's columns of unit sum; `frequencies_hz`: of W's rows. Shapes
/// that last or move are compared by their sums over time, and by what they play at any pitch. Deterministic.
/// Every source gets a component, and a confidence: the mean of its components' silhouettes (confidence.h)
/// of A, weighted by e. `directions`: a row of levels in the channels for each component, or none;
/// then A_kl has one more factor, exp(−direction_distances). Without shifts. Throws InvalidInput unless 1 ≤
/// sources ≤ components.
Grouping group_by_timbre(const Factors& factors, const std::vector<double>& frequencies_hz, int sources,
                         const Table& directions = {});

/// What makes components alike: A_kl = exp(−timbre · d_kl² / median d²) · exp(−cannot_link · o_kl) ·
/// exp(−apart_kl) · (e_k e_l)^(1/4), with d, o and e as above.
struct Affinity {
  double timbre = 0.5;
  double cannot_link = 5.0;
  Table apart;  ///< a row and a column for each component; empty: none are
};

/// The clustering of group_by_timbre with another affinity, for components that neither last nor move. Throws
/// as group_by_timbre.
Grouping cluster(const Factors& factors, const std::vector<double>& frequencies_hz, int sources,
                 const Affinity& rule);

/// Mel-frequency cepstral coefficients 1..12 of each column of W (40 triangular bands up to the last
/// frequency, mel scale of Slaney's 2595 log10(1 + f/700), levels limited to 60 dB below the band's maximum);
/// a row a column of W.
std::vector<std::vector<double>> mel_cepstra(ConstMatrixView W, const std::vector<double>& frequencies_hz);

/// The share of the frames of the one that sounds less in which both rows of H sound, for all pairs; a row
/// sounds where it is above 15 % of its maximum.
std::vector<std::vector<double>> overlaps(ConstMatrixView H);

}  // namespace divisi
