// SPDX-License-Identifier: Apache-2.0
// Where a factorization starts. No start has zeros, which no multiplicative update could leave.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/factor/extent.h"

#include <cstdint>

namespace divisi {

enum class StartKind {
  kRandom,  ///< W and H uniform in (0, 1)
  kFrames,  ///< W: the mean of a few random frames of V for each shape; H uniform
  kNndsvd   ///< the nonnegative part of a truncated singular value decomposition; without shifts only
};

/// W and H uniform in (0, 1), scaled so that the mean of WH is `mean`. The same numbers for the same seed
/// everywhere.
Factors random_start(Index bins, Index frames, Index components, double mean, std::uint64_t seed);

/// The same with shifts; so that the mean of Λ, the edges left aside, is `mean`.
Factors random_start(const Extent& extent, double mean, std::uint64_t seed);

/// Scales H so that the mean of Λ, the edges left aside, is about `mean`.
void bring_to_level(const Extent& extent, const Matrix& W, double mean, Matrix& H);

/// A start of this kind for V · scale, whose mean is 1. NNDSVD: Boutsidis & Gallopoulos, SVD based
/// initialization, 2008, with zeros replaced by small random numbers (their NNDSVDar); the decomposition is a
/// randomized one (Halko, Martinsson & Tropp, Finding structure with randomness, 2011, algorithm 4.4), so
/// that the seed changes little. Throws InvalidInput for NNDSVD with shifts.
Factors make_start(StartKind kind, ConstMatrixView V, float scale, const Extent& extent, std::uint64_t seed);

}  // namespace divisi
