// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/starting_point.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/pipeline/dictionary.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/score.h"
#include "divisi/pipeline/solo.h"
#include "divisi/store/csv.h"
#include "divisi/store/npy.h"

#include <algorithm>

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

constexpr std::string_view kZeros = "zeros";  // of --fixed

Matrix activations_of(const std::string& file, Index pitch_shifts) {
  if (file.ends_with(".csv")) return read_csv(file);
  if (file.ends_with(".npy")) return read_npy(file);
  if (!file.ends_with(".npz"))
    throw InvalidInput("activations", "a .npz, .npy or .csv file", "'" + file + "'");
  Factors factors = read_factors(file);
  if (factors.H.empty()) throw Error(Fault::kInput, file, "an array H of components × frames", "none");
  if (factors.pitch_shifts != pitch_shifts) {
    throw Error(Fault::kInput, file, "an H of " + std::to_string(pitch_shifts) + " pitch shifts",
                std::to_string(factors.pitch_shifts));
  }
  return std::move(factors.H);
}

// Adds one of --fixed: "w", "h2" or "w3-5".
void add_fixed(const std::string& text, Index components, Fixed& fixed) {
  const InvalidInput refusal(
      "fixed", "zeros, or w or h with components 1.." + std::to_string(components) + ", as in w1-3,h5",
      "'" + text + "'");
  if (text.empty() || (text[0] != 'w' && text[0] != 'h')) throw refusal;
  std::vector<Index> ends{1, components};
  if (text.size() > 1) {
    ends.clear();
    for (const auto& part : split(std::string_view(text).substr(1), '-')) {
      const bool digits =
          !part.empty() && part.size() < 7 && part.find_first_not_of("0123456789") == std::string::npos;
      if (!digits) throw refusal;
      ends.push_back(std::stol(part));
    }
  }
  if (ends.size() > 2 || ends.front() < 1 || ends.back() > components || ends.back() < ends.front())
    throw refusal;
  std::vector<bool>& flags = text[0] == 'w' ? fixed.w : fixed.h;
  flags.resize(static_cast<std::size_t>(components), false);
  std::fill(flags.begin() + ends.front() - 1, flags.begin() + ends.back(), true);
}

Fixed fixed_of(const Settings& settings) {
  Fixed fixed{.w = soloists(settings), .h = {}};
  for (const auto& text : settings.fixed) {
    if (text != kZeros) add_fixed(text, *settings.components, fixed);
  }
  return fixed;
}

StartKind start_kind(const std::string& init) {
  if (init == "frames") return StartKind::kFrames;
  return init == "nndsvd" ? StartKind::kNndsvd : StartKind::kRandom;
}

}  // namespace

bool is_informed(const std::string& init) {
  return init == "drums" || init == "harmonic" || init == "voice";
}

bool is_file(const std::string& init) {
  return init.ends_with(".npz");
}

bool keeps_zeros(const Settings& settings) {
  return std::ranges::find(settings.fixed, kZeros) != settings.fixed.end();
}

NmfOptions nmf_options(const Settings& settings) {
  const bool held = has_score(settings) || !settings.solo.empty();
  if (keeps_zeros(settings) && !is_file(settings.init) && settings.activations.empty())
    throw InvalidInput("fixed", "a file to start from (--init, --activations) beside zeros", "none");
  return {.components = *settings.components,
          .time_shifts = settings.time_shifts.value_or(1),
          .pitch_shifts = settings.pitch_shifts.value_or(1),
          .beta = settings.beta,
          .solver = held ? SolverKind::kMultiplicative : settings.solver,
          .iterations = with_model(settings).iterations.value(),
          .tolerance = settings.tolerance,
          .sparsity = settings.sparsity,
          .smoothness = settings.smoothness,
          .init = start_kind(settings.init),
          .seed = static_cast<std::uint64_t>(settings.seed),
          .restarts = *settings.restarts,
          .fix_w = !settings.fix_w.empty() || !settings.dictionary.empty(),
          .fixed = fixed_of(settings),
          .keep_zeros = held || keeps_zeros(settings),
          .threads = settings.threads};
}

Factors starting_point(const Settings& settings) {
  Factors start{.time_shifts = settings.time_shifts.value_or(1),
                .pitch_shifts = settings.pitch_shifts.value_or(1)};
  if (is_file(settings.init)) start = factors_of(settings.init, settings);
  if (!settings.fix_w.empty()) start.W = factors_of(settings.fix_w, settings).W;
  if (!settings.dictionary.empty()) start.W = read_dictionary(settings.dictionary).W;
  if (settings.activations.empty()) return start;
  if (!start.H.empty())
    throw InvalidInput("activations", "none beside an --init file with H", settings.activations);
  start.H = activations_of(settings.activations, start.pitch_shifts);
  return start;
}

std::optional<int> given_components(const Settings& settings) {
  if (settings.activations.empty() && settings.fix_w.empty() && !is_file(settings.init)) return std::nullopt;
  const Factors start = starting_point(settings);
  return static_cast<int>(std::max(start.components(), start.H.rows() / start.pitch_shifts));
}

}  // namespace divisi
