// SPDX-License-Identifier: Apache-2.0
// --components auto: as many as the recording has.
#pragma once

#include "divisi/core/audio.h"
#include "divisi/core/json.h"
#include "divisi/core/observer.h"
#include "divisi/factor/rank.h"
#include "divisi/pipeline/settings.h"

#include <optional>
#include <string>

namespace divisi {

/// `settings` without --components auto, for what must be known before the recording is. Throws InvalidInput
/// for what decides the components by itself beside it.
Settings without_estimate(const Settings& settings);

/// The estimates of the spectrogram that `separate` would make with `settings`; nothing where --components is
/// not auto. The mixture is read once.
std::optional<RankEstimates> estimate_components(AudioSource& mixture, const Settings& settings,
                                                 const Observer& observer);

/// The estimate that is used, of `settings`' number of sources at least.
int components_of(const RankEstimates& estimates, int sources);

/// All of them by name, for programs.
Json to_json(const RankEstimates& estimates);

/// All of them in a line, for people.
std::string to_text(const RankEstimates& estimates);

}  // namespace divisi
