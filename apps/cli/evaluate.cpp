// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/evaluate.h"

#include "divisi/core/json.h"
#include "divisi/core/text.h"

#include "commands.h"
#include "exit_code.h"
#include "folders.h"
#include "terminal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace divisi::cli {
namespace {

struct Ratio {
  const char* name;
  std::optional<double> SourceScore::*value;
};
constexpr std::array<Ratio, 4> kRatios{{{"sdr", &SourceScore::sdr},
                                        {"isr", &SourceScore::isr},
                                        {"sir", &SourceScore::sir},
                                        {"sar", &SourceScore::sar}}};

// A ratio that is not defined is null; one without an error is "inf", which JSON's numbers do not have.
Json ratio_json(const std::optional<double>& value) {
  if (!value) return {};
  return std::isfinite(*value) ? Json(*value) : Json("inf");
}

void set_ratios(Json& json, const SourceScore& score) {
  for (const Ratio& ratio : kRatios) json.set(ratio.name, ratio_json(score.*ratio.value));
}

Json score_json(const SourceScore& score) {
  Json json = Json::object();
  set_ratios(json, score);
  return json;
}

Json track_json(const TrackScores& track) {
  Json sources = Json::array();
  for (std::size_t s = 0; s < track.sources.size(); ++s) {
    Json source = Json::object()
                      .set("reference", track.sources[s].reference)
                      .set("estimate", track.sources[s].estimate);
    set_ratios(source, track.sources[s].score);
    if (!track.windows.empty()) {
      Json windows = Json::array();
      for (const SourceScore& window : track.windows[s]) windows.push(score_json(window));
      source.set("windows", std::move(windows));
    }
    sources.push(std::move(source));
  }
  return Json::object()
      .set("name", track.name)
      .set("sources", std::move(sources))
      .set("mean", score_json(mean_score(track.sources)));
}

std::string cell(const std::optional<double>& value) {
  if (!value) return "-";
  return std::isfinite(*value) ? to_fixed(*value, 2) : "inf";
}

void print_row(const std::string& first, const std::string& second, const SourceScore& score) {
  std::printf("  %-24s %-24s", first.c_str(), second.c_str());
  for (const Ratio& ratio : kRatios) std::printf(" %7s", cell(score.*ratio.value).c_str());
  std::printf("\n");
}

void print_track(const TrackScores& track, const std::string& note) {
  std::printf("%s%s\n  %-24s %-24s %7s %7s %7s %7s   dB\n", track.name.c_str(), note.c_str(), "reference",
              "estimate", "SDR", "ISR", "SIR", "SAR");
  for (const auto& source : track.sources) print_row(source.reference, source.estimate, source.score);
  if (track.sources.size() > 1) print_row("mean", "", mean_score(track.sources));
}

std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

void print_csv(const TrackScores& track, const std::string& oracle) {
  for (const auto& source : track.sources) {
    std::printf("%s,%s,%s", csv_text(track.name).c_str(), csv_text(source.reference).c_str(),
                csv_text(oracle.empty() ? source.estimate : oracle).c_str());
    for (const Ratio& ratio : kRatios) {
      const auto& value = source.score.*ratio.value;
      std::printf(",%s", value ? to_text(*value).c_str() : "");
    }
    std::printf("\n");
  }
}

// The scores of all tracks, to be told at the end.
struct Results {
  const Arguments& arguments;
  Json tracks = Json::array();
  std::vector<EvaluatedSource> means = {};  // one a track, for the batch's mean and median

  void add(const TrackScores& track) {
    means.push_back({track.name, "", mean_score(track.sources)});
    if (arguments.json) tracks.push(track_json(track));
    if (arguments.csv) print_csv(track, "");
    if (!arguments.json && !arguments.csv) print_track(track, "");
  }

  void add(const std::string& name, const std::vector<Oracle>& oracles) {
    Json json = Json::object().set("name", name);
    for (const Oracle& oracle : oracles) {
      json.set(oracle.name, track_json(oracle.scores));
      if (arguments.csv) print_csv(oracle.scores, oracle.name);
      if (!arguments.json && !arguments.csv) print_track(oracle.scores, ", " + oracle.name);
    }
    tracks.push(std::move(json));
  }

  [[nodiscard]] SourceScore median() const {
    SourceScore middle;
    for (const Ratio& ratio : kRatios) {
      std::vector<double> values;
      for (const auto& track : means) {
        if (const auto& value = track.score.*ratio.value) values.push_back(*value);
      }
      std::ranges::sort(values);
      const std::size_t half = values.size() / 2;
      if (!values.empty())
        middle.*ratio.value = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2.0;
    }
    return middle;
  }

  void finish() const {
    if (arguments.json) {
      Json json = Json::object().set("tracks", tracks);
      if (!means.empty()) json.set("mean", score_json(mean_score(means))).set("median", score_json(median()));
      std::puts(json.dump().c_str());
    } else if (!arguments.csv && means.size() > 1) {
      std::printf("%zu tracks\n", means.size());
      print_row("mean of the tracks", "", mean_score(means));
      print_row("median of the tracks", "", median());
    }
  }
};

// False: cancelled.
bool evaluate(const EvaluationJob& job, const Arguments& arguments, ProgressDisplay& display,
              Results& results) {
  const Observer observer = display.observer(job.name);
  if (arguments.oracle) {
    const auto oracles = evaluate_oracles(job, arguments.settings, temporary_folder(), observer);
    display.clear();
    if (!oracles.empty()) results.add(job.name, oracles);
    return !oracles.empty();
  }
  const TrackScores track = evaluate_track(job, arguments.settings, observer);
  display.clear();
  if (!track.cancelled) results.add(track);
  return !track.cancelled;
}

}  // namespace

int evaluate_command(const Arguments& arguments) {
  const auto jobs = evaluation_jobs(arguments.reference, arguments.estimate);
  ProgressDisplay display(arguments.quiet ? "none" : arguments.progress);
  Results results{.arguments = arguments};
  if (arguments.csv) std::puts("track,reference,estimate,sdr_db,isr_db,sir_db,sar_db");
  int failed = 0;
  for (const EvaluationJob& job : jobs) {
    try {
      if (!evaluate(job, arguments, display, results)) return kInterrupted;
    } catch (const Error& error) {
      display.clear();
      if (jobs.size() == 1) throw;
      print_error(job.name + ": " + error.what());
      if (arguments.json)
        results.tracks.push(Json::object().set("name", job.name).set("error", error_json(error)));
      ++failed;
    }
  }
  results.finish();
  return failed > 0 ? kSomeFailed : kAllDone;
}

}  // namespace divisi::cli
