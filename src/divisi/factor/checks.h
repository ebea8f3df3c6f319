// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/factor/nmf.h"

namespace divisi {

/// Throws InvalidInput as nmf() says.
void check_nmf(ConstMatrixView V, const NmfOptions& options, const Factors& start);

}  // namespace divisi
