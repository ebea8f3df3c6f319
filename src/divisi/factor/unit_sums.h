// SPDX-License-Identifier: Apache-2.0
// The denominators of β = 1, for which q = Λ^0 = 1: sums of the other factor over the cells that each entry
// meets. Both edges take their share: what is shifted out meets nothing.
#pragma once

#include "divisi/factor/activations.h"
#include "divisi/factor/extent.h"

namespace divisi {

/// For H: levels × T, column c − 1 for frames of which c shifts end within V:
/// Σ_{τ<c} Σ_{i<bins−φ} W^τ_ik.
Matrix unit_sums_of_shapes(const Extent& extent, const Matrix& W);

/// For W: bins × (T·K), Σ_{φ: i+φ<bins} Σ_{j<frames−τ} H^φ_kj.
Matrix unit_sums_of_activations(const Extent& extent, const Activations& H);

}  // namespace divisi
