// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/track_report.h"

#include "divisi/audio/writer.h"
#include "divisi/compute/reconstruct.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/core/version.h"
#include "divisi/factor/divergence.h"
#include "divisi/pipeline/manifest.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/parameters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace divisi {
namespace {

constexpr double kMostPreviewSamples = 24e6;  // of all players together: about 35 MB of page
constexpr Index kPictureCols = 1000;

std::string duration_text(double seconds) {
  const auto minutes = static_cast<int>(seconds / 60.0);
  const std::string rest = to_fixed(seconds - 60.0 * minutes, 2) + " s";
  return minutes > 0 ? std::to_string(minutes) + " min " + rest : rest;
}

bool flac_holds(int rate_hz) {
  try {
    check_writable({.container = Container::kFlac, .depth = Depth::kS16, .rate_hz = rate_hz, .channels = 1});
    return true;
  } catch (const Error&) {
    return false;
  }
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

// Component k's shape over the frames after its onset.
Picture shape_of(const Factors& factors, Index k, const FrequencyAxis& axis, double to_power) {
  SpectrogramPicture picture(axis, factors.time_shifts, factors.time_shifts, to_power);
  for (Index tau = 0; tau < factors.time_shifts; ++tau)
    picture.add(factors.W.view().cols(tau * factors.components() + k, 1));
  return picture.finish(picture.peak_db(), 60.0);
}

// Component k's rows of the picture of H.
Picture course_of(const Factors& factors, Index k, const Picture& courses) {
  Picture course{.rows = factors.pitch_shifts,
                 .cols = courses.cols,
                 .levels = {},
                 .top_db = courses.top_db,
                 .floor_db = courses.floor_db};
  for (Index pitch = 0; pitch < factors.pitch_shifts; ++pitch) {
    const auto row = courses.levels.begin() + (pitch * factors.components() + k) * courses.cols;
    course.levels.insert(course.levels.end(), row, row + courses.cols);
  }
  return course;
}

// "NMF", with what belongs to the model alone.
std::string model_text(const Settings& chosen) {
  const auto shifts = [](int count, const char* what) { return std::to_string(count) + what; };
  std::string text = chosen.model == Model::kNmf ? "NMF" : chosen.model == Model::kNmfd ? "NMFD" : "NMF2D";
  if (chosen.model != Model::kNmf) text += ", " + shifts(*chosen.time_shifts, " time shifts");
  if (chosen.model == Model::kNmf2d) text += ", " + shifts(*chosen.pitch_shifts, " pitch shifts");
  return text + ", " + divergence_name(chosen.beta);
}

}  // namespace

TrackReport::TrackReport(const Separation& separation, const Settings& settings, const AudioFacts& facts,
                         const std::vector<std::size_t>& selected)
    : separation_(separation),
      settings_(settings),
      facts_(facts),
      selected_(selected),
      axis_(separation.spec.bins(), separation.rate_hz),
      model_axis_(separation.axis ? FrequencyAxis(separation.axis->edges_hz()) : axis_) {
  const std::size_t tracks = selected.size() + 2;
  for (std::size_t i = 0; i < tracks; ++i) pictures_.emplace_back(axis_, separation.V.cols(), kPictureCols);
  const int channels = std::min(facts.channels, 2);
  const double samples = static_cast<double>(facts.frames) * channels * static_cast<double>(tracks);
  if (samples <= kMostPreviewSamples && flac_holds(facts.rate_hz)) {
    previews_.assign(
        tracks,
        Audio{.rate_hz = facts.rate_hz, .channels = facts.channels > 2 ? 1 : channels, .samples = {}});
  }
}

void TrackReport::spectra(const Matrix& mixture, const std::vector<Matrix>& sources) {
  Matrix rest = mixture;
  for (std::size_t i = 0; i < selected_.size(); ++i) {
    const Matrix& source = sources[selected_[i]];
    pictures_[i + 1].add(source);
    std::ranges::transform(rest.values(), source.values(), rest.values().begin(),
                           [](float whole, float part) { return std::max(whole - part, 0.0F); });
  }
  pictures_.front().add(mixture);
  pictures_.back().add(rest);
}

// More than two channels are heard as their mean.
void TrackReport::keep(std::span<const double> samples, Audio& preview) const {
  if (preview.channels == facts_.channels) {
    for (const double x : samples) preview.samples.push_back(static_cast<float>(x));
    return;
  }
  const auto channels = static_cast<std::size_t>(facts_.channels);
  for (std::size_t n = 0; n < samples.size(); n += channels) {
    double sum = 0.0;
    for (std::size_t c = 0; c < channels; ++c) sum += samples[n + c];
    preview.samples.push_back(static_cast<float>(sum / static_cast<double>(channels)));
  }
}

void TrackReport::samples(std::span<const double> mixture, const std::vector<std::vector<double>>& written) {
  if (previews_.empty()) return;
  keep(mixture, previews_.front());
  for (std::size_t i = 0; i < written.size(); ++i) keep(written[i], previews_[i + 1]);
}

ReportTrack TrackReport::track_at(std::size_t position, const std::string& file, double peak, double gain,
                                  double top_db) const {
  ReportTrack track{.role = position == 0                  ? TrackRole::kMixture
                            : position <= selected_.size() ? TrackRole::kStem
                                                           : TrackRole::kResidual,
                    .name = position == 0 ? "mixture" : "residual",
                    .file = file,
                    .flac = {},
                    .spectrogram = pictures_[position].finish(top_db),
                    .components = {},
                    .reason = position == 0 ? "" : "what the mixture has and the stems above have not",
                    .peak_dbfs = to_dbfs(peak).value_or(-std::numeric_limits<double>::infinity())};
  if (track.role == TrackRole::kResidual && separation_.rate_hz < facts_.rate_hz) {
    track.reason += "; all above " + to_fixed(separation_.rate_hz / 2.0, 0) +
                    " Hz is here, since the analysis at " + to_fixed(separation_.rate_hz, 0) +
                    " Hz does not see it";
  }
  if (track.role == TrackRole::kStem) {
    const std::size_t stem = selected_[position - 1];
    track.name = separation_.names[stem];
    track.components = separation_.groups[stem].components;
    track.reason = separation_.groups[stem].reason;
  }
  if (!previews_.empty()) {
    Audio preview = previews_[position];
    for (float& x : preview.samples) x *= static_cast<float>(gain);
    track.flac = encode_flac(preview);
  }
  return track;
}

void TrackReport::add_pictures(Report& report, double top_db) const {
  const Factors& factors = separation_.fit.factors;
  const double to_power =
      2.0 / resolved(as_heard(settings_, separation_.heard), facts_.rate_hz).power.value();
  SpectrogramPicture model(model_axis_, factors.H.cols(), kPictureCols, to_power);
  std::vector<int> all(static_cast<std::size_t>(factors.components()));
  std::iota(all.begin(), all.end(), 0);
  const Reconstruction whole(factors, all);
  constexpr Index kBlock = 256;
  for (Index first = 0; first < factors.H.cols(); first += kBlock)
    model.add(whole.at(first, std::min(kBlock, factors.H.cols() - first)));
  if (separation_.axis) {
    SpectrogramPicture analysed(model_axis_, separation_.V.cols(), kPictureCols, to_power);
    analysed.add(separation_.V);
    top_db = analysed.peak_db();
    report.V = analysed.finish(top_db);
  } else {
    report.V = pictures_.front().finish(top_db);
  }
  report.WH = model.finish(top_db);
  const Picture courses = activations_picture(factors.H, kPictureCols, 60.0, to_power);
  if (factors.time_shifts > 1 || factors.pitch_shifts > 1) {
    for (Index k = 0; k < factors.components(); ++k)
      report.components.push_back(
          {shape_of(factors, k, model_axis_, to_power), course_of(factors, k, courses)});
  } else {
    report.W = shapes_picture(factors.W, model_axis_, 60.0, to_power);
    report.H = courses;
  }
}

std::vector<std::pair<std::string, std::string>> TrackReport::facts(const Settings& chosen) const {
  const Heard& heard = separation_.heard;
  const std::string origin =
      !settings_.dictionary.empty() ? " (of the dictionary)"
      : settings_.components        ? ""
      : chosen.init == "harmonic"   ? " (a comb for each semitone, and noise)"
      : chosen.model != Model::kNmf
          ? " (chosen: one a source)"
          : " (chosen: " + std::to_string(components_per_source(chosen.spatial)) + " a source)";
  std::vector<std::pair<std::string, std::string>> facts{
      {"Length", duration_text(static_cast<double>(facts_.frames) / facts_.rate_hz)},
      {"Rate", std::to_string(facts_.rate_hz) + " Hz"},
      {"Channels", channels_text(facts_.channels) + spatial_text(heard.channels)},
      {"Format", facts_.container},
      {"Model", model_text(chosen) + (heard.reason.empty() ? "" : " (" + heard.reason + ")")},
      {"Components", std::to_string(*chosen.components) + origin},
      {"Sources", std::to_string(*chosen.sources)}};
  if (separation_.axis) {
    facts.emplace_back("Frequency axis", std::to_string(separation_.axis->bins()) + " bins, " +
                                             std::to_string(*chosen.bins_per_octave) + " an octave, from " +
                                             to_text(chosen.fmin_hz) + " Hz");
  }
  return facts;
}

std::string TrackReport::render(const std::string& track, const std::string& command,
                                const std::vector<std::string>& files, const std::vector<FileLevel>& levels,
                                const std::vector<std::string>& warnings) const {
  const Settings chosen = resolved(as_heard(settings_, separation_.heard), facts_.rate_hz);
  Report report;
  report.track = track;
  report.facts = facts(chosen);
  report.warnings = warnings;
  report.duration_s = static_cast<double>(facts_.frames) / facts_.rate_hz;
  report.frame_step_s = static_cast<double>(separation_.spec.hop) / separation_.rate_hz;
  report.frames = separation_.V.cols();
  if (separation_.axis) report.semitones = 12.0 / *chosen.bins_per_octave;
  report.axis = axis_;
  report.model_axis = model_axis_;
  const double top_db = pictures_.front().peak_db();
  add_pictures(report, top_db);

  // The players hold 16 bits: where a float stem is louder than full scale, all are turned down alike.
  double loudest = std::max(1.0, facts_.peak);
  for (const FileLevel& level : levels) loudest = std::max(loudest, level.peak);
  if (loudest > 1.0 && !previews_.empty()) {
    report.warnings.push_back("The players on this page are turned down by " +
                              to_fixed(20.0 * std::log10(loudest), 1) +
                              " dB, all alike, so that none of them clips. The files have their own levels.");
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].empty()) continue;
    report.tracks.push_back(
        track_at(i, files[i], i == 0 ? facts_.peak : levels[i - 1].peak, 1.0 / loudest, top_db));
  }
  report.costs = separation_.fit.costs;
  report.divergence = divergence_name(chosen.beta);
  report.stop = stop_text(separation_.fit, settings_);
  for (const Parameter& p : parameters()) {
    if ((p.commands & kSeparate) == 0 || !shapes_result(p)) continue;
    report.parameters.push_back(
        {std::string(p.name), to_text(chosen, p), "", std::string(p.help), is_default(settings_, p)});
  }
  report.command = command;
  report.version = version();
  return render_report(report);
}

}  // namespace divisi
