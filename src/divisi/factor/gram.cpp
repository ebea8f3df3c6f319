// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/gram.h"

namespace divisi {

Matrix gram_of_rows(const Activations& H) {
  constexpr Index kRun = 512;
  const Index levels = H.levels();
  std::vector<double> sums(static_cast<std::size_t>(levels * levels));
  for (Index first = 0; first < H.frames(); first += kRun) {
    Matrix part(levels, levels);
    const ConstMatrixView run = H.view().cols(first, std::min(kRun, H.frames() - first));
    accumulate_outer(run, run, part);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(part.values()[i]);
  }
  return {levels, levels, std::vector<float>(sums.begin(), sums.end())};
}

}  // namespace divisi
