// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/starting_point.h"

#include "divisi/core/error.h"
#include "divisi/pipeline/dictionary.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/score.h"
#include "divisi/pipeline/solo.h"
#include "divisi/store/npy.h"

namespace divisi {
namespace {

// The factors of a file, whose shapes last and move as the model's do. None of them need be there but W.
Factors factors_of(const std::string& file, const Settings& settings) {
  Factors factors = read_factors(file);
  if (factors.W.empty()) throw Error(Fault::kInput, file, "an array W of bins × components", "none");
  const Index time_shifts = settings.time_shifts.value_or(1);
  const Index pitch_shifts = settings.pitch_shifts.value_or(1);
  if (factors.time_shifts != time_shifts) {
    throw Error(Fault::kInput, file, "a W of " + std::to_string(time_shifts) + " time shifts",
                std::to_string(factors.time_shifts));
  }
  if (!factors.H.empty() && factors.pitch_shifts != pitch_shifts) {
    throw Error(Fault::kInput, file, "an H of " + std::to_string(pitch_shifts) + " pitch shifts",
                std::to_string(factors.pitch_shifts));
  }
  factors.pitch_shifts = pitch_shifts;
  return factors;
}

StartKind start_kind(const std::string& init) {
  if (init == "frames") return StartKind::kFrames;
  return init == "nndsvd" ? StartKind::kNndsvd : StartKind::kRandom;
}

}  // namespace

bool is_file(const std::string& init) {
  return init.ends_with(".npz");
}

NmfOptions nmf_options(const Settings& settings) {
  const bool keeps_zeros = has_score(settings) || !settings.solo.empty();
  return {.components = *settings.components,
          .time_shifts = settings.time_shifts.value_or(1),
          .pitch_shifts = settings.pitch_shifts.value_or(1),
          .beta = settings.beta,
          .solver = keeps_zeros ? SolverKind::kMultiplicative : settings.solver,
          .iterations = with_model(settings).iterations.value(),
          .tolerance = settings.tolerance,
          .sparsity = settings.sparsity,
          .smoothness = settings.smoothness,
          .init = start_kind(settings.init),
          .seed = static_cast<std::uint64_t>(settings.seed),
          .restarts = *settings.restarts,
          .fix_w = !settings.fix_w.empty() || !settings.dictionary.empty(),
          .fixed = {.w = soloists(settings), .h = {}},
          .keep_zeros = keeps_zeros,
          .threads = settings.threads};
}

Factors starting_point(const Settings& settings) {
  Factors start{.time_shifts = settings.time_shifts.value_or(1),
                .pitch_shifts = settings.pitch_shifts.value_or(1)};
  if (is_file(settings.init)) start = factors_of(settings.init, settings);
  if (!settings.fix_w.empty()) start.W = factors_of(settings.fix_w, settings).W;
  if (!settings.dictionary.empty()) start.W = read_dictionary(settings.dictionary).W;
  return start;
}

}  // namespace divisi
