// SPDX-License-Identifier: Apache-2.0
// A program of somebody else: factorizes a matrix of rank 2 and prints how far the cost fell; then takes a
// sound apart, as the first page of divisi.h says, and prints how well the stems add up to it.
#include "divisi/divisi.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace {

class Difference : public divisi::StemSink {
 public:
  void spectrum(const divisi::Matrix& /*mixture*/) override {}
  void samples(std::span<const double> mixture, const std::vector<std::vector<double>>& stems) override {
    for (std::size_t i = 0; i < mixture.size(); ++i) {
      double sum = 0.0;
      for (const auto& stem : stems) sum += stem[i];
      largest = std::max(largest, std::abs(sum - mixture[i]));
    }
  }

  double largest = 0.0;
};

bool factorizes() {
  divisi::Matrix V(6, 40);
  for (divisi::Index t = 0; t < V.cols(); ++t) {
    for (divisi::Index f = 0; f < V.rows(); ++f) {
      V(f, t) = static_cast<float>((f % 2 == 0 ? t : 40 - t) * (f + 1));
    }
  }
  const divisi::Fit fit = divisi::nmf(V, {.components = 2, .beta = 1.0});
  std::printf("cost %g -> %g in %d updates\n", fit.costs.front().cost, fit.costs.back().cost, fit.iterations);
  return fit.costs.back().cost < 1e-2 * fit.costs.front().cost;
}

bool separates() {
  divisi::Audio audio{.rate_hz = 8000, .channels = 1, .samples = std::vector<float>(8000)};
  for (std::size_t n = 0; n < audio.samples.size(); ++n) {
    audio.samples[n] = std::sin((n < 4000 ? 0.3F : 0.9F) * static_cast<float>(n));
  }
  divisi::MemorySource source(audio);
  const divisi::Settings settings{.sources = 2, .fft = 256};
  const divisi::Separation found = divisi::separate(source, settings);
  Difference difference;
  divisi::render(source, found, settings, difference);
  std::printf("%zu stems, which differ from the mixture by %g\n", found.names.size(), difference.largest);
  return difference.largest < 1e-4;
}

}  // namespace

int main() {
  std::printf("divisi %s\n", divisi::version().data());
  return factorizes() && separates() ? 0 : 1;
}
