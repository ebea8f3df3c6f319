// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/track.h"

#include "divisi/audio/digest.h"
#include "divisi/audio/reader.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/pipeline/manifest.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/places.h"
#include "divisi/pipeline/render.h"
#include "divisi/pipeline/stem_files.h"
#include "divisi/pipeline/track_report.h"
#include "divisi/store/npy.h"
#include "divisi/store/output_set.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace divisi {
namespace {

namespace fs = std::filesystem;

constexpr double kLoudest = 1e15;  // beyond it the squares of a spectrum leave float's range

std::unique_ptr<FileSource> open_input(const TrackJob& job, const Observer& observer) {
  auto source = FileSource::open(job.input, {.start_s = job.settings.start_s.value_or(0.0),
                                             .end_s = job.settings.end_s,
                                             .temporary_folder = job.temporary_folder,
                                             .observer = observer});
  if (source && source->facts().peak > kLoudest) {
    throw Error(Fault::kInput, job.input.string(),
                "samples up to " + to_text(kLoudest) + " (full scale is 1)", to_text(source->facts().peak));
  }
  return source;
}

WriteFormat write_format(const Settings& settings, const AudioFacts& facts) {
  Depth depth = facts.depth;
  if (settings.subtype == "16") depth = Depth::kS16;
  if (settings.subtype == "24") depth = Depth::kS24;
  if (settings.subtype == "float") depth = Depth::kFloat;
  if (settings.subtype != "auto" && depth_in(settings.format, depth) != depth) {
    throw InvalidInput("subtype",
                       "a sample format that " + std::string(extension_of(settings.format)) + " has",
                       settings.subtype);
  }
  return {.container = settings.format,
          .depth = depth,
          .rate_hz = facts.rate_hz,
          .channels = facts.channels,
          .frames_expected = facts.frames,
          .channel_map = facts.channel_map};
}

// The separation on its way into the files and the report.
class TrackSink : public StemSink {
 public:
  TrackSink(StemFiles& files, TrackReport* report, const std::vector<std::size_t>& selected)
      : files_(files), report_(report), selected_(selected) {}

  void spectrum(const Matrix& mixture) override {
    if (report_ != nullptr) report_->spectrum(mixture);
  }

  void samples(std::span<const double> mixture, const std::vector<std::vector<double>>& stems) override {
    std::vector<std::vector<double>> chosen;
    for (const std::size_t s : selected_) chosen.push_back(stems[s]);
    const auto& written = files_.write(mixture, chosen);
    if (report_ != nullptr) report_->samples(mixture, written);
  }

 private:
  StemFiles& files_;
  TrackReport* report_;
  const std::vector<std::size_t>& selected_;
};

// What a person should know before trusting the stems.
std::vector<std::string> warnings_of(const AudioFacts& facts, const Factors& factors,
                                     const std::vector<FileLevel>& levels,
                                     const std::vector<OutputFile>& outputs, const Settings& settings) {
  std::vector<std::string> warnings = facts.warnings;
  for (auto& warning : range_warnings(factors)) warnings.push_back(std::move(warning));
  if (facts.peak == 0.0) warnings.emplace_back("The recording is digital silence, and so are its stems.");
  const Depth depth = depth_in(settings.format, facts.depth);
  if (settings.subtype == "auto" && !facts.lossy && depth != facts.depth && depth != Depth::kFloat) {
    warnings.push_back("The recording's samples are finer than " +
                       std::string(extension_of(settings.format)) +
                       " can hold: the stems have fewer bits, --format wav keeps them all.");
  }
  double loudest = 0.0;
  std::vector<std::string> clipping;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (levels[i].clipped == 0) continue;
    loudest = std::max(loudest, levels[i].peak);
    clipping.push_back(outputs[i].file.filename().string() + " (" + std::to_string(levels[i].clipped) +
                       " samples)");
  }
  if (levels[outputs.size() - 1].clipped > 0 && outputs.back().kind == "residual") {
    clipping.back() += ", where the files no longer add up to the recording";
  }
  if (!clipping.empty()) {
    const double gain = settings.gain_db - std::ceil(200.0 * std::log10(loudest) + 0.1) / 10.0;
    warnings.push_back("Clipped: " + join(clipping, ", ") + "; --gain " + to_fixed(gain, 1) +
                       " turns all stems down alike so that none clips, --subtype float keeps every level.");
  }
  return warnings;
}

