// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/lead.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/mask/mask.h"
#include "divisi/notes/melody.h"
#include "divisi/pipeline/lead_model.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/transform/fluctuation.h"
#include "divisi/transform/stft.h"

#include <algorithm>
#include <cstdint>

namespace divisi {
namespace {

// Measured: docs/decisions/0025-a-lead-that-glides.md.
constexpr double kLeastGliding = 0.07;
constexpr double kFrameSeconds = 0.093;
constexpr double kHighestHz = 5000.0;
constexpr Index kBlock = 64;     // frames
constexpr int kComponents = 16;  // in which a voice is looked for

// What a melody is heard by: bins up to kHighestHz.
struct Hearing {
  const Separation& found;
  Masks masks;    // of its sources
  Matrix moving;  // V without what stands still
  double bin_hz = 0.0;
  PitchGrid grid;
};

// V without what stands still; without columns where the observer stopped it.
Matrix moving_part(AudioSource& mixture, const Separation& found, const Settings& chosen,
                   const Observer& observer) {
  FluctuatingSource moving(mixture, chosen.threads);
  StftReader reader(moving, found.spec, chosen.threads);
  const double bin_hz = found.rate_hz / static_cast<double>(found.spec.fft);
  Matrix V(std::min(found.V.rows(), static_cast<Index>(kHighestHz / bin_hz) + 1), found.V.cols());
  for (Index first = 0; first < V.cols(); first += kBlock) {
    const Matrix block = magnitudes(reader.read(kBlock), *chosen.power);
    for (Index j = 0; j < block.cols(); ++j)
      std::ranges::copy(block.col(j).first(static_cast<std::size_t>(V.rows())), V.col(first + j).begin());
    const double done = static_cast<double>(first) / static_cast<double>(V.cols());
    if (!keep_going(observer, {.stage = "transform", .fraction = done})) return {V.rows(), 0};
  }
  return V;
}

// What is moving, `moving` times, and source s as it was found, `own` times.
MagnitudeBlocks heard_as(const Hearing& hearing, std::size_t s, float own, float moving) {
  return {.frames = hearing.moving.cols(), .at = [&hearing, s, own, moving](Index first, Index count) {
            const ConstMatrixView V = hearing.found.V.view().cols(first, count);
            Matrix heard(hearing.moving.rows(), count);
            const std::vector<Matrix> masks = own > 0.0F ? hearing.masks.at(first, V) : std::vector<Matrix>();
            for (Index j = 0; j < count; ++j) {
              for (Index i = 0; i < heard.rows(); ++i) {
                heard(i, j) = moving * hearing.moving(i, first + j);
                if (own > 0.0F) heard(i, j) += own * V(i, j) * masks[s](i, j);
              }
            }
            return heard;
          }};
}

struct Lead {
  std::size_t source = 0;
  double gliding = -1.0;  // of what moves, with the source on top
  std::vector<int> melody;
};

// The source that glides most along the melody of what moves with it on top.
Lead most_gliding(const Hearing& hearing) {
  Lead lead;
  double most = -1.0;
  for (std::size_t s = 0; s < hearing.found.groups.size(); ++s) {
    const MagnitudeBlocks both = heard_as(hearing, s, 1.0F, 1.0F);
    std::vector<int> melody = melody_of(both, hearing.bin_hz, hearing.grid);
    const double own = gliding_share(heard_as(hearing, s, 1.0F, 0.0F), hearing.bin_hz, hearing.grid, melody);
    if (own <= most) continue;
    most = own;
    const double gliding = gliding_share(both, hearing.bin_hz, hearing.grid, melody);
    lead = {.source = s, .gliding = gliding, .melody = std::move(melody)};
  }
  return lead;
}

}  // namespace

Settings with_voice(const Settings& settings, double rate_hz) {
  if (settings.init != "voice") return settings;
  for (const char* name :
       {"model", "frequency", "fix-w", "activations", "fixed", "group", "score", "solo", "beta", "refine"}) {
    if (!is_default(settings, parameter(name)) &&
        !(settings.model == Model::kNmf && name == std::string_view("model")))
      throw InvalidInput(name, "none beside --init voice", to_text(settings, parameter(name)));
  }
  Settings chosen = settings;
  chosen.sources = settings.sources.value_or(2);
  if (*chosen.sources < 2)
    throw InvalidInput("sources", "2 or more beside --init voice: it and the others",
                       std::to_string(*chosen.sources));
  if (!chosen.components) chosen.components = std::max(kComponents, *chosen.sources);
  if (!chosen.fft) chosen.fft = frame_near(kFrameSeconds, rate_hz);
  return chosen;
}

void follow_lead(AudioSource& mixture, Separation& found, const Settings& chosen, const Observer& observer) {
  const bool is_asked = chosen.init == "voice";
  if (!may_hold_voice(found, is_asked)) return;
  const Hearing hearing{
      .found = found,
      .masks = Masks(found.fit.factors, found.groups,
                     {.kind = MaskKind::kWiener, .exponent = *chosen.mask_exponent, .power = *chosen.power}),
      .moving = moving_part(mixture, found, chosen, observer),
      .bin_hz = found.rate_hz / static_cast<double>(found.spec.fft),
      .grid = voice_grid(found.rate_hz)};
  if (hearing.moving.cols() == 0) {
    found.fit.stop = Stop::kCancelled;
    return;
  }
  Lead lead = most_gliding(hearing);
  if (!is_asked && lead.gliding < kLeastGliding) return;
  const MagnitudeBlocks moving = heard_as(hearing, lead.source, 0.0F, 1.0F);
  const LeadStart start =
      lead_start(found.V.rows(), hearing.bin_hz, hearing.grid,
                 sounding_part(moving, hearing.bin_hz, hearing.grid, std::move(lead.melody)), 1);
  LeadFit fit = fit_lead(
      found.V, start, {.seed = static_cast<std::uint64_t>(chosen.seed), .threads = chosen.threads}, observer);
  if (fit.cancelled) {
    found.fit.stop = Stop::kCancelled;
    return;
  }
  take_lead(std::move(fit), 1, *chosen.power, found);
  group_lead(found, glides_text(lead.gliding), *chosen.sources);
  if (!is_asked) found.heard.reason += "; a voice is heard";
}

}  // namespace divisi
