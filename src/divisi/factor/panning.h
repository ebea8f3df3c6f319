// SPDX-License-Identifier: Apache-2.0
// Nonnegative tensor factorization of several channels: every component has one shape and sits in one
// direction.
#pragma once

#include "divisi/factor/extent.h"

namespace divisi {

/// Makes every column of `W`, whose rows are `extent.channels` blocks of as many bins, the product g ⊗ w of a
/// level g_c in each channel and a shape w_i: of its sums over the bins and over the channels, divided by the
/// sum of all. After a multiplicative update at β = 1 from such a W, this is the M-step of the EM algorithm
/// for V_cij ≈ Σ_k g_ck w_ik h_kj (FitzGerald, Cranitch & Coyle, Non-negative tensor factorisation for sound
/// source separation, 2005), so that the cost does not rise. Nothing happens for one channel.
void make_panned(const Extent& extent, Matrix& W);

}  // namespace divisi
