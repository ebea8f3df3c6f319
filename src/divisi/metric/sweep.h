// SPDX-License-Identifier: Apache-2.0
// The ways through the frames of a comparison: all of them once, or window by window.
#pragma once

#include "divisi/core/observer.h"
#include "divisi/metric/comparison.h"

#include <functional>

namespace divisi {

/// The rows [first, first + count) of some signals. The rows around them may be read; beyond the view is
/// silence.
struct Stretch {
  Signals signals;
  Index first = 0;
  Index count = 0;
};

/// The number of stretches that are worked on at a time: fixed, so that results do not depend on the number
/// of threads.
inline constexpr Index kLanes = 4;

struct SweepOptions {
  Index rows = 0;     ///< of a stretch
  Index history = 0;  ///< rows before each stretch that are in reach; before the first frame they are silence
  Index tail = 0;     ///< rows of silence that the last stretch has in addition
  int threads = 0;
};

/// Hands out all frames from the first to the last, `kLanes` stretches at a time, which threads share.
/// `visit` must write only to what belongs to its lane; the stretches of one lane come in order. False where
/// the observer said so (stage "score").
bool sweep(Comparison& comparison, const SweepOptions& options,
           const std::function<void(Index lane, const Stretch& stretch)>& visit, const Observer& observer);

struct WindowSweepOptions {
  Index window = 0;  ///< frames
  Index hop = 0;     ///< frames
  Index count = 0;   ///< windows, which must all be in the file
  int threads = 0;
};

/// Hands out `count` windows, some at a time, which threads share; `visit` must write only to what belongs to
/// its window. False where the observer said so (stage "score").
bool sweep_windows(Comparison& comparison, const WindowSweepOptions& options,
                   const std::function<void(Index index, const Signals& window)>& visit,
                   const Observer& observer);

}  // namespace divisi
