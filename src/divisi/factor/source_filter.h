// SPDX-License-Identifier: Apache-2.0
// A lead voice by source and filter, beside plain shapes for what goes with it.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/matrix.h"
#include "divisi/core/observer.h"

#include <cstdint>
#include <vector>

namespace divisi {

/// What is known of a lead before the fit.
struct LeadStart {
  Matrix E;                 ///< bins × (combs + 1): the source at each pitch, in steps that rise, and last
                            ///< what it is without a pitch; columns of unit sum
  Matrix P;                 ///< bins × bells: smooth shapes that filters are made of
  std::vector<int> melody;  ///< the comb of each frame, −1 for none
  int width = 6;            ///< combs on each side that may sound too
};

struct LeadOptions {
  Index filters = 10;
  Index shapes = 20;   ///< of the accompaniment
  Index channels = 1;  ///< blocks of rows of V, E and P
  int updates = 30;
  std::uint64_t seed = 0;
  int threads = 0;
};

struct LeadFit {
  Factors lead;                  ///< plain: the lead at each pitch that it has, through its mean filter there
  Factors rest;                  ///< the accompaniment
  std::vector<CostPoint> costs;  ///< of every tenth update and the last
  bool cancelled = false;
};

/// V ≈ Λ = (E A) ∘ (P B C) + W H by the KL divergence (source/filter NMF: Durrieu, Richard, David & Févotte,
/// Source/filter model for unsupervised main melody extraction from polyphonic audio signals, 2010, with
/// Itakura-Saito), where A (combs × frames) is 0 but for the combs around the melody and the last one, B
/// (bells × filters) and C (filters × frames) are what the voice's tract makes of it. Multiplicative updates
/// of one factor of a product at a time, none of which raises the cost. The combs of a third of a semitone
/// (two of them) become one component of `lead`. V: bins × frames, nowhere negative, not all 0. Of several
/// channels, whose rows lie below each other, each filter and each shape has one form and a level in each
/// (panning.h): E's columns are the same in all, and P has the bells of each in columns of their own.
LeadFit fit_lead(ConstMatrixView V, const LeadStart& start, const LeadOptions& options,
                 const Observer& observer = {});

}  // namespace divisi
