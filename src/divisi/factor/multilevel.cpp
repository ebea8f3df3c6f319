// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/multilevel.h"

#include <algorithm>

namespace divisi {
namespace {

constexpr Index kStep = 8;
constexpr int kMostIterations = 120;
constexpr float kShareOfMean = 0.02F;  // no level starts at zero, which no multiplicative update could leave

}  // namespace

Factors multilevel_start(ConstMatrixView V, const Sweep& all, const Coarse& options, const Fixed& fixed,
                         const Factors& start, const Observer& observer) {
  const Extent& extent = all.extent();
  Extent coarse = extent;
  coarse.frames = (extent.frames + kStep - 1) / kStep;
  // Every 8th column: the same memory with a longer stride.
  const ConstMatrixView some(V.data(), V.rows(), coarse.frames, V.stride() * kStep);
  Objective plain = all.objective();
  plain.smoothness = 0.0;  // frames that far apart are no neighbours
  const auto sweep = make_sweep(some, coarse, plain, options.threads);
  const auto solver = make_solver(options.kind, *sweep, fixed);
  const auto strict = make_solver(SolverKind::kMultiplicative, *sweep, fixed);
  State state{.W = start.W, .H = Activations(coarse.levels(), coarse.frames, 0)};
  for (Index j = 0; j < coarse.frames; ++j) std::ranges::copy(start.H.col(j * kStep), state.H.frame(j));
  descend(*sweep, *solver, *strict, {.iterations = std::min(options.iterations, kMostIterations)}, state,
          observer);

  Factors found{.W = std::move(state.W), .H = Matrix(extent.levels(), extent.frames)};
  std::vector<float> mean(static_cast<std::size_t>(extent.levels()));
  for (Index j = 0; j < coarse.frames; ++j) {
    for (std::size_t l = 0; l < mean.size(); ++l)
      mean[l] += state.H.frame(j)[l] / static_cast<float>(coarse.frames);
  }
  for (Index j = 0; j < extent.frames; ++j) {
    const float* nearest = state.H.frame(std::min((j + kStep / 2) / kStep, coarse.frames - 1));
    for (std::size_t l = 0; l < mean.size(); ++l) {
      found.H.col(j)[l] = std::max(nearest[l] + kShareOfMean * mean[l], kFloor);
    }
  }
  return found;
}

}  // namespace divisi
