// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/lead_among.h"

#include "divisi/group/cluster.h"
#include "divisi/group/kind.h"
#include "divisi/group/repetition.h"
#include "divisi/mask/mask.h"
#include "divisi/pipeline/lead_model.h"
#include "divisi/pipeline/spatial.h"

#include <algorithm>
#include <cstdint>

namespace divisi {
namespace {

// Measured: docs/decisions/0025-a-lead-that-glides.md.
constexpr float kTrust = 2.0F;  // of the source that was found, beside the mixture
constexpr int kLeastShapes = 20;
constexpr int kShapesEach = 8;  // of several other sources

struct Lead {
  Grouping groups;  // in which it is a source
  std::size_t source = 0;
  double gliding = -1.0;
};

// How pitches are followed and masks made.
struct Ear {
  double bin_hz = 0.0;
  PitchGrid grid;
  MaskOptions mask;
};

Ear ear_of(const Separation& found, const Settings& chosen) {
  return {.bin_hz = found.rate_hz / static_cast<double>(found.spec.fft),
          .grid = voice_grid(found.rate_hz),
          .mask = {.kind = MaskKind::kWiener, .exponent = *chosen.mask_exponent, .power = *chosen.power}};
}

// V as source `s` has it, `own` times, and all of it, `whole` times.
MagnitudeBlocks seen_through(const Separation& found, const Masks& masks, std::size_t s, float own,
                             float whole) {
  return {.frames = found.V.cols(), .at = [&found, &masks, s, own, whole](Index first, Index count) {
            const ConstMatrixView V = found.V.view().cols(first, count);
            Matrix seen = masks.at(first, V)[s];
            for (Index j = 0; j < count; ++j)
              std::ranges::transform(V.col(j), seen.col(j), seen.col(j).begin(),
                                     [own, whole](float v, float mask) { return v * (whole + own * mask); });
            return seen;
          }};
}

double gliding_of(const Separation& found, const Masks& masks, std::size_t source, const Ear& ear) {
  const MagnitudeBlocks own = seen_through(found, masks, source, 1.0F, 0.0F);
  return gliding_share(own, ear.bin_hz, ear.grid, melody_of(own, ear.bin_hz, ear.grid));
}

// The ways to group components in which a voice is looked for among several sources.
std::vector<Grouping> ways_to_group(const Separation& found) {
  const double step_s = static_cast<double>(found.spec.hop) / found.rate_hz;
  const TimbreFacts facts{.frequencies_hz = frequencies_hz(found), .step_s = step_s};
  const Factors& factors = found.fit.factors;
  const auto components = static_cast<int>(factors.components());
  std::vector<Grouping> ways{group_by_repetition(found.V, factors, static_cast<Index>(1.0 / step_s))};
  for (const int sources : {3, 4})
    ways.push_back(group_by_timbre(factors, facts, std::min(sources, components)));
  for (const int sources : {2, 3}) {
    if (auto groups = group_by_kind(factors, facts, std::min(sources, components)))
      ways.push_back(std::move(*groups));
  }
  return ways;
}

Lead most_gliding(const Separation& found, const std::vector<Grouping>& ways, const Ear& ear) {
  Lead lead;
  for (const Grouping& groups : ways) {
    const Masks masks(found.fit.factors, groups, ear.mask);
    for (std::size_t s = 0; s < groups.size(); ++s) {
      const double gliding = gliding_of(found, masks, s, ear);
      if (gliding > lead.gliding) lead = {groups, s, gliding};
    }
  }
  return lead;
}

// In how many channels components have levels of their own.
Index channels_of(const AudioSource& recording, const Settings& chosen) {
  return chosen.spatial == Spatial::kPanning ? recording.channels() : 1;
}

LeadFit fit_to(AudioSource& recording, const Separation& found, const Lead& lead, const Ear& ear,
               const Settings& chosen, const Observer& observer) {
  const Index channels = channels_of(recording, chosen);
  const Masks masks(found.fit.factors, lead.groups, ear.mask);
  const LeadStart start = lead_start(
      found.V.rows(), ear.bin_hz, ear.grid,
      melody_of(seen_through(found, masks, lead.source, kTrust, 1.0F), ear.bin_hz, ear.grid), channels);
  const LeadOptions options{.shapes = std::max(kLeastShapes, kShapesEach * (*chosen.sources - 1)),
                            .channels = channels,
                            .seed = static_cast<std::uint64_t>(chosen.seed),
                            .threads = chosen.threads};
  if (channels == 1) return fit_lead(found.V, start, options, observer);
  const Matrix V = stacked_spectrograms(recording, chosen, found, observer);
  if (V.cols() == 0) return {.lead = {}, .rest = {}, .costs = {}, .cancelled = true};
  return fit_lead(V, start, options, observer);
}

}  // namespace

bool is_among(const Settings& chosen) {
  return chosen.init == "voice" && (*chosen.sources > 2 || chosen.spatial == Spatial::kPanning);
}

void follow_among(AudioSource& recording, Separation& found, const Settings& chosen,
                  const Observer& observer) {
  const bool is_asked = !found.heard.sings;
  if (!may_hold_voice(found, is_asked)) return;
  const Ear ear = ear_of(found, chosen);
  const Lead lead = most_gliding(found, ways_to_group(found), ear);
  if (!is_asked && lead.gliding < kLeastGlidingTwice) return;
  LeadFit fit = fit_to(recording, found, lead, ear, chosen, observer);
  if (fit.cancelled) {
    found.fit.stop = Stop::kCancelled;
    return;
  }
  take_lead(std::move(fit), channels_of(recording, chosen), *chosen.power, found);
  group_lead(found, glides_text(lead.gliding), *chosen.sources);
  if (is_asked) return;
  found.heard.reason += found.heard.reason.empty() ? "a voice is heard" : "; a voice is heard";
}

double gliding_of_sources(const Separation& found, const Settings& chosen) {
  const Ear ear = ear_of(found, chosen);
  const auto& notes = found.refinement;
  const Grouping& groups = notes ? notes->groups : found.groups;
  const Masks masks(notes ? notes->factors : found.fit.factors, groups, ear.mask);
  double most = 0.0;
  for (std::size_t s = 0; s < groups.size(); ++s) most = std::max(most, gliding_of(found, masks, s, ear));
  return most;
}

}  // namespace divisi
