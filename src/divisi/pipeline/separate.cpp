// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/separate.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/factor/nmf.h"
#include "divisi/group/by_hand.h"
#include "divisi/group/cluster.h"
#include "divisi/group/kind.h"
#include "divisi/group/repetition.h"
#include "divisi/pipeline/adapt.h"
#include "divisi/pipeline/analysis_source.h"
#include "divisi/pipeline/comb_start.h"
#include "divisi/pipeline/counts.h"
#include "divisi/pipeline/dictionary.h"
#include "divisi/pipeline/drum_start.h"
#include "divisi/pipeline/lead.h"
#include "divisi/pipeline/lead_among.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/score.h"
#include "divisi/pipeline/solo.h"
#include "divisi/pipeline/starting_point.h"

#include <algorithm>
#include <set>

namespace divisi {
namespace {

constexpr int kRestartsOfShapes = 10;  // one start in six of nmf2d ends in a bad minimum
constexpr int kRestarts = 3;           // +1.4 dB over one start, where six bring +1.6

Grouping group(const Settings& chosen, const Separation& found) {
  const auto components = static_cast<int>(found.fit.factors.components());
  if (has_score(chosen)) return group_by_score(read_score(chosen));
  if (!chosen.group.empty()) return group_by_hand(chosen.group, components);
  if (!chosen.dictionary.empty()) return group_by_dictionary(chosen);
  if (!found.demixing.empty()) return group_by_filter(components, *chosen.sources);
  const double step_s = static_cast<double>(found.spec.hop) / found.rate_hz;
  const TimbreFacts facts{.frequencies_hz = frequencies_hz(found),
                          .step_s = step_s,
                          .directions = directions(found.channel_factors),
                          .noises = chosen.init == "harmonic" ? kNoiseShapes : 0};
  if (!chosen.solo.empty()) return group_by_solo(chosen, found.fit.factors, facts);
  if (found.heard.two_kinds || (chosen.init == "voice" && *chosen.sources == 2)) {
    const auto groups = group_by_kind(found.fit.factors, facts, *chosen.sources);
    return groups ? *groups
                  : group_by_repetition(found.V, found.fit.factors, static_cast<Index>(1.0 / step_s));
  }
  return group_by_timbre(found.fit.factors, facts, *chosen.sources);
}

Factors start_of(const Separation& found, const Settings& chosen, const Observer& observer) {
  const double step_s = static_cast<double>(found.spec.hop) / found.rate_hz;
  if (has_score(chosen)) {
    const double resolution_hz = 2.0 * found.rate_hz / static_cast<double>(found.spec.fft);
    return score_start(read_score(chosen), found.V, {frequencies_hz(found), resolution_hz, step_s});
  }
  if (chosen.init == "harmonic") {
    const double resolution_hz = found.rate_hz / static_cast<double>(found.spec.fft);
    return comb_start(found.V, frequencies_hz(found), resolution_hz, chosen.threads, observer);
  }
  if (!chosen.solo.empty()) return solo_start(found.V, chosen, step_s);
  if (chosen.init != "drums") return starting_point(chosen);
  return drum_start(found.V, frequencies_hz(found), step_s, *chosen.time_shifts);
}

// A voice that is asked for, or two sources that nobody described, as plain NMF takes them apart.
bool may_have_lead(const Separation& found, const Settings& chosen) {
  if (chosen.init == "voice") return true;
  return found.heard.is_open && found.heard.notes.empty() && *chosen.sources == 2 && found.groups.size() == 2;
}

// The separation that `heard` and the settings ask for.
Separation taken_apart(AudioSource& mixture, const Settings& settings, Heard heard,
                       const Observer& observer) {
  Separation found;
  found.heard = std::move(heard);
  const Settings chosen = resolved(as_heard(settings, found.heard), mixture.rate_hz());
  found.spec = stft_spec(chosen);
  found.rate_hz = *chosen.rate_hz;
  found.axis = log_axis(chosen, found.rate_hz);
  found.names = stem_names(chosen);
  // What cannot be is better told before the work than after it.
  selected_stems(chosen, found.names);
  check_counts(chosen);

  AnalysisSource analysis(mixture, *chosen.rate_hz);
  found.V = spectrogram(analysis.get(), found.spec, *chosen.power, chosen.threads, observer,
                        found.axis ? &*found.axis : nullptr);
  if (found.V.cols() == 0) {
    found.fit.stop = Stop::kCancelled;
    return found;
  }
  const bool by_place = chosen.spatial == Spatial::kPanning || chosen.spatial == Spatial::kIlrma;
  if (by_place && chosen.init != "voice") {
    take_apart(analysis.get(), chosen, found, observer);
  } else {
    found.fit = nmf(found.V, nmf_options(chosen), start_of(found, chosen, observer), observer);
  }
  if (chosen.adapt && !found.cancelled())
    found.fit = adapted(found.V, std::move(found.fit), chosen, observer);
  if (found.cancelled()) return found;
  found.groups = group(chosen, found);
  if (is_among(chosen)) {
    follow_among(analysis.get(), found, chosen, observer);
  } else if (may_have_lead(found, chosen)) {
    follow_lead(analysis.get(), found, chosen, observer);
  }
  if (*chosen.refine > 0) {
    analysis.get().rewind();
    const Matrix V = spectrogram(analysis.get(), found.spec, *chosen.power, chosen.threads, observer);
    if (V.cols() > 0)
      found.refinement = refine(V, found.fit.factors, *found.axis, found.groups, chosen, observer);
    if (!found.refinement || found.refinement->factors.W.empty()) found.fit.stop = Stop::kCancelled;
  }
  return found;
}

Heard with_lead(Heard heard) {
  heard.sings = true;
  return heard;
}

}  // namespace

Separation separate(AudioSource& mixture, const Settings& settings, const Observer& observer) {
  const Heard heard = listen(mixture, settings, observer);
  if (!heard.may_sing) return taken_apart(mixture, settings, heard, observer);
  Separation led = taken_apart(mixture, settings, with_lead(heard), observer);
  if (led.cancelled()) return led;
  const auto gliding = [&](const Separation& found) {
    return gliding_of_sources(found, resolved(as_heard(settings, found.heard), mixture.rate_hz()));
  };
  const double voice = led.refinement ? gliding(led) : 0.0;
  const bool sings = voice >= kLeastGlidingTwice;
  if (sings && heard.channels.spatial != Spatial::kPanning) return led;
  Separation found = taken_apart(mixture, settings, heard, observer);
  // Where a place of its own shows the voice better than its model does, it has been found already.
  return sings && !found.cancelled() && gliding(found) < voice ? std::move(led) : std::move(found);
}

Settings resolved(const Settings& given, int rate_hz) {
  const Settings settings = with_dictionary(without_estimate(given));
  const double analysed_hz = settings.rate_hz.value_or(rate_hz);
  Settings chosen = with_score(with_model(
      with_voice(with_combs(with_solo(with_spatial(settings, rate_hz), rate_hz), analysed_hz), analysed_hz)));
  if (!settings.group.empty()) {
    const auto groups = static_cast<int>(settings.group.size());
    if (settings.sources.value_or(groups) != groups) {
      throw InvalidInput("sources", std::to_string(groups) + ", as many as there are groups",
                         std::to_string(*settings.sources));
    }
    chosen.sources = groups;
  }
  if (!chosen.components) chosen.components = given_components(chosen);
  if (settings.init == "drums") {
    if (chosen.components.value_or(kDrums) != kDrums) {
      throw InvalidInput("components", "3 beside --init drums: kick, snare, hi-hat",
                         std::to_string(*chosen.components));
    }
    chosen.components = kDrums;
  }
  chosen.sources = stems_wanted(chosen);
  // A shape that lasts or moves is a whole instrument.
  const int per_source = chosen.model == Model::kNmf ? components_per_source(settings.spatial) : 1;
  if (!chosen.components) chosen.components = per_source * *chosen.sources;
  if (chosen.init == "auto") {
    chosen.init = chosen.model == Model::kNmfd && chosen.solo.empty() && *chosen.components == kDrums
                      ? "drums"
                      : "random";
  }
  if (!chosen.restarts && !settings.dictionary.empty() && settings.free == 0) {
    chosen.restarts = 1;  // with known shapes, what they play has one best answer
  }
  if (!chosen.restarts) chosen.restarts = chosen.model == Model::kNmf2d ? kRestartsOfShapes : kRestarts;
  if (!chosen.hop) chosen.hop = static_cast<int>(stft_spec(chosen).hop);
  if (!chosen.rate_hz) chosen.rate_hz = rate_hz;
  return with_axis(chosen, *chosen.rate_hz);
}

void check_counts(const Settings& chosen) {
  if (!chosen.group.empty()) group_by_hand(chosen.group, *chosen.components);
  if (*chosen.sources > *chosen.components) {
    throw InvalidInput("sources", "1.." + std::to_string(*chosen.components) + " (components)",
                       std::to_string(*chosen.sources));
  }
}

std::vector<std::string> stem_names(const Settings& settings) {
  const auto stems = static_cast<std::size_t>(settings.sources.value());
  if (!settings.names.empty() && settings.names.size() != stems) {
    throw InvalidInput("names", std::to_string(stems) + " names, one a stem",
                       std::to_string(settings.names.size()));
  }
  std::vector<std::string> names = settings.names;
  for (std::size_t s = names.size(); s < stems; ++s) names.push_back(std::to_string(s + 1));
  check_stem_names(names);
  return names;
}

void check_stem_names(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const bool taken = name == "residual" || name == "manifest" || name == "report" || name == "factors";
    if (name.empty() || name.starts_with('.') || name.find('/') != std::string::npos || taken) {
      throw InvalidInput("names", "names that files can have, other than residual", "'" + name + "'");
    }
  }
  if (std::set(names.begin(), names.end()).size() != names.size()) {
    throw InvalidInput("names", "a different name for each stem", join(names, ","));
  }
}

