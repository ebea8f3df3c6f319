// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/learn.h"

#include "divisi/audio/reader.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/factor/nmf.h"
#include "divisi/pipeline/analysis_source.h"
#include "divisi/pipeline/model.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/starting_point.h"
#include "divisi/store/output_set.h"

#include <algorithm>
#include <cmath>
#include <glob.h>
#include <numeric>
#include <optional>

namespace divisi {
namespace {

namespace fs = std::filesystem;

// Measured: docs/decisions/0015-dictionaries.md.
constexpr int kComponents = 32;         // of a source, of shapes that stand still
constexpr int kComponentsOfShapes = 8;  // of shapes that last
constexpr double kFrameS = 0.11;
constexpr double kSilence = 1e-3;  // of the loudest frame's sum of magnitudes

// The files that a pattern fits, sorted; the name itself where it is a file.
std::vector<fs::path> files_of(const std::string& pattern) {
  std::error_code ignored;
  if (pattern.find_first_of("*?[") == std::string::npos || fs::exists(pattern, ignored)) return {pattern};
  glob_t found{};
  std::vector<fs::path> files;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): unsafe beside changes of the environment, which nothing here makes
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  if (files.empty()) throw InvalidInput("learn", "recordings that the pattern fits", "none for " + pattern);
  return files;
}

Settings resolved_for_learning(const Settings& settings, int lowest_rate_hz) {
  if (settings.model == Model::kNmf2d) throw InvalidInput("model", "nmf or nmfd", "nmf2d");
  Settings chosen = settings;
  if (!chosen.rate_hz) chosen.rate_hz = lowest_rate_hz;
  if (!chosen.fft) chosen.fft = frame_near(kFrameS, *chosen.rate_hz);
  chosen = with_axis(with_model(chosen), *chosen.rate_hz);
  if (!chosen.hop) chosen.hop = static_cast<int>(stft_spec(chosen).hop);
  check(stft_spec(chosen));
  return chosen;
}

// The frames of V that sound, and those that a shape which began in one reaches; then `gap` empty ones, so
// that no shape goes on in the next file.
void append_sound(const Matrix& V, Index reach, std::vector<float>& frames) {
  std::vector<double> sums;
  for (Index j = 0; j < V.cols(); ++j) sums.push_back(std::reduce(V.col(j).begin(), V.col(j).end(), 0.0));
  const double least = kSilence * std::ranges::max(sums);
  Index last = -reach;
  for (Index j = 0; j < V.cols(); ++j) {
    if (sums[static_cast<std::size_t>(j)] > least) last = j;
    if (j - last < reach) frames.insert(frames.end(), V.col(j).begin(), V.col(j).end());
  }
  if (last >= 0) frames.insert(frames.end(), static_cast<std::size_t>((reach - 1) * V.rows()), 0.0F);
}

class Learner {
 public:
  Learner(const LearnJob& job, const Observer& observer) : job_(job), observer_(observer) {}

  LearnResult run() {
    if (job_.sources.empty()) throw InvalidInput("learn", "NAME=FILE, as in voice=clean.wav", "none");
    std::vector<std::string> names;
    for (const auto& source : job_.sources) names.push_back(source.name);
    check_source_names(names);
    OutputSet outputs;
    const fs::path aside = outputs.aside(job_.output);  // told before the work, if it cannot be written
    result_.cancelled = !open_files();
    if (result_.cancelled) return result_;
    const Settings chosen = resolved_for_learning(job_.settings, lowest_rate_hz_);
    dictionary_.analysis = chosen;
    dictionary_.time_shifts = chosen.time_shifts.value_or(1);
    for (std::size_t s = 0; s < job_.sources.size(); ++s) {
      if (!learn_source(s)) {
        result_.cancelled = true;
        return result_;
      }
    }
    put_together();
    write_dictionary(aside, dictionary_);
    outputs.commit();
    result_.settings = chosen;
    return result_;
  }

 private:
  std::unique_ptr<FileSource> open(const fs::path& file) {
    return FileSource::open(file, {.temporary_folder = job_.temporary_folder, .observer = observer_});
  }

  // Reads each file once, for its rate and what is wrong with it. False: cancelled.
  bool open_files() {
    for (const auto& source : job_.sources) {
      for (const auto& file : source.files) {
        const auto opened = open(file);
        if (!opened) return false;
        const int rate_hz = opened->rate_hz();
        lowest_rate_hz_ = lowest_rate_hz_ == 0 ? rate_hz : std::min(lowest_rate_hz_, rate_hz);
      }
    }
    return true;
  }