void write_factors(const fs::path& path, const Separation& separation, const Settings& settings,
                   int rate_hz) {
  NpzWriter npz;
  npz.add(separation.fit);
  npz.add("frequencies_hz", frequencies_hz(separation));
  npz.add("times_s", times_s(separation));
  npz.add("config", parameters_json(settings, rate_hz).dump_ascii());
  npz.write(path);
}

// The job of one track, step by step.
class Track {
 public:
  Track(const TrackJob& job, const Observer& observer) : job_(job), observer_(observer) {}

  TrackResult run() {
    const fs::path manifest_path = job_.output / named("manifest", "json");
    const std::optional<Json> before = read_manifest(manifest_path);
    if (before && !job_.force && job_.input != "-" &&
        is_up_to_date(*before, sha256_of(job_.input), job_.settings, job_.output)) {
      return skipped(*before);
    }
    check_places(job_, manifest_path, before);
    const auto source = open_input(job_, observer_);
    if (!source) return {.status = TrackStatus::kCancelled};
    // Told before the work: a format that cannot hold the sound, a folder that cannot be written.
    check_writable(write_format(job_.settings, source->facts()));
    outputs_.aside(manifest_path);
    outputs_.drop(manifest_path);
    Separation separation = separate(*source, job_.settings, observer_);
    if (separation.cancelled()) return {.status = TrackStatus::kCancelled};
    if (!write_stems(*source, separation)) return {.status = TrackStatus::kCancelled};

    result_.manifest = make_manifest({.input = input_name(),
                                      .sha256 = source->sha256(),
                                      .facts = source->facts(),
                                      .separation = separation,
                                      .settings = job_.settings,
                                      .outputs = files_,
                                      .warnings = result_.warnings});
    publish(manifest_path);
    if (before) remove_stale(job_, *before, files_);
    for (const auto& file : files_) result_.files.push_back(job_.output / file.file);
    result_.files.push_back(manifest_path);
    result_.seconds = separation.fit.seconds;
    return std::move(result_);
  }

 private:
  [[nodiscard]] fs::path named(const std::string& stem, std::string_view ext) const {
    return output_name(job_.settings.name, job_.track, stem, std::string(ext));
  }

  [[nodiscard]] std::string input_name() const {
    return job_.input == "-" ? "-" : job_.input.filename().string();
  }

  TrackResult skipped(const Json& manifest) {
    TrackResult result{.status = TrackStatus::kSkipped, .manifest = manifest};
    for (const fs::path& file : files_of(manifest)) result.files.push_back(job_.output / file);
    for (const Json& warning : manifest.at("warnings").elements())
      result.warnings.push_back(warning.text().value_or(""));
    return result;
  }

  void add_output(const std::string& kind, const std::string& stem, const fs::path& file) {
    files_.push_back({kind, stem, file, outputs_.aside(job_.output / file), {}});
  }

  // Gives all files their names. Killed in the middle of it, it leaves a manifest that vouches for nothing
  // but knows whose the files are.
  void publish(const fs::path& manifest_path) {
    OutputSet marker;
    write_text(marker.aside(manifest_path),
               Json(result_.manifest).set("divisi", "unfinished").dump(2) + "\n");
    marker.commit();
    write_text(outputs_.aside(manifest_path), result_.manifest.dump(2) + "\n");
    outputs_.commit();
  }

