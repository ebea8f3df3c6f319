// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/counts.h"

#include "divisi/core/error.h"
#include "divisi/pipeline/analysis_source.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/starting_point.h"

#include <algorithm>

namespace divisi {

Settings without_estimate(const Settings& settings) {
  if (settings.components != kEstimate) return settings;
  for (const char* name : {"dictionary", "score", "solo", "activations", "fix-w", "group"}) {
    if (!is_default(settings, parameter(name)))
      throw InvalidInput("components", "a number or none beside --" + std::string(name), "auto");
  }
  if (is_file(settings.init) || is_informed(settings.init))
    throw InvalidInput("components", "a number or none beside --init " + settings.init, "auto");
  if (settings.model == Model::kNmfd || settings.model == Model::kNmf2d ||
      settings.spatial == Spatial::kIlrma)
    throw InvalidInput("components", "a number beside nmfd, nmf2d and ilrma", "auto");
  Settings chosen = settings;
  chosen.components.reset();
  return chosen;
}

std::optional<RankEstimates> estimate_components(AudioSource& mixture, const Settings& settings,
                                                 const Observer& observer) {
  if (settings.components != kEstimate) return std::nullopt;
  const Settings chosen = resolved(settings, mixture.rate_hz());
  AnalysisSource analysis(mixture, *chosen.rate_hz);
  const auto axis = log_axis(chosen, *chosen.rate_hz);
  const Matrix V = spectrogram(analysis.get(), stft_spec(chosen), *chosen.power, chosen.threads, observer,
                               axis ? &*axis : nullptr);
  if (V.cols() == 0) return std::nullopt;  // cancelled
  return estimate_rank(V, {.seed = static_cast<std::uint64_t>(settings.seed)}, observer);
}

int components_of(const RankEstimates& estimates, int sources) {
  return std::max(estimates.relevance, sources);
}

Json to_json(const RankEstimates& estimates) {
  return Json::object()
      .set("relevance", estimates.relevance)
      .set("elbow", estimates.elbow)
      .set("held_out", estimates.held_out);
}

std::string to_text(const RankEstimates& estimates) {
  return "auto: " + std::to_string(estimates.relevance) + " by relevance, " +
         std::to_string(estimates.elbow) + " by the cost's elbow, " + std::to_string(estimates.held_out) +
         " by held-out entries";
}

}  // namespace divisi
