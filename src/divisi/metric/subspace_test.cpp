// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/subspace.h"

#include "divisi/metric/test_signals.h"

#include <gtest/gtest.h>

namespace divisi {
namespace {

using test::Signal;

constexpr Index kTaps = 12;

// The references' channels, then one estimate.
class Case {
 public:
  Case(std::vector<Audio> references, const Audio& estimate)
      : references_(std::move(references)), estimate_(estimate) {
    const Index frames = estimate.frames();
    std::vector<double> values;
    for (const Audio& audio : references_) append(values, audio);
    append(values, estimate);
    const Index columns = std::ssize(references_) + 1;
    CorrelationSums sums(columns, columns - 1, kTaps);
    sums.add({Signals(values.data(), frames, columns, frames), 0, frames});
    correlations_.emplace(sums.finish());
    for (Index column = 0; column < columns - 1; ++column) columns_.push_back(column);
  }

  [[nodiscard]] std::vector<double> filters() const {
    return Subspace(*correlations_, columns_).filters(*correlations_, {std::ssize(columns_)}).front();
  }

  // The projection that the filters make.
  [[nodiscard]] Signal filtered() const {
    const std::vector<double> all = filters();
    Signal out(static_cast<std::size_t>(estimate_.frames() + kTaps - 1));
    std::size_t i = 0;
    for (const Audio& reference : references_) {
      for (Index delay = 0; delay < kTaps; ++delay)
        test::add(out, all[i++], test::column(reference, 0, delay, kTaps));
    }
    return out;
  }

  // The largest distance of a sample of that from the projection by Gram–Schmidt.
  [[nodiscard]] double error() const {
    const Signal expected =
        test::project(test::basis(references_, kTaps), test::column(estimate_, 0, 0, kTaps));
    double largest = 0.0;
    for (const double value : test::minus(filtered(), expected)) largest = std::max(largest, std::abs(value));
    return largest;
  }

  [[nodiscard]] const Correlations& correlations() const { return *correlations_; }
  [[nodiscard]] const std::vector<Index>& columns() const { return columns_; }

 private:
  static void append(std::vector<double>& values, const Audio& audio) {
    for (const float sample : audio.samples) values.push_back(static_cast<double>(sample));
  }

  std::vector<Audio> references_;
  Audio estimate_;
  std::optional<Correlations> correlations_;
  std::vector<Index> columns_;
};

Audio loud(const Audio& x, float gain) {
  return test::mix(gain, x, 0.0F, x);
}

TEST(Subspace, ProjectsAsGramSchmidtDoes) {
  const Audio a = test::noise(1, 300);
  const Audio b = test::noise(2, 300);
  const Audio c = test::noise(3, 300);
  EXPECT_LT(Case({a}, b).error(), 1e-12);
  EXPECT_LT(Case({a, b}, c).error(), 1e-12);
  EXPECT_LT(Case({a, loud(b, 1e-4F), test::mix(1.0F, a, 0.5F, c)}, b).error(), 1e-9);
}

TEST(Subspace, LeavesOutWhatAddsNothing) {
  const Audio a = test::noise(1, 300);
  const Audio b = test::noise(2, 300);
  const Audio c = test::noise(3, 300);
  EXPECT_LT(Case({a, test::silence(300)}, c).error(), 1e-12);
  EXPECT_LT(Case({a, a, b}, c).error(), 1e-12);
  EXPECT_LT(Case({a, loud(a, 0.25F), b}, c).error(), 1e-12);
  EXPECT_LT(Case({a, b, test::mix(0.5F, a, 0.5F, b)}, c).error(), 1e-6);
  const Case nothing({test::silence(300)}, c);
  EXPECT_EQ(nothing.filters(), std::vector<double>(static_cast<std::size_t>(kTaps)));
}

TEST(Subspace, TakesReferencesThatDependOnEachOtherThroughADelay) {
  // Its end is cut off, or the last delays would differ: the space of both is that of one and three delays
  // more.
  const Audio a = test::muted(test::noise(1, 300), 290, 300);
  const Audio c = test::noise(3, 300);
  EXPECT_LT(Case({a, test::delayed(a, 3)}, c).error(), 1e-6);
}

TEST(Subspace, TakesMoreDelaysThanThereAreFrames) {
  const Case all({test::noise(1, 12), test::noise(2, 12), test::noise(3, 12)}, test::noise(4, 12));
  EXPECT_LT(all.error(), 1e-5);
}

TEST(Subspace, IsExactForItsOwnColumns) {
  const Audio a = test::noise(1, 300);
  const Audio b = test::noise(2, 300);
  std::vector<double> expected(2 * static_cast<std::size_t>(kTaps));
  expected[static_cast<std::size_t>(kTaps)] = 1.0;
  EXPECT_EQ(Case({a, b}, b).filters(), expected);
}

TEST(Subspace, TellsTheEnergyOfAProjection) {
  const Case two({test::noise(1, 300), test::noise(2, 300)},
                 test::mix(1.0F, test::noise(1, 300), 1.0F, test::noise(3, 300)));
  const Signal projection = two.filtered();
  EXPECT_NEAR(projected_energy(two.correlations(), two.columns(), 2, two.filters()),
              test::inner(projection, projection), 1e-9);
}

}  // namespace
}  // namespace divisi
