// SPDX-License-Identifier: Apache-2.0
// What computes here, for people.
#pragma once

#include "divisi/compute/threads.h"

#include <string>

namespace divisi {

/// The name and version of the FFT library.
std::string fft_backend();

/// The name and version of the linear algebra library, and the kernels that it chose for this processor.
std::string linalg_backend();

}  // namespace divisi
