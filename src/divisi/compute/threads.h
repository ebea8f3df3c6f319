// SPDX-License-Identifier: Apache-2.0
// Work shared among threads, with results that do not depend on how many there are.
#pragma once

#include <functional>

namespace divisi {

/// Runs `task(0)` … `task(count − 1)`, each once, on up to `threads` threads (0: as many as the machine has);
/// the calling thread is one of them. Denormals are flushed to zero in all of them. For the same bits on any
/// machine, a task writes to a slot of its own and the caller adds the slots up in order. `go_on`, where
/// given, is asked in the calling thread between its tasks; false leaves out the tasks not yet begun and is
/// returned. The first exception of a task is thrown on when all threads have stopped.
bool parallel_for(int count, int threads, const std::function<void(int)>& task,
                  const std::function<bool(double fraction)>& go_on = {});

/// What `threads` = 0 stands for here.
int available_threads();

}  // namespace divisi
