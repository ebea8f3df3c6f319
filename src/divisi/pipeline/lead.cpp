// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/lead.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/factor/source_filter.h"
#include "divisi/mask/mask.h"
#include "divisi/notes/melody.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/transform/fluctuation.h"
#include "divisi/transform/stft.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

namespace divisi {
namespace {

// Measured: docs/decisions/0025-a-lead-that-glides.md.
constexpr double kLeastGliding = 0.07;
constexpr double kLeastFrameSeconds = 0.08;  // in shorter ones a low voice has no harmonics
constexpr double kLeastRateHz = 1000.0;
constexpr double kFrameSeconds = 0.093;
constexpr double kHighestHz = 5000.0;
constexpr Index kBlock = 64;       // frames
constexpr double kLineBins = 1.2;  // standard deviation of a harmonic
constexpr Index kBells = 30;

// What a melody is heard by: bins up to kHighestHz.
struct Hearing {
  const Separation& found;
  Masks masks;    // of its sources
  Matrix moving;  // V without what stands still
  double bin_hz;
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

// Harmonics of height 1/h, lines as wide as a Hann window's, for each pitch; last what has none.
Matrix sources_of(Index bins, double bin_hz, const PitchGrid& grid) {
  Matrix E(bins, grid.count() + 1);
  for (int u = 0; u < grid.count(); ++u) {
    const auto column = E.col(u);
    const double first = grid.hz(u) / bin_hz;
    for (int h = 1; h * first < static_cast<double>(bins); ++h) {
      const auto middle = static_cast<Index>(std::lround(h * first));
      for (Index i = std::max<Index>(0, middle - 6); i <= std::min(bins - 1, middle + 6); ++i) {
        const double away = (static_cast<double>(i) - h * first) / kLineBins;
        column[static_cast<std::size_t>(i)] += static_cast<float>(std::exp(-0.5 * away * away) / h);
      }
    }
    const float sum = std::reduce(column.begin(), column.end(), 0.0F);
    for (float& e : column) e /= sum;
  }
  std::ranges::fill(E.col(grid.count()), 1.0F / static_cast<float>(bins));
  return E;
}

// Bells that overlap by half and add up to 1, evenly spaced on the mel axis.
Matrix bells_of(Index bins, double bin_hz) {
  const auto mel = [bin_hz](Index i) { return std::log1p(static_cast<double>(i) * bin_hz / 700.0); };
  const double apart = mel(bins - 1) / static_cast<double>(kBells - 1);
  Matrix P(bins, kBells);
  for (Index b = 0; b < kBells; ++b) {
    for (Index i = 0; i < bins; ++i) {
      const double away = std::abs(mel(i) / apart - static_cast<double>(b));
      P(i, b) = away < 1.0 ? static_cast<float>(0.5 + 0.5 * std::cos(away * std::numbers::pi)) : 0.0F;
    }
  }
  return P;
}

// Components: the voice, then the accompaniment's shapes; the voice's notes stand for it in the masks.
void take(LeadFit fit, Separation& found) {
  const Factors& lead = fit.lead;
  const Index notes = lead.W.cols();
  const Index shapes = fit.rest.W.cols();
  Factors all{.W = Matrix(lead.W.rows(), notes + shapes), .H = Matrix(notes + shapes, lead.H.cols())};
  std::ranges::copy(lead.W.values(), all.W.values().begin());
  std::ranges::copy(fit.rest.W.values(), all.W.values().begin() + std::ssize(lead.W.values()));
  Factors components{.W = Matrix(lead.W.rows(), 1 + shapes), .H = Matrix(1 + shapes, lead.H.cols())};
  std::ranges::copy(fit.rest.W.values(), components.W.col(1).data());
  for (Index j = 0; j < lead.H.cols(); ++j) {
    std::ranges::copy(lead.H.col(j), all.H.col(j).begin());
    std::ranges::copy(fit.rest.H.col(j), all.H.col(j).begin() + notes);
    std::ranges::copy(fit.rest.H.col(j), components.H.col(j).begin() + 1);
    components.H(0, j) = std::reduce(lead.H.col(j).begin(), lead.H.col(j).end(), 0.0F);
  }
  const double level = std::accumulate(lead.H.values().begin(), lead.H.values().end(), 1e-30);
  for (Index n = 0; n < notes; ++n) {
    double own = 0.0;
    for (Index j = 0; j < lead.H.cols(); ++j) own += static_cast<double>(lead.H(n, j));
    std::ranges::transform(
        lead.W.col(n), components.W.col(0), components.W.col(0).begin(),
        [share = static_cast<float>(own / level)](float w, float sum) { return sum + share * w; });
  }
  found.refinement.emplace();
  found.refinement->component.assign(static_cast<std::size_t>(notes), 0);
  for (int k = 1; k <= static_cast<int>(shapes); ++k) found.refinement->component.push_back(k);
  found.refinement->factors = std::move(all);
  found.fit.factors = std::move(components);
  found.fit.costs = std::move(fit.costs);
  found.fit.iterations = found.fit.costs.back().iteration;
  found.fit.stop = Stop::kIterations;
}

SourceGroup group_of(std::string reason, int first, int count) {
  SourceGroup group{.components = std::vector<int>(static_cast<std::size_t>(count)),
                    .reason = std::move(reason)};
  std::iota(group.components.begin(), group.components.end(), first);
  return group;
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
  if (settings.sources.value_or(2) != 2)
    throw InvalidInput("sources", "2 beside --init voice: it and the others",
                       std::to_string(*settings.sources));
  Settings chosen = settings;
  chosen.sources = 2;
  if (!chosen.fft) chosen.fft = frame_near(kFrameSeconds, rate_hz);
  return chosen;
}

void follow_lead(AudioSource& mixture, Separation& found, const Settings& chosen, const Observer& observer) {
  const bool is_asked = chosen.init == "voice";
  const bool is_short = static_cast<double>(found.spec.fft) < kLeastFrameSeconds * found.rate_hz;
  if (is_asked && found.rate_hz < kLeastRateHz)
    throw InvalidInput("init", "another than voice below 1000 Hz", to_text(found.rate_hz) + " Hz");
  const bool is_silent = std::ranges::none_of(found.V.values(), [](float v) { return v > 0.0F; });
  if (is_silent || (!is_asked && (is_short || found.rate_hz < kLeastRateHz))) return;
  const Hearing hearing{
      .found = found,
      .masks = Masks(found.fit.factors, found.groups,
                     {.kind = MaskKind::kWiener, .exponent = *chosen.mask_exponent, .power = *chosen.power}),
      .moving = moving_part(mixture, found, chosen, observer),
      .bin_hz = found.rate_hz / static_cast<double>(found.spec.fft),
      .grid = {.highest_hz = std::min(800.0, 0.4 * found.rate_hz)}};
  if (hearing.moving.cols() == 0) {
    found.fit.stop = Stop::kCancelled;
    return;
  }
  Lead lead = most_gliding(hearing);
  if (!is_asked && lead.gliding < kLeastGliding) return;
  const MagnitudeBlocks moving = heard_as(hearing, lead.source, 0.0F, 1.0F);
  const LeadStart start{
      .E = sources_of(found.V.rows(), hearing.bin_hz, hearing.grid),
      .P = bells_of(found.V.rows(), hearing.bin_hz),
      .melody = sounding_part(moving, hearing.bin_hz, hearing.grid, std::move(lead.melody))};
  LeadFit fit = fit_lead(
      found.V, start, {.seed = static_cast<std::uint64_t>(chosen.seed), .threads = chosen.threads}, observer);
  if (fit.cancelled) {
    found.fit.stop = Stop::kCancelled;
    return;
  }
  const auto notes = static_cast<int>(fit.lead.W.cols());
  const auto shapes = static_cast<int>(fit.rest.W.cols());
  take(std::move(fit), found);
  const std::string glides = "its pitch glides in " + to_fixed(100.0 * lead.gliding, 0) +
                             " % of its frames: a voice, by source and filter";
  const std::string others = "what goes with the voice";
  found.groups = {group_of(glides, 0, 1), group_of(others, 1, shapes)};
  found.refinement->groups = {group_of(glides, 0, notes), group_of(others, notes, shapes)};
  if (!is_asked) found.heard.reason += "; a voice is heard";
}

}  // namespace divisi
