// SPDX-License-Identifier: Apache-2.0
// The one way in which long work tells how far it is, and is told to stop.
#pragma once

#include "divisi/core/factors.h"

#include <functional>
#include <optional>
#include <string_view>

namespace divisi {

struct Progress {
  std::string_view stage;           ///< "read", "transform", "factorize", "write", "score"
  double fraction = 0.0;            ///< of this stage, 0 to 1
  int iteration = 0;                ///< factorize only
  std::optional<double> cost = {};  ///< factorize only, once it is known
  /// Factorize only, and of the first start: what it has found so far, a copy in V's unit. To be called
  /// before the observer returns, if at all.
  std::function<Factors()> factors = {};
};

/// Called from the thread that called the work, between its parts. False cancels: the work returns at the
/// next safe point and says so in its result.
using Observer = std::function<bool(const Progress&)>;

/// Tells `observer`, where there is one; true goes on.
inline bool keep_going(const Observer& observer, const Progress& progress) {
  return !observer || observer(progress);
}

/// `observer` seen by one part of a longer work: its 0..1 becomes `begin`..`end` of the whole.
inline Observer part_of(const Observer& observer, double begin, double end) {
  if (!observer) return {};
  return [&observer, begin, end](Progress progress) {
    progress.fraction = begin + (end - begin) * progress.fraction;
    return observer(progress);
  };
}

}  // namespace divisi
