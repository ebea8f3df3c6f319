// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/refine.h"

#include "divisi/compute/linalg.h"
#include "divisi/factor/nmf.h"
#include "divisi/group/by_hand.h"
#include "divisi/mask/mask.h"
#include "divisi/pipeline/starting_point.h"

#include <algorithm>
#include <numeric>

namespace divisi {
namespace {

constexpr double kQuietest = 1e-3;  // share of its component's loudest note that makes a pitch one
constexpr Index kBlock = 64;

// One component at one pitch, with its level in each frame.
struct PitchLevels {
  std::vector<float> level;
  double sum = 0.0;
};

// The notes of component k: levels are H's, lasting as the shape does.
std::vector<PitchLevels> notes_of(const Factors& factors, Index k) {
  const Index components = factors.components();
  std::vector<float> lasting;  // what of the shape each τ has
  for (Index tau = 0; tau < factors.time_shifts; ++tau) {
    const auto shape = factors.W.col(tau * components + k);
    lasting.push_back(std::reduce(shape.begin(), shape.end(), 0.0F));
  }
  std::vector<PitchLevels> notes;
  double loudest = 0.0;
  for (Index phi = 0; phi < factors.pitch_shifts; ++phi) {
    PitchLevels note{.level = std::vector<float>(static_cast<std::size_t>(factors.H.cols()))};
    for (Index j = 0; j < factors.H.cols(); ++j) {
      for (Index tau = 0; tau <= std::min(j, factors.time_shifts - 1); ++tau) {
        note.level[static_cast<std::size_t>(j)] +=
            lasting[static_cast<std::size_t>(tau)] * factors.H(phi * components + k, j - tau);
      }
    }
    note.sum = std::reduce(note.level.begin(), note.level.end(), 0.0);
    loudest = std::max(loudest, note.sum);
    notes.push_back(std::move(note));
  }
  std::erase_if(notes, [loudest](const PitchLevels& note) { return note.sum <= kQuietest * loudest; });
  return notes;
}

// The components' parts of V.
std::vector<Matrix> parts_of(ConstMatrixView V, const Factors& factors, const LogAxis& axis,
                             const Settings& settings) {
  const Grouping groups = group_each(static_cast<int>(factors.components()));
  const Masks masks(factors, groups,
                    {.kind = MaskKind::kWiener, .exponent = settings.mask_exponent.value(), .power = 1.0});
  std::vector<Matrix> parts(groups.size(), Matrix(V.rows(), V.cols()));
  for (Index first = 0; first < V.cols(); first += kBlock) {
    const ConstMatrixView block = V.cols(first, std::min(kBlock, V.cols() - first));
    const auto found = masks.at(first, axis.to_log(block));
    for (std::size_t s = 0; s < parts.size(); ++s) {
      const Matrix mask = axis.to_linear(found[s]);
      for (Index j = 0; j < block.cols(); ++j) {
        std::ranges::transform(block.col(j), mask.col(j), parts[s].col(first + j).begin(),
                               std::multiplies<>());
      }
    }
  }
  return parts;
}

// Templates: the mean of a component's part over the frames, weighted by the note's level; and levels to go
// with them.
Factors start_of(const std::vector<Matrix>& parts, const std::vector<std::vector<PitchLevels>>& notes) {
  Index count = 0;
  for (const auto& component : notes) count += std::ssize(component);
  const Index frames = parts.front().cols();
  Factors start{.W = Matrix(parts.front().rows(), count), .H = Matrix(count, frames)};
  Index k = 0;
  for (std::size_t c = 0; c < parts.size(); ++c) {
    for (const PitchLevels& note : notes[c]) {
      multiply(parts[c], ConstMatrixView(note.level.data(), frames, 1, frames), start.W.view().cols(k, 1));
      const auto shape = start.W.col(k);
      const float sum = std::max(std::reduce(shape.begin(), shape.end(), 0.0F), 1e-30F);
      for (float& w : shape) w /= sum;
      for (Index j = 0; j < frames; ++j) start.H(k, j) = note.level[static_cast<std::size_t>(j)];
      ++k;
    }
  }
  return start;
}

}  // namespace

Refinement refine(ConstMatrixView V, const Factors& factors, const LogAxis& axis, const Grouping& groups,
                  const Settings& settings, const Observer& observer) {
  std::vector<std::vector<PitchLevels>> notes;
  Refinement result;
  for (Index k = 0; k < factors.components(); ++k) {
    notes.push_back(notes_of(factors, k));
    result.component.insert(result.component.end(), notes.back().size(), static_cast<int>(k));
  }
  const Factors start = start_of(parts_of(V, factors, axis, settings), notes);
  for (const SourceGroup& group : groups) {
    SourceGroup& own = result.groups.emplace_back(SourceGroup{.components = {}, .reason = group.reason});
    for (std::size_t n = 0; n < result.component.size(); ++n) {
      if (std::ranges::find(group.components, result.component[n]) != group.components.end())
        own.components.push_back(static_cast<int>(n));
    }
  }
  Fit fit = nmf(V,
                {.components = start.W.cols(),
                 .beta = settings.beta,
                 .solver = SolverKind::kMultiplicative,
                 .iterations = *settings.refine,
                 .tolerance = 0.0,
                 .keep_zeros = keeps_zeros(settings),
                 .threads = settings.threads},
                start, observer);
  if (fit.stop != Stop::kCancelled) result.factors = std::move(fit.factors);
  return result;
}

}  // namespace divisi
