// SPDX-License-Identifier: Apache-2.0
// What one core of this machine can do at most.
#pragma once

namespace divisi::bench {

double process_seconds();  ///< processor time of this process
double peak_avx512();      ///< GFLOP/s of fused multiply-adds in float32, 0 where the core has none
double peak_avx2();
double read_bandwidth();  ///< GB/s of reading memory that no cache holds

}  // namespace divisi::bench
