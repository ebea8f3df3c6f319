// SPDX-License-Identifier: Apache-2.0
// How alike components are.
#pragma once

#include "divisi/core/factors.h"
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

/// What counts how much. Clusters of one affinity depend on its width and weights by chance, so that
/// affinity() is a mean over several.
struct Affinity {
  std::vector<double> envelopes{0.0, 0.25, 0.5};    ///< a: weights of how sounds begin and die away
  std::vector<double> widths{1.0, 2.0, 3.0};        ///< b: of the likeness, in medians of d²
  std::vector<double> cannot_links{3.0, 5.0, 8.0};  ///< c: of sounding at the same time
  Table apart = {};  ///< x: a row and a column for each component; empty: none are
};

/// A_kl = mean over a, b, c of exp(−d_kl² / (b median d²) − c o_kl) · exp(−x_kl) · (e_k e_l)^(1/4)
///
/// where d² is the squared distance of the shapes' mel-frequency cepstra (timbre, without loudness; over the
/// standard deviation of all, times 0.58) and of what envelopes() says of H (each over its standard
/// deviation, times a), o the share of the shorter one's sounding frames in which both sound (notes that
/// sound together are rather two instruments), e the energies. Symmetric, above 0, its diagonal 0. `factors`:
/// W's columns of unit sum, nothing that lasts or moves.
Table affinity(const Factors& factors, const TimbreFacts& facts, const Affinity& rule);

/// What the rows of H add up to: the energies of components whose W has unit sums. Above 0.
std::vector<double> energies(const Factors& factors);

/// Mel-frequency cepstral coefficients 1..12 of each column of W (40 triangular bands up to the last
/// frequency, mel scale of Slaney's 2595 log10(1 + f/700), levels limited to 60 dB below the band's maximum);
/// a row a column of W.
Table mel_cepstra(ConstMatrixView W, const std::vector<double>& frequencies_hz);

/// The share of the frames of the one that sounds less in which both rows of H sound, for all pairs; a row
/// sounds where it is above 15 % of its maximum.
Table overlaps(ConstMatrixView H);

/// Σ (a_i − b_i)² of all pairs of rows.
Table distances(const Table& points);

}  // namespace divisi
