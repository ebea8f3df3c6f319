// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/track_report.h"

#include "divisi/core/text.h"
#include "divisi/core/version.h"
#include "divisi/factor/divergence.h"
#include "divisi/pipeline/counts.h"
#include "divisi/pipeline/manifest.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/score.h"
#include "divisi/report/page.h"

#include <algorithm>
#include <limits>

namespace divisi {
namespace {

std::string duration_text(double seconds) {
  const auto minutes = static_cast<int>(seconds / 60.0);
  const std::string rest = to_fixed(seconds - 60.0 * minutes, 2) + " s";
  return minutes > 0 ? std::to_string(minutes) + " min " + rest : rest;
}

std::string channels_text(int channels) {
  if (channels == 1) return "mono";
  return channels == 2 ? "stereo" : std::to_string(channels) + " channels";
}

std::string spatial_text(const SpatialChoice& heard) {
  if (heard.reason.empty()) return "";
  const char* way = heard.spatial == Spatial::kPanning ? "panning"
                    : heard.spatial == Spatial::kIlrma ? "ilrma"
                                                       : "off";
  return std::string(" (--spatial ") + way + ": " + heard.reason + ")";
}

std::string stop_text(const Fit& fit, const Settings& settings) {
  const std::string updates = std::to_string(fit.iterations) + " updates";
  if (fit.stop == Stop::kTolerance) {
    return "converged after " + updates + ": the last ten brought less than " + to_text(settings.tolerance) +
           " of the cost's fall";
  }
  return "stopped at the limit of " + updates;
}

// "NMF", with what belongs to the model alone.
std::string model_text(const Settings& chosen) {
  const auto shifts = [](int count, const char* what) { return std::to_string(count) + what; };
  std::string text = chosen.model == Model::kNmf ? "NMF" : chosen.model == Model::kNmfd ? "NMFD" : "NMF2D";
  if (chosen.model != Model::kNmf) text += ", " + shifts(*chosen.time_shifts, " time shifts");
  if (chosen.model == Model::kNmf2d) text += ", " + shifts(*chosen.pitch_shifts, " pitch shifts");
  return text + ", " + divergence_name(chosen.beta);
}

// Whether a voice is followed, whose notes the masks are made of.
bool follows_lead(const Separation& found) {
  return found.refinement && !found.axis;
}

// The settings that find the same components, whatever their groups; nothing where components are not found
// apart from who plays them.
std::optional<Settings> for_groups(const Settings& settings, const Separation& found) {
  if (follows_lead(found) || has_score(settings) || !found.heard.notes.empty() ||
      !settings.dictionary.empty() || !settings.solo.empty())
    return std::nullopt;
  Settings same = as_heard(settings, found.heard);
  same.components = static_cast<int>(found.fit.factors.components());
  same.sources.reset();
  for (auto* list : {&same.group, &same.names, &same.only, &same.without}) list->clear();
  return same;
}

}  // namespace

TrackReport::TrackReport(const Separation& separation, const Settings& settings, const AudioFacts& facts,
                         const std::vector<std::size_t>& selected)
    : separation_(separation),
      settings_(settings),
      facts_(facts),
      selected_(selected),
      chosen_(resolved(as_heard(settings, separation.heard), facts.rate_hz)) {
  if (page_is_live()) page_.emplace(separation, chosen_, facts, selected);
}

void TrackReport::spectrum(const Matrix& mixture) {
  if (page_) page_->spectrum(mixture);
}

void TrackReport::samples(std::span<const double> mixture, const std::vector<std::vector<double>>& written) {
  if (page_) page_->samples(mixture, written);
}

ReportTrack TrackReport::track_at(std::size_t position, const std::string& file, double peak) const {
  ReportTrack track{.name = "residual",
                    .file = file,
                    .components = {},
                    .reason = "what the mixture has and the stems above have not",
                    .peak_dbfs = to_dbfs(peak).value_or(-std::numeric_limits<double>::infinity())};
  if (position < selected_.size()) {
    const std::size_t stem = selected_[position];
    const SourceGroup& group = separation_.groups[stem];
    track.name = separation_.names[stem];
    track.components = group.components;
    track.reason = group.reason;
    if (group.confidence) track.reason += "; confidence " + to_fixed(*group.confidence, 2);
  } else if (separation_.rate_hz < facts_.rate_hz) {
    track.reason += "; all above " + to_fixed(separation_.rate_hz / 2.0, 0) +
                    " Hz is here, since the analysis at " + to_fixed(separation_.rate_hz, 0) +
                    " Hz does not see it";
  }
  return track;
}

std::vector<std::pair<std::string, std::string>> TrackReport::facts() const {
  const Settings& chosen = chosen_;
  const Heard& heard = separation_.heard;
  const std::string origin =
      follows_lead(separation_)       ? " (the voice, and plain shapes for what goes with it)"
      : !settings_.dictionary.empty() ? " (of the dictionary)"
      : heard.counts                  ? " (" + to_text(*heard.counts) + ")"
      : settings_.components          ? ""
      : chosen.init == "harmonic"     ? " (a comb for each semitone, and noise)"
      : chosen.model != Model::kNmf
          ? " (chosen: one a source)"
          : " (chosen: " + std::to_string(components_per_source(chosen.spatial)) + " a source)";
  std::vector<std::pair<std::string, std::string>> facts{
      {"Length", duration_text(static_cast<double>(facts_.frames) / facts_.rate_hz)},
      {"Rate", std::to_string(facts_.rate_hz) + " Hz"},
      {"Channels", channels_text(facts_.channels) + spatial_text(heard.channels)},
      {"Format", facts_.container},
      {"Model", model_text(chosen) + (heard.reason.empty() ? "" : " (" + heard.reason + ")")},
      {"Components", std::to_string(separation_.fit.factors.components()) + origin},
      {"Sources", std::to_string(*chosen.sources)}};
  if (separation_.axis) {
    facts.emplace_back("Frequency axis", std::to_string(separation_.axis->bins()) + " bins, " +
                                             std::to_string(*chosen.bins_per_octave) + " an octave, from " +
                                             to_text(chosen.fmin_hz) + " Hz");
  }
  return facts;
}

std::string TrackReport::render(const std::string& track, const std::string& input,
                                const std::vector<std::string>& files, const std::vector<FileLevel>& levels,
                                const std::vector<std::string>& warnings) {
  Report report;
  report.track = track;
  report.facts = facts();
  report.warnings = warnings;
  double loudest = 0.0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    loudest = std::max(loudest, levels[i].peak);
    if (!files[i].empty()) report.tracks.push_back(track_at(i, files[i], levels[i].peak));
  }
  report.costs = separation_.fit.costs;
  report.divergence = divergence_name(chosen_.beta);
  report.stop = stop_text(separation_.fit, settings_);
  for (const Parameter& p : parameters()) {
    if ((p.commands & kSeparate) == 0 || !shapes_result(p)) continue;
    report.parameters.push_back(
        {std::string(p.name), to_text(chosen_, p), std::string(p.help), is_default(settings_, p)});
  }
  report.command = "divisi separate " + input + command_line(settings_);
  report.version = version();
  if (page_) {
    page_->finish(report, loudest);
    report.state.set("input", input);
    if (const auto same = for_groups(settings_, separation_))
      report.state.set("regroup", "divisi separate " + input + command_line(*same));
  }
  return render_report(report);
}

}  // namespace divisi
