// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

namespace divisi {

/// Making and destroying FFTW's plans is not safe in two threads at once; executing them is.
std::mutex& fft_planner();

}  // namespace divisi
