// SPDX-License-Identifier: Apache-2.0
#include "divisi/compute/threads.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace divisi {
namespace {

// Numbers below 1e-38 cost a hundred cycles each, and silence is full of them: flush them while this object
// lives.
class FlushDenormals {
 public:
#if defined(__SSE2__)
  FlushDenormals() : before_(_mm_getcsr()) {
    _mm_setcsr(before_ | 0x8040U);
  }
  ~FlushDenormals() {
    _mm_setcsr(before_);
  }
#elif defined(__aarch64__)
  FlushDenormals() {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    asm volatile("msr fpcr, %0" : : "r"(before_ | (1UL << 24)));
  }
  ~FlushDenormals() {
    asm volatile("msr fpcr, %0" : : "r"(before_));
  }
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__SSE2__)
  unsigned before_ = 0;
#elif defined(__aarch64__)
  unsigned long before_ = 0;
#endif
};

}  // namespace

int available_threads() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

bool parallel_for(int count, int threads, const std::function<void(int)>& task,
                  const std::function<bool(double fraction)>& go_on) {
  std::atomic<int> next{0};
  std::atomic<bool> stopped{false};
  std::mutex failure_lock;
  std::exception_ptr failure;

  const auto work = [&](bool asks) {
    const FlushDenormals flush;
    try {
      for (int i = next++; i < count && !stopped; i = next++) {
        task(i);
        if (asks && go_on && !go_on(static_cast<double>(std::min(next.load(), count)) / count))
          stopped = true;
      }
    } catch (...) {
      const std::lock_guard lock(failure_lock);
      if (!failure) failure = std::current_exception();
      stopped = true;
    }
  };

  {
    const int wanted = threads > 0 ? threads : available_threads();
    std::vector<std::jthread> others;
    for (int i = 1; i < std::min(wanted, count); ++i) others.emplace_back(work, false);
    work(true);
  }
  if (failure) std::rethrow_exception(failure);
  return !stopped;
}

}  // namespace divisi
