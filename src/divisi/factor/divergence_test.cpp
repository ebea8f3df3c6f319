// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/divergence.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

TEST(Divergence, NamesAreTheFields) {
  EXPECT_EQ(divergence_name(1.0), "Kullback–Leibler divergence");
  EXPECT_EQ(divergence_name(0.5), "β-divergence (β = 0.5)");
}

}  // namespace
}  // namespace divisi