  // Stems, residual, report and factors, aside. False: cancelled.
  bool write_stems(FileSource& source, const Separation& separation) {
    const auto& facts = source.facts();
    const auto selected = selected_stems(job_.settings, separation.names);
    const std::string_view ext = extension_of(job_.settings.format);
    for (const std::size_t s : selected)
      add_output("stem", separation.names[s], named(separation.names[s], ext));
    add_output("residual", "", named("residual", ext));

    std::vector<fs::path> aside;
    for (const auto& file : files_) aside.push_back(file.aside);
    StemFiles files(aside, write_format(job_.settings, facts), job_.settings.gain_db);
    std::optional<TrackReport> report;
    if (job_.settings.report) report.emplace(separation, job_.settings, facts, selected);
    TrackSink sink(files, report ? &*report : nullptr, selected);
    if (!render(source, separation, resolved(as_heard(job_.settings, separation.heard), facts.rate_hz), sink,
                observer_))
      return false;
    files.close();

    result_.warnings = warnings_of(facts, separation.fit.factors, files.levels(), files_, job_.settings);
    for (std::size_t i = 0; i < files_.size(); ++i) files_[i].level = files.levels()[i];
    if (files.residual_is_silent()) {
      outputs_.drop(job_.output / files_.back().file);
      files_.pop_back();
    }
    if (report) write_report(*report, files.levels());
    if (job_.settings.factors) {
      add_output("factors", "", named("factors", "npz"));
      write_factors(files_.back().aside, separation, as_heard(job_.settings, separation.heard),
                    facts.rate_hz);
    }
    return true;
  }

  void write_report(TrackReport& report, const std::vector<FileLevel>& levels) {
    const fs::path path = named("report", "html");
    std::vector<std::string> names;
    for (const auto& file : files_)
      names.push_back(file.file.lexically_relative(path.parent_path()).generic_string());
    names.resize(levels.size());  // an empty name for a residual that is silent
    const std::string html = report.render(job_.track, input_word(), names, levels, result_.warnings);
    add_output("report", "", path);
    write_text(files_.back().aside, html);
  }

  // The input's name as a word of a command line.
  [[nodiscard]] std::string input_word() const {
    const bool is_like_a_flag = input_name().starts_with('-') && job_.input != "-";
    return shell_quoted(is_like_a_flag ? "./" + input_name() : input_name());
  }

  const TrackJob& job_;
  const Observer& observer_;
  OutputSet outputs_;
  std::vector<OutputFile> files_;
  TrackResult result_;
};

}  // namespace

TrackResult separate_track(const TrackJob& job, const Observer& observer) {
  return Track(job, observer).run();
}

TrackResult separate_to_stem(const TrackJob& job, const fs::path& path, const Observer& observer) {
  const auto source = open_input(job, observer);
  if (!source) return {.status = TrackStatus::kCancelled};
  check_writable(write_format(job.settings, source->facts()));
  const auto selected = selected_stems(job.settings, stem_names(resolved(job.settings, source->rate_hz())));
  if (selected.size() != 1) {
    throw InvalidInput("only", "one stem, since one file goes to standard output",
                       std::to_string(selected.size()));
  }
  const Separation separation = separate(*source, job.settings, observer);
  if (separation.cancelled()) return {.status = TrackStatus::kCancelled};
  const fs::path residual = path.string() + ".residual";
  OutputSet outputs;
  const std::vector<fs::path> aside{outputs.aside(path), outputs.aside(residual)};
  StemFiles files(aside, write_format(job.settings, source->facts()), job.settings.gain_db);
  TrackSink sink(files, nullptr, selected);
  if (!render(*source, separation, resolved(as_heard(job.settings, separation.heard), source->rate_hz()),
              sink, observer)) {
    return {.status = TrackStatus::kCancelled};
  }
  files.close();
  outputs.drop(residual);
  outputs.commit();
  TrackResult result{.files = {path}, .seconds = separation.fit.seconds};
  result.warnings =
      warnings_of(source->facts(), separation.fit.factors, files.levels(),
                  {{"stem", separation.names[selected.front()], path, aside.front(), {}}}, job.settings);
  return result;
}

}  // namespace divisi