  // V of all of a source's files; nothing: cancelled.
  std::optional<Matrix> sound_of(const SourceFiles& source, const Observer& observer) {
    const Settings& chosen = dictionary_.analysis;
    const auto axis = log_axis(chosen, *chosen.rate_hz);
    std::vector<float> frames;
    for (const auto& file : source.files) {
      const auto opened = open(file);
      if (!opened) return std::nullopt;
      AnalysisSource analysis(*opened, *chosen.rate_hz);
      const Matrix V = spectrogram(analysis.get(), stft_spec(chosen), *chosen.power, chosen.threads, observer,
                                   axis ? &*axis : nullptr);
      if (V.cols() == 0) return std::nullopt;
      append_sound(V, dictionary_.time_shifts, frames);
    }
    if (frames.empty()) throw Error(Fault::kInput, source.name, "a recording that sounds", "digital silence");
    const Index bins = bins_of(chosen);
    Matrix V(bins, std::ssize(frames) / bins);
    std::ranges::copy(frames, V.values().begin());
    return V;
  }

  [[nodiscard]] int components_for(const SourceFiles& source, Index frames) const {
    const Settings& chosen = dictionary_.analysis;
    if (chosen.components.value_or(1) > frames) {
      throw InvalidInput("components", "at most " + std::to_string(frames) + ", the frames of " + source.name,
                         std::to_string(*chosen.components));
    }
    const int most = chosen.model == Model::kNmf ? kComponents : kComponentsOfShapes;
    return chosen.components.value_or(static_cast<int>(std::min<Index>(most, frames)));
  }

  // False: cancelled.
  bool learn_source(std::size_t position) {
    const SourceFiles& source = job_.sources[position];
    const auto count = static_cast<double>(job_.sources.size());
    const auto begin = static_cast<double>(position);
    const Observer observer = part_of(observer_, begin / count, (begin + 1.0) / count);
    const auto V = sound_of(source, observer);
    if (!V) return false;
    Settings chosen = dictionary_.analysis;
    chosen.components = components_for(source, V->cols());
    chosen.restarts = 1;
    chosen.init = "frames";
    Fit fit = nmf(*V, nmf_options(chosen), {}, observer);
    if (fit.stop == Stop::kCancelled) return false;
    shapes_.push_back(std::move(fit.factors.W));
    result_.seconds += fit.seconds;
    DictionarySource& added = dictionary_.sources.emplace_back();
    added = {.name = source.name, .components = *chosen.components, .files = {}};
    for (const auto& file : source.files) added.files.push_back(file.filename().string());
    result_.sources.push_back({.name = source.name,
                               .components = added.components,
                               .files = source.files.size(),
                               .sounding_s = static_cast<double>(V->cols() * *chosen.hop) / *chosen.rate_hz});
    return true;
  }

  // All sources' components beside each other, for each frame of a shape.
  void put_together() {
    const Index components = dictionary_.components();
    dictionary_.W = Matrix(shapes_.front().rows(), components * dictionary_.time_shifts);
    Index first = 0;
    for (const Matrix& W : shapes_) {
      const Index own = W.cols() / dictionary_.time_shifts;
      for (Index column = 0; column < W.cols(); ++column) {
        const Index to = column / own * components + first + column % own;
        std::ranges::copy(W.col(column), dictionary_.W.col(to).begin());
      }
      first += own;
    }
  }

  const LearnJob& job_;
  const Observer& observer_;
  int lowest_rate_hz_ = 0;
  Dictionary dictionary_;
  std::vector<Matrix> shapes_;  // of the sources
  LearnResult result_;
};

}  // namespace

std::vector<SourceFiles> parse_sources(const std::vector<std::string>& arguments) {
  std::vector<SourceFiles> sources;
  for (const auto& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == argument.size())
      throw InvalidInput("learn", "NAME=FILE, as in voice=clean.wav", "'" + argument + "'");
    const std::string name = argument.substr(0, equals);
    const std::string list = argument.substr(equals + 1);
    auto source = std::ranges::find(sources, name, &SourceFiles::name);
    if (source == sources.end()) source = sources.insert(sources.end(), SourceFiles{name, {}});
    std::error_code ignored;
    const auto parts = fs::exists(list, ignored) ? std::vector{list} : split(list, ',');
    for (const auto& part : parts) {
      if (part.empty()) throw InvalidInput("learn", "a file between the commas", "'" + argument + "'");
      for (auto& file : files_of(part)) source->files.push_back(std::move(file));
    }
  }
  std::vector<std::string> names;
  names.reserve(sources.size());
  for (const auto& source : sources) names.push_back(source.name);
  check_source_names(names);
  return sources;
}

LearnResult learn(const LearnJob& job, const Observer& observer) {
  return Learner(job, observer).run();
}

}  // namespace divisi
