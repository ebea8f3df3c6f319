// SPDX-License-Identifier: Apache-2.0
#include "peak.h"

#include <algorithm>
#include <ctime>
#include <immintrin.h>
#include <numeric>
#include <vector>

namespace divisi::bench {
namespace {

constexpr int kRounds = 7;
constexpr long kSteps = 4'000'000;

// The least processor time of some rounds.
template <typename Work>
double least_seconds(const Work& work) {
  double least = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const double begin = process_seconds();
    work();
    least = std::min(least, process_seconds() - begin);
  }
  return least;
}

// Twelve sums that do not wait for each other; kept in registers by name.
#define DIVISI_TWELVE(STEP) \
  STEP(0) STEP(1) STEP(2) STEP(3) STEP(4) STEP(5) STEP(6) STEP(7) STEP(8) STEP(9) STEP(10) STEP(11)

[[gnu::target("avx512f")]] void fused_avx512() {
  __m512 sums[12];
  for (auto& sum : sums) sum = _mm512_set1_ps(1.0F);
  const __m512 factor = _mm512_set1_ps(0.999F);
  for (long i = 0; i < kSteps; ++i) {
#define DIVISI_STEP(n) asm volatile("vfmadd231ps %1, %1, %0" : "+v"(sums[n]) : "v"(factor));
    DIVISI_TWELVE(DIVISI_STEP)
#undef DIVISI_STEP
  }
}

[[gnu::target("avx2,fma")]] void fused_avx2() {
  __m256 sums[12];
  for (auto& sum : sums) sum = _mm256_set1_ps(1.0F);
  const __m256 factor = _mm256_set1_ps(0.999F);
  for (long i = 0; i < kSteps; ++i) {
#define DIVISI_STEP(n) asm volatile("vfmadd231ps %1, %1, %0" : "+x"(sums[n]) : "x"(factor));
    DIVISI_TWELVE(DIVISI_STEP)
#undef DIVISI_STEP
  }
}

}  // namespace

double process_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double peak_avx512() {
  if (__builtin_cpu_supports("avx512f") == 0) return 0.0;
  return 12.0 * 32.0 * static_cast<double>(kSteps) / least_seconds(fused_avx512) * 1e-9;
}

double peak_avx2() {
  if (__builtin_cpu_supports("fma") == 0) return 0.0;
  return 12.0 * 16.0 * static_cast<double>(kSteps) / least_seconds(fused_avx2) * 1e-9;
}

double read_bandwidth() {
  const std::vector<double> memory(std::size_t{1} << 25, 1.0);
  double kept = 0.0;
  const double seconds = least_seconds([&] {
    double sums[16] = {};
    for (std::size_t i = 0; i < memory.size(); i += 16) {
      for (std::size_t s = 0; s < 16; ++s) sums[s] += memory[i + s];
    }
    kept += std::accumulate(std::begin(sums), std::end(sums), 0.0);
  });
  return kept > 0.0 ? static_cast<double>(memory.size() * sizeof(double)) / seconds * 1e-9 : 0.0;
}

}  // namespace divisi::bench
