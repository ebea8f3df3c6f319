// SPDX-License-Identifier: Apache-2.0
// The model and its frequency axis: what "auto" means for them, and what does not go together.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/pipeline/settings.h"
#include "divisi/transform/log_axis.h"

#include <optional>
#include <string>
#include <vector>

namespace divisi {

/// `settings` with everything that the model decides where nothing is given: frame, power, exponent, bins an
/// octave, shifts, refinement. Throws InvalidInput for shifts and a refinement that the model does not have.
Settings with_model(const Settings& settings);

/// `settings` with its frequency axis, of a recording that is analysed at `rate_hz`. Throws InvalidInput for
/// NMF2D on a linear axis, whose notes no shift moves, and for a range that is given beside one.
Settings with_axis(const Settings& settings, double rate_hz);

/// The axis of `settings`, which has both of the above; nothing where it is linear. Throws InvalidInput as
/// LogAxis does, and where a shape would move further than the axis reaches.
std::optional<LogAxis> log_axis(const Settings& settings, double rate_hz);

/// A sentence for each component that sounds at both ends of its pitch shifts, whose notes may reach further.
std::vector<std::string> range_warnings(const Factors& factors);

}  // namespace divisi
