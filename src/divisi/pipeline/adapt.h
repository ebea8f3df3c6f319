// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/observer.h"
#include "divisi/pipeline/settings.h"

namespace divisi {

/// The factorization `fit` of V (bins × frames) after its dictionary took the recording's tone colour: in
/// turn, each source's shapes are multiplied by one smooth curve over the bins, the share of V that the
/// source is given against what it explains (the multiplicative update for Kullback–Leibler of a filter that
/// all of a source's shapes share), and H follows. A curve for each source is little enough that nothing of
/// what was learned is forgotten. `settings` is resolved, and has a dictionary. Cancelled by the observer:
/// Stop::kCancelled.
Fit adapted(ConstMatrixView V, Fit fit, const Settings& settings, const Observer& observer = {});

}  // namespace divisi
