// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/score.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/notes/harmonic.h"
#include "divisi/notes/note_files.h"
#include "divisi/pipeline/parameters.h"

#include <algorithm>
#include <map>
#include <set>

namespace divisi {
namespace {

constexpr double kTolerance = 0.2;  // s, by which an onset may be wrong
constexpr double kRelease = 0.5;    // s, that a note may sound after its end
constexpr float kAttack = 0.1F;     // of a tone's level, at the start
constexpr int kHarmonics = 1000;    // all that the axis has

// A name that a file can have and a list of names can hold.
std::string stem_name(std::string name) {
  name = one_line(std::move(name));
  for (char& c : name) {
    if (c == '/' || c == ',' || c == '\\') c = '_';
  }
  if (name.empty()) return "unnamed";
  if (name.front() == '.') name.front() = '_';
  for (const char* taken : {"residual", "manifest", "report", "factors"}) {
    if (name == taken) name += "_";
  }
  return name;
}

// What the notes go to stems by.
std::string criterion(const Notes& notes, const Settings& settings) {
  std::set<std::string> tracks;
  bool programs = true;
  for (const Note& note : notes) {
    tracks.insert(note.track);
    programs = programs && note.program > 0;
  }
  if (settings.by == "auto") return tracks.size() > 1 ? "track" : "pitch";
  if (settings.by == "track" && tracks.contains("")) {
    throw Error(Fault::kInput, settings.score, "a track for each note (--by track)", "notes without one");
  }
  if (settings.by == "program" && !programs) {
    throw Error(Fault::kInput, settings.score, "a program for each note (--by program)", "notes without one");
  }
  return settings.by;
}

std::string part_name(const Note& note, const std::string& by) {
  if (by == "pitch") return pitch_name(note.midi);
  return by == "track" ? stem_name(note.track) : "program " + std::to_string(note.program);
}

// Where a row of H may be other than 0; returns how many frames.
Index allow(Matrix& H, Index row, double from_s, double to_s, double step_s) {
  Index count = 0;
  for (Index j = 0; j < H.cols(); ++j) {
    const double time_s = static_cast<double>(j) * step_s;
    if (time_s < from_s || time_s > to_s) continue;
    H(row, j) = 1.0F;
    ++count;
  }
  return count;
}

void draw_shapes(const Note& note, const ScoreAxis& axis, std::span<float> tone, std::span<float> attack) {
  const HarmonicStart comb = harmonic_start(
      axis.frequencies_hz, axis.resolution_hz,
      {.lowest_midi = note.midi, .highest_midi = note.midi, .harmonics = kHarmonics, .noise_shapes = 0});
  if (comb.pitches.empty()) {
    throw InvalidInput("score", "pitches below " + to_fixed(0.8 * axis.frequencies_hz.back(), 0) + " Hz",
                       pitch_name(note.midi));
  }
  std::ranges::copy(comb.W.col(0), tone.begin());
  std::ranges::fill(attack, 1.0F / static_cast<float>(attack.size()));
}

void bring_to_level_of(ConstMatrixView V, Matrix& H) {
  double sum_of_v = 0.0;
  double sum_of_h = 0.0;
  for (Index j = 0; j < V.cols(); ++j) {
    for (const float v : V.col(j)) sum_of_v += static_cast<double>(v);
  }
  for (const float h : H.values()) sum_of_h += static_cast<double>(h);
  for (float& h : H.values()) h = static_cast<float>(static_cast<double>(h) * sum_of_v / sum_of_h);
}

}  // namespace

bool has_score(const Settings& settings) {
  return !settings.score.empty() || !settings.heard_notes.empty();
}

Score read_score(const Settings& settings) {
  const bool heard = settings.score.empty();
  Notes notes = heard ? settings.heard_notes : read_notes(settings.score);
  if (notes.empty()) throw Error(Fault::kInput, settings.score, "notes", "none");
  const std::string by = heard ? "pitch" : criterion(notes, settings);
  std::vector<std::string> names;
  std::map<std::string, std::map<int, Notes>> parts;
  if (by == "pitch") std::ranges::stable_sort(notes, {}, &Note::midi);
  for (Note& note : notes) {
    if (!heard) note.onset_s -= settings.start_s.value_or(0.0);
    const std::string name = part_name(note, by);
    if (!parts.contains(name)) names.push_back(name);
    parts[name][note.midi].push_back(note);
  }
  Score score;
  for (const std::string& name : names) {
    ScorePart& part = score.emplace_back(ScorePart{.name = name, .pitches = {}});
    for (auto& [midi, same] : parts[name]) part.pitches.push_back(std::move(same));
  }
  return score;
}

Settings with_score(const Settings& settings) {
  if (!has_score(settings)) {
    if (settings.by != "auto") throw InvalidInput("by", "--score beside it", "none");
    return settings;
  }
  if (settings.model != Model::kNmf) {
    throw InvalidInput("score", "--model nmf beside it", "--model " + to_text(settings, parameter("model")));
  }
  for (const char* name : {"group", "init", "fix-w", "dictionary", "solo", "activations", "fixed"}) {
    if (!is_default(settings, parameter(name)))
      throw InvalidInput(name, "none beside --score", to_text(settings, parameter(name)));
  }
  if (settings.solver != SolverKind::kAuto && settings.solver != SolverKind::kMultiplicative) {
    throw InvalidInput("solver", "mu, which keeps zeros, beside --score",
                       to_text(settings, parameter("solver")));
  }
  const Score score = read_score(settings);
  int components = 0;
  std::vector<std::string> names;
  for (const ScorePart& part : score) {
    components += 2 * static_cast<int>(part.pitches.size());
    names.push_back(part.name);
  }
  const auto choose = [](std::optional<int>& value, int known, const char* name) {
    if (value.value_or(known) != known) {
      throw InvalidInput(name, std::to_string(known) + ", as the score has", std::to_string(*value));
    }
    value = known;
  };
  Settings chosen = settings;
  choose(chosen.components, components, "components");
  choose(chosen.sources, static_cast<int>(score.size()), "sources");
  if (chosen.names.empty()) chosen.names = names;
  return chosen;
}

Factors score_start(const Score& score, ConstMatrixView V, const ScoreAxis& axis) {
  Index components = 0;
  for (const ScorePart& part : score) components += 2 * std::ssize(part.pitches);
  Factors start{.W = Matrix(V.rows(), components), .H = Matrix(components, V.cols())};
  Index k = 0;
  Index allowed = 0;
  for (const ScorePart& part : score) {
    for (const Notes& notes : part.pitches) {
      draw_shapes(notes.front(), axis, start.W.col(k), start.W.col(k + 1));
      for (const Note& note : notes) {
        const double from_s = note.onset_s - kTolerance;
        allowed += allow(start.H, k, from_s, note.offset_s() + kRelease, axis.step_s);
        allow(start.H, k + 1, from_s, note.onset_s + kTolerance, axis.step_s);
      }
      for (Index j = 0; j < V.cols(); ++j) start.H(k + 1, j) *= kAttack;
      k += 2;
    }
  }
  if (allowed == 0) {
    throw InvalidInput("score", "a note within the recording",
                       "none from 0 to " + to_fixed(static_cast<double>(V.cols()) * axis.step_s, 2) + " s");
  }
  bring_to_level_of(V, start.H);
  return start;
}

Grouping group_by_score(const Score& score) {
  Grouping groups;
  int next = 0;
  for (const ScorePart& part : score) {
    SourceGroup& group = groups.emplace_back();
    for (const Notes& notes : part.pitches) {
      group.components.insert(group.components.end(), {next, next + 1});
      group.reason += (group.reason.empty() ? "score: " : ", ") + pitch_name(notes.front().midi) + " (tone " +
                      std::to_string(next + 1) + ", attack " + std::to_string(next + 2) + ")";
      next += 2;
    }
  }
  return groups;
}

}  // namespace divisi
