// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/correlations.h"

#include "divisi/metric/test_signals.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

constexpr Index kReferences = 2;
constexpr Index kColumns = 4;

// Noise in columns, one after another.
std::vector<double> signals(Index frames) {
  std::vector<double> values;
  for (std::uint64_t column = 0; column < kColumns; ++column) {
    for (const float sample : test::noise(column, frames).samples)
      values.push_back(static_cast<double>(sample));
  }
  return values;
}

double definition(const Signals& x, Index column, Index reference, Index lag) {
  double sum = 0.0;
  for (Index t = lag; t < x.rows(); ++t) sum += x(t, column) * x(t - lag, reference);
  return sum;
}

TEST(Correlations, AreTheDefinition) {
  for (const Index taps : {1, 5, 40, 64}) {
    for (const Index frames : {64, 256, 257, 700}) {
      const std::vector<double> values = signals(frames);
      const Signals view(values.data(), frames, kColumns, frames);
      CorrelationSums sums(kColumns, kReferences, taps);
      sums.add({view, 0, frames});
      const Correlations result = sums.finish();
      for (Index x = 0; x < kColumns; ++x) {
        const test::Signal own(view.col(x).begin(), view.col(x).end());
        EXPECT_NEAR(result.energy(x), test::inner(own, own), 1e-10);
        for (Index r = 0; r < kReferences; ++r) {
          for (Index lag = 0; lag < taps; ++lag) {
            EXPECT_NEAR(result(x, r)[static_cast<std::size_t>(lag)], definition(view, x, r, lag), 1e-10);
          }
        }
      }
    }
  }
}

TEST(Correlations, OfStretchesAddUpToThoseOfTheWhole) {
  const Index frames = 900;
  const Index taps = 30;
  const std::vector<double> values = signals(frames);
  const Signals view(values.data(), frames, kColumns, frames);
  CorrelationSums whole(kColumns, kReferences, taps);
  whole.add({view, 0, frames});
  CorrelationSums first(kColumns, kReferences, taps);
  CorrelationSums second(kColumns, kReferences, taps);
  first.add({view, 0, 10});
  second.add({view, 10, 500});
  first.add({view, 510, 390});
  first.add(second);
  const Correlations expected = whole.finish();
  const Correlations result = first.finish();
  for (Index x = 0; x < kColumns; ++x) {
    for (Index r = 0; r < kReferences; ++r) {
      for (std::size_t lag = 0; lag < static_cast<std::size_t>(taps); ++lag) {
        EXPECT_NEAR(result(x, r)[lag], expected(x, r)[lag], 1e-10);
      }
    }
  }
}

TEST(Correlations, KnowSilenceAndEqualColumns) {
  const Index frames = 600;
  std::vector<double> values = signals(frames);
  std::fill_n(values.begin() + frames, frames, 0.0);                 // reference 1
  std::copy_n(values.begin(), frames, values.begin() + 2 * frames);  // estimate 0 is reference 0
  std::copy_n(values.begin(), frames, values.begin() + 3 * frames);  // estimate 1 too, but for one sample
  values[static_cast<std::size_t>(3 * frames + 599)] += 1e-9;
  CorrelationSums sums(kColumns, kReferences, 16);
  sums.add({Signals(values.data(), frames, kColumns, frames), 0, frames});
  const Correlations result = sums.finish();
  EXPECT_EQ(result.energy(1), 0.0);
  EXPECT_GT(result.energy(0), 0.0);
  EXPECT_TRUE(result.identical(2, 0));
  EXPECT_FALSE(result.identical(3, 0));
  EXPECT_FALSE(result.identical(2, 1));
}

TEST(CopyRows, IsSilentOutsideTheView) {
  const std::vector<double> values = {1, 2, 3};
  const Signals view(values.data(), 3, 1, 3);
  std::vector<double> out(6, -1.0);
  copy_rows(view, 0, -2, out);
  EXPECT_EQ(out, (std::vector<double>{0, 0, 1, 2, 3, 0}));
  copy_rows(view, 0, 5, out);
  EXPECT_EQ(out, std::vector<double>(6, 0.0));
  copy_rows(view, 0, -9, out);
  EXPECT_EQ(out, std::vector<double>(6, 0.0));
}

}  // namespace
}  // namespace divisi
