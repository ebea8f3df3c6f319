// SPDX-License-Identifier: Apache-2.0
#include "divisi/compute/threads.h"

#include <array>
#include <atomic>
#include <gtest/gtest.h>
#include <limits>
#include <stdexcept>
#include <thread>

namespace divisi {
namespace {

TEST(ParallelFor, RunsEveryTaskOnce) {
  for (const int threads : {0, 1, 2, 3, 200}) {
    std::array<std::atomic<int>, 100> runs{};
    EXPECT_TRUE(parallel_for(100, threads, [&](int i) { ++runs.at(static_cast<std::size_t>(i)); }));
    for (const auto& count : runs) EXPECT_EQ(count, 1);
  }
  EXPECT_TRUE(parallel_for(0, 2, [](int) { FAIL(); }));
}

TEST(ParallelFor, AsksOnlyInTheCallingThreadAndStopsWhenTold) {
  const auto caller = std::this_thread::get_id();
  std::atomic<int> runs{0};
  std::atomic<bool> asked{false};
  const auto task = [&](int) {
    ++runs;
    while (std::this_thread::get_id() != caller && !asked) std::this_thread::yield();
  };
  const bool finished = parallel_for(1000, 2, task, [&](double fraction) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_LE(fraction, 1.0);
    asked = true;
    return false;
  });
  EXPECT_FALSE(finished);
  EXPECT_LT(runs, 1000);
}

TEST(ParallelFor, ThrowsOnWhatATaskThrows) {
  EXPECT_THROW(parallel_for(8, 2,
                            [](int i) {
                              if (i == 5) throw std::runtime_error("five");
                            }),
               std::runtime_error);
}

TEST(ParallelFor, FlushesDenormalsAndRestoresTheCallersMode) {
  volatile float tiny = std::numeric_limits<float>::min();
  parallel_for(1, 1, [&](int) { EXPECT_EQ(tiny * 0.5F, 0.0F); });
  EXPECT_GT(tiny * 0.5F, 0.0F);
}

}  // namespace
}  // namespace divisi