std::size_t stem_position(const std::string& text, const std::vector<std::string>& names,
                          std::string_view flag) {
  const auto named = std::ranges::find(names, text);
  if (named != names.end()) return static_cast<std::size_t>(named - names.begin());
  for (std::size_t s = 0; s < names.size(); ++s) {
    if (text == std::to_string(s + 1)) return s;
  }
  throw InvalidInput(flag, "one of the stems " + join(names, ", "), "'" + text + "'");
}

StftSpec stft_spec(const Settings& settings) {
  const int fft = with_model(settings).fft.value();
  const int overlap = settings.model == Model::kNmf2d ? 2 : 4;
  return {.fft = fft, .hop = settings.hop.value_or(std::max(1, fft / overlap)), .window = settings.window};
}

std::vector<double> frequencies_hz(const Separation& separation) {
  if (separation.axis) return separation.axis->frequencies_hz();
  std::vector<double> frequencies;
  for (Index i = 0; i < separation.spec.bins(); ++i) {
    frequencies.push_back(separation.rate_hz * static_cast<double>(i) /
                          static_cast<double>(separation.spec.fft));
  }
  return frequencies;
}

std::vector<double> times_s(const Separation& separation) {
  std::vector<double> times;
  for (Index j = 0; j < separation.fit.factors.H.cols(); ++j) {
    times.push_back(static_cast<double>(j * separation.spec.hop) / separation.rate_hz);
  }
  return times;
}

std::vector<std::size_t> selected_stems(const Settings& settings, const std::vector<std::string>& names) {
  std::set<std::size_t> selected;
  for (const auto& text : settings.only) selected.insert(stem_position(text, names, "only"));
  if (settings.only.empty()) {
    for (std::size_t s = 0; s < names.size(); ++s) selected.insert(s);
  }
  for (const auto& text : settings.without) selected.erase(stem_position(text, names, "without"));
  if (selected.empty()) throw InvalidInput("without", "a stem that is left to write", "none");
  return {selected.begin(), selected.end()};
}

}  // namespace divisi
