// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/evaluate.h"

#include "divisi/audio/reader.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/metric/bss_eval.h"
#include "divisi/metric/sdr.h"
#include "divisi/pipeline/manifest.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

namespace divisi {
namespace {

namespace fs = std::filesystem;

bool is_audio(const fs::path& path) {
  static const std::set<std::string> kEnds{".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff",
                                           ".aif", ".au",   ".caf", ".w64",  ".rf64"};
  std::string end = path.extension().string();
  std::ranges::transform(end, end.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return kEnds.contains(end) && !path.filename().string().starts_with('.');
}

std::vector<fs::path> entries(const fs::path& folder, bool folders) {
  std::error_code error;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (folders ? entry.is_directory() : entry.is_regular_file() && is_audio(entry.path()))
      found.push_back(entry.path());
  }
  if (error) throw Error(Fault::kInput, folder.string(), "a folder that can be read", error.message());
  std::ranges::sort(found);
  return found;
}

// The stems that a manifest names; nothing where there is none.
std::vector<NamedFile> stems_of_manifest(const fs::path& folder) {
  std::vector<NamedFile> files;
  const auto manifest = read_manifest(folder / "manifest.json");
  if (!manifest) return files;
  for (const Json& output : manifest->at("outputs").elements()) {
    const fs::path file = output.at("file").text().value_or("");
    if (output.at("kind").text() == "stem")
      files.push_back({output.at("stem").text().value_or(""), folder / file.filename()});
  }
  return files;
}

std::vector<NamedFile> sounds_of(const fs::path& folder, const std::set<std::string>& but) {
  std::vector<NamedFile> files;
  for (const auto& path : entries(folder, false)) {
    if (!but.contains(path.stem().string())) files.push_back({path.stem().string(), path});
  }
  return files;
}

EvaluationJob job_of(const fs::path& reference, const fs::path& estimate) {
  EvaluationJob job{.name = (estimate.empty() ? reference : estimate).lexically_normal().filename().string(),
                    .references = sounds_of(reference, {"mix", "mixture", "residual"}),
                    .estimates = {}};
  if (job.name.empty())
    job.name = (estimate.empty() ? reference : estimate).lexically_normal().parent_path().filename().string();
  if (job.references.empty())
    throw Error(Fault::kInput, reference.string(), "the true stems as audio files", "none");
  if (estimate.empty()) return job;
  job.estimates = stems_of_manifest(estimate);
  if (job.estimates.empty()) job.estimates = sounds_of(estimate, {"residual"});
  if (job.estimates.size() != job.references.size()) {
    throw Error(Fault::kInput, estimate.string(),
                std::to_string(job.references.size()) + " stems, as many as in " + reference.string(),
                std::to_string(job.estimates.size()));
  }
  return job;
}

// Puts the estimates into the order of the references where both have the same names.
bool pair_by_name(EvaluationJob& job) {
  std::vector<NamedFile> ordered;
  for (const auto& reference : job.references) {
    const auto found = std::ranges::find(job.estimates, reference.name, &NamedFile::name);
    if (found == job.estimates.end()) return false;
    ordered.push_back(*found);
  }
  job.estimates = std::move(ordered);
  return true;
}

std::vector<std::unique_ptr<FileSource>> open_all(const std::vector<NamedFile>& files) {
  std::vector<std::unique_ptr<FileSource>> sources;
  sources.reserve(files.size());
  for (const auto& file : files) sources.push_back(FileSource::open(file.path));
  return sources;
}

void check_alike(const EvaluationJob& job, const std::vector<std::unique_ptr<FileSource>>& references,
                 const std::vector<std::unique_ptr<FileSource>>& estimates) {
  const auto shape = [](const FileSource& source) {
    return std::to_string(source.frames()) + " frames of " + std::to_string(source.channels()) +
           " channel(s) at " + std::to_string(source.rate_hz()) + " Hz";
  };
  const std::string expected = shape(*references.front()) + " as in " + job.references.front().path.string();
  for (std::size_t i = 0; i < references.size(); ++i) {
    for (const auto& [file, source] :
         {std::pair{&job.references[i], &references[i]}, {&job.estimates[i], &estimates[i]}}) {
      if (shape(**source) != shape(*references.front()))
        throw InvalidInput(file->path.string(), expected, shape(**source));
    }
  }
}

WindowOptions windows_of(const Settings& settings, int rate_hz, Index frames) {
  const auto in_frames = [&](double seconds) { return static_cast<Index>(std::lround(seconds * rate_hz)); };
  const Index window = settings.score_window_s ? in_frames(*settings.score_window_s) : frames;
  const Index hop = settings.score_hop_s ? in_frames(*settings.score_hop_s) : window;
  return {.window = std::max<Index>(window, 1), .hop = std::max<Index>(hop, 1)};
}

// A whole file as the only window.
WindowedScores only_window(Scores scores) {
  WindowedScores result{.windows = {}, .medians = scores.sources, .cancelled = scores.cancelled};
  result.windows.push_back(std::move(scores));
  return result;
}

WindowedScores score(Comparison& comparison, const Settings& settings, const WindowOptions& windows,
                     bool by_name, const Observer& observer) {
  const BssEvalOptions options{.best_permutation = !by_name, .threads = settings.threads};
  const SdrOptions plain{.best_permutation = !by_name, .threads = settings.threads};
  const bool whole = !settings.score_window_s;
  switch (settings.metric) {
    case Metric::kV3:
      if (comparison.channels() > 1) {
        return whole ? only_window(bss_eval_images(comparison, options, observer))
                     : bss_eval_images_framewise(comparison, options, windows, observer);
      }
      return whole ? only_window(bss_eval_sources(comparison, options, observer))
                   : bss_eval_sources_framewise(comparison, options, windows, observer);
    case Metric::kImages:
      return whole ? only_window(bss_eval_images(comparison, options, observer))
                   : bss_eval_images_framewise(comparison, options, windows, observer);
    case Metric::kV4:
      return bss_eval_v4(comparison, options, windows, observer);
    case Metric::kSiSdr:
      return only_window(si_sdr(comparison, plain, observer));
    case Metric::kSnr:
      return only_window(snr(comparison, plain, observer));
  }
  return {};
}

}  // namespace

std::vector<EvaluationJob> evaluation_jobs(const fs::path& reference, const fs::path& estimate) {
  if (!entries(reference, false).empty()) return {job_of(reference, estimate)};
  std::vector<EvaluationJob> jobs;
  for (const auto& folder : entries(reference, true)) {
    if (entries(folder, false).empty()) continue;
    const fs::path other = estimate.empty() ? fs::path() : estimate / folder.filename();
    if (!other.empty() && !fs::is_directory(other)) {
      throw Error(Fault::kInput, other.string(), "a folder of estimates, as there is " + folder.string(),
                  "none");
    }
    jobs.push_back(job_of(folder, other));
  }
  if (jobs.empty()) throw Error(Fault::kInput, reference.string(), "audio files, or folders of them", "none");
  return jobs;
}

TrackScores evaluate_track(const EvaluationJob& job, const Settings& settings, const Observer& observer) {
  EvaluationJob ordered = job;
  const bool by_name = pair_by_name(ordered);
  const auto references = open_all(ordered.references);
  const auto estimates = open_all(ordered.estimates);
  check_alike(ordered, references, estimates);
  std::vector<AudioSource*> true_sounds;
  std::vector<AudioSource*> estimated;
  true_sounds.reserve(references.size());
  estimated.reserve(estimates.size());
  for (const auto& source : references) true_sounds.push_back(source.get());
  for (const auto& source : estimates) estimated.push_back(source.get());
  Comparison comparison(true_sounds, estimated);
  const WindowOptions windows =
      windows_of(settings, references.front()->rate_hz(), references.front()->frames());
  const WindowedScores scores = score(comparison, settings, windows, by_name, observer);

  TrackScores result{.name = ordered.name, .sources = {}, .windows = {}, .cancelled = scores.cancelled};
  if (scores.cancelled) return result;
  for (std::size_t r = 0; r < ordered.references.size(); ++r) {
    const auto e = static_cast<std::size_t>(scores.windows.front().permutation[r]);
    result.sources.push_back({ordered.references[r].name, ordered.estimates[e].name, scores.medians[r]});
    if (!settings.score_window_s) continue;
    auto& course = result.windows.emplace_back();
    for (const Scores& window : scores.windows) course.push_back(window.sources[r]);
  }
  return result;
}

SourceScore mean_score(const std::vector<EvaluatedSource>& sources) {
  SourceScore mean;
  for (auto ratio : {&SourceScore::sdr, &SourceScore::isr, &SourceScore::sir, &SourceScore::sar}) {
    double sum = 0.0;
    int count = 0;
    for (const auto& source : sources) {
      const auto& value = source.score.*ratio;
      if (!value || !std::isfinite(*value)) continue;
      sum += *value;
      ++count;
    }
    if (count > 0) mean.*ratio = sum / count;
  }
  return mean;
}

}  // namespace divisi
