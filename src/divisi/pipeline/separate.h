// SPDX-License-Identifier: Apache-2.0
// The main path: audio → spectrogram → factors → sources. render.h goes on: masks → stems.
#pragma once

#include "divisi/core/audio.h"
#include "divisi/core/factors.h"
#include "divisi/core/grouping.h"
#include "divisi/core/observer.h"
#include "divisi/pipeline/listen.h"
#include "divisi/pipeline/refine.h"
#include "divisi/pipeline/settings.h"
#include "divisi/spatial/demixing.h"
#include "divisi/transform/log_axis.h"
#include "divisi/transform/stft.h"

#include <optional>
#include <string>
#include <vector>

namespace divisi {

/// Everything that was decided about a recording; with it and the recording the stems can be made.
struct Separation {
  StftSpec spec;
  double rate_hz = 0.0;         ///< at which the recording was analysed
  std::optional<LogAxis> axis;  ///< of V's bins; nothing: they are the STFT's
  Matrix V;                     ///< bins × frames
  Fit fit;
  Grouping groups;
  Heard heard;                           ///< what was decided before anything was factorized
  std::vector<Factors> channel_factors;  ///< of each channel, where components have directions; else none.
                                         ///< Of `refinement`, where there is one
  Demixing demixing;                     ///< instead of masks, where it is not empty
  std::optional<Refinement> refinement;  ///< what the masks are made of instead, where there is one
  std::vector<std::string> names;        ///< of the stems

  [[nodiscard]] bool cancelled() const { return fit.stop == Stop::kCancelled; }
};

/// Takes the recording apart. Cancelled by the observer: a result that says cancelled() and holds nothing of
/// use. Throws InvalidInput where the settings do not fit each other or the recording.
Separation separate(AudioSource& mixture, const Settings& settings, const Observer& observer = {});

/// `given` with every "auto" replaced by what it means here: sources, components, hop, rate, shifts, the
/// frequency axis.
Settings resolved(const Settings& given, int rate_hz);

/// Throws InvalidInput where there are more sources than components, or groups of components that are not
/// there; `chosen` is resolved.
void check_counts(const Settings& chosen);

/// The stems' names; `settings` is resolved. Throws InvalidInput for names that files cannot have.
std::vector<std::string> stem_names(const Settings& settings);

/// The position among `names` of the stem that `text` means, a name or a number from 1. Throws InvalidInput
/// for one that is not there.
std::size_t stem_position(const std::string& text, const std::vector<std::string>& names,
                          std::string_view flag);

/// Throws InvalidInput for names that files cannot have, and for one that stands twice.
void check_stem_names(const std::vector<std::string>& names);

StftSpec stft_spec(const Settings& settings);

/// The frequencies of W's rows and the times of H's columns.
std::vector<double> frequencies_hz(const Separation& separation);
std::vector<double> times_s(const Separation& separation);

/// The stems that --only and --without leave, as positions among `names`. Throws InvalidInput for one that is
/// not there, or where none is left.
std::vector<std::size_t> selected_stems(const Settings& settings, const std::vector<std::string>& names);

}  // namespace divisi
