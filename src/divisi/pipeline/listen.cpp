// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/listen.h"

#include "divisi/pipeline/counts.h"
#include "divisi/pipeline/drum_start.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/solo.h"
#include "divisi/pipeline/transcribe.h"
#include "divisi/transform/stft.h"

#include <algorithm>
#include <array>
#include <set>

namespace divisi {
namespace {

constexpr int kDefaultSources = 2;
constexpr double kDrumsTonal = 0.22;
constexpr double kDrumsPercussive = 0.55;
constexpr double kNoiseTonal = 0.15;
constexpr double kNotesTonal = 0.55;
constexpr double kTwoKindsFrameSeconds = 0.093;

// Beside a flag that says what to find or how to look, auto is NMF, which goes with all of them.
bool is_open(const Settings& settings) {
  constexpr std::array kSaid{"components",   "group",  "init",        "fix-w",      "dictionary",
                             "score",        "solo",   "activations", "fixed",      "fft",
                             "hop",          "power",  "beta",        "frequency",  "time-shifts",
                             "pitch-shifts", "solver", "sparsity",    "smoothness", "refine"};
  return settings.model == Model::kAuto &&
         std::ranges::all_of(kSaid, [&](const char* name) { return is_default(settings, parameter(name)); });
}

std::set<int> pitches_of(const Notes& notes) {
  std::set<int> pitches;
  for (const Note& note : notes) pitches.insert(note.midi);
  return pitches;
}

void choose_for_notes(Heard& heard, AudioSource& mixture, int sources, int threads,
                      const Observer& observer) {
  Transcription found = transcribe(mixture, {.threads = threads}, observer);
  const auto pitches = static_cast<int>(pitches_of(found.notes).size());
  heard.reason += ", " + std::to_string(pitches) + " pitches";
  if (pitches == sources) {
    heard.notes = std::move(found.notes);
    heard.reason += ": each is a source, held to its notes";
  } else {
    heard.combs = true;
    heard.reason += ": a component for each pitch";
  }
}

}  // namespace

Heard listen(AudioSource& mixture, const Settings& settings, const Observer& observer) {
  // Factors that are found on the way here are not those that are looked for.
  const Observer hearing = [&observer](Progress progress) {
    progress.cost.reset();
    progress.factors = {};
    return keep_going(observer, progress);
  };
  Heard heard{.channels = choose_spatial(mixture, settings, hearing)};
  const int sources = stems_wanted(settings);
  heard.counts = estimate_components(mixture, settings, hearing);
  if (heard.counts) heard.components = components_of(*heard.counts, sources);
  heard.is_open = heard.channels.spatial == Spatial::kOff && sources >= 2 && is_open(settings);
  heard.may_sing = heard.channels.spatial == Spatial::kPanning && sources > 2 && is_open(settings);
  if (!heard.is_open) return heard;
  const Character character = character_of(mixture, settings.threads, hearing);
  heard.reason = to_text(character);
  if (character.tonal > kNotesTonal) {
    choose_for_notes(heard, mixture, sources, settings.threads, hearing);
  } else if (character.tonal < kDrumsTonal && character.percussive > kDrumsPercussive && sources == kDrums) {
    heard.model = Model::kNmfd;
    heard.reason += ": drums";
  } else if (character.tonal > 0.0 && character.tonal < kNoiseTonal) {
    heard.components = sources;
    heard.reason += ": a source is a plain shape";
  } else if (character.tonal > 0.0 && sources == 2) {
    heard.two_kinds = true;
    heard.fft = frame_near(kTwoKindsFrameSeconds, settings.rate_hz.value_or(mixture.rate_hz()));
    heard.reason += ": two kinds of sound";
  }
  heard.may_sing = sources > 2 && heard.model == Model::kAuto && heard.notes.empty();
  return heard;
}

Settings as_heard(const Settings& settings, const Heard& heard) {
  Settings chosen = settings;
  if (chosen.spatial == Spatial::kAuto) chosen.spatial = heard.channels.spatial;
  if (heard.sings) {
    chosen.init = "voice";
    return chosen;
  }
  if (chosen.model == Model::kAuto) chosen.model = heard.model;
  if (heard.components) chosen.components = heard.components;
  if (heard.combs) chosen.init = "harmonic";
  if (heard.fft) chosen.fft = heard.fft;
  if (heard.counts) chosen.sources = stems_wanted(settings);
  if (!heard.notes.empty()) {
    chosen.heard_notes = heard.notes;
    // The stems' names do not depend on what is heard.
    for (int s = 1; settings.names.empty() && s <= stems_wanted(settings); ++s)
      chosen.names.push_back(std::to_string(s));
  }
  return chosen;
}

int stems_wanted(const Settings& settings) {
  const auto groups = static_cast<int>(settings.group.size());
  if (!settings.sources && !settings.solo.empty()) return solo_sources(settings);
  const int components = settings.components.value_or(kEstimate);
  return settings.sources.value_or(groups > 0 ? groups : components > 0 ? components : kDefaultSources);
}

}  // namespace divisi
