// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/factor/nmf.h"

namespace divisi {

/// Columns up to j have been read once, in order, of `columns`: drops them a few at a time.
void drop_behind(const std::function<void(Index first, Index count)>& drop, Index columns, Index j);

/// Throws InvalidInput as nmf() says.
void check_nmf(ConstMatrixView V, const NmfOptions& options, const Factors& start);

}  // namespace divisi
