// SPDX-License-Identifier: Apache-2.0
// The best that a mask could do: evaluate.h has the definition.
#include "divisi/audio/reader.h"
#include "divisi/audio/writer.h"
#include "divisi/core/error.h"
#include "divisi/pipeline/evaluate.h"
#include "divisi/pipeline/separate.h"
#include "divisi/transform/stft.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <unistd.h>

namespace divisi {
namespace {

namespace fs = std::filesystem;

constexpr Index kBlockFrames = 64;
constexpr std::array<const char*, 3> kMasks{"irm1", "irm2", "ibm"};

// The share of source `s` in a cell, by mask.
float ideal_mask(std::size_t mask, const std::vector<float>& magnitudes, std::size_t s) {
  if (mask == 2) {
    const auto loudest = std::ranges::max_element(magnitudes);
    return static_cast<std::size_t>(loudest - magnitudes.begin()) == s ? 1.0F : 0.0F;
  }
  const auto raised = [mask](float x) { return mask == 0 ? x : x * x; };
  float total = 0.0F;
  for (const float x : magnitudes) total += raised(x);
  return total > 0.0F ? raised(magnitudes[s]) / total : 1.0F / static_cast<float>(magnitudes.size());
}

// The estimates by all masks, and the mixture, as files below a folder of their own that goes with this
// object.
class OracleFiles {
 public:
  OracleFiles(const EvaluationJob& job, const StftSpec& spec, const fs::path& temporary_folder)
      : folder_(temporary_folder / ("divisi-oracle-" + std::to_string(getpid()))), spec_(spec) {
    fs::create_directories(folder_);
    for (const auto& reference : job.references) sources_.push_back(FileSource::open(reference.path));
    for (const auto& source : sources_) {
      if (source->frames() == frames() && source->channels() == channels() &&
          source->rate_hz() == sources_.front()->rate_hz())
        continue;
      throw InvalidInput(job.name, "references of one length, rate and number of channels", "different ones");
    }
  }
  OracleFiles(const OracleFiles&) = delete;
  OracleFiles& operator=(const OracleFiles&) = delete;
  ~OracleFiles() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  [[nodiscard]] fs::path path(const std::string& estimate, std::size_t source) const {
    return folder_ / (estimate + "-" + std::to_string(source) + ".wav");
  }

  // False: cancelled.
  bool make(const Observer& observer) {
    make_mixture();
    for (std::size_t mask = 0; mask < kMasks.size(); ++mask) {
      if (!make_estimates(mask, part_of(observer, static_cast<double>(mask) / kMasks.size(),
                                        (static_cast<double>(mask) + 1.0) / kMasks.size())))
        return false;
    }
    return true;
  }

 private:
  [[nodiscard]] Index frames() const { return sources_.front()->frames(); }
  [[nodiscard]] int channels() const { return sources_.front()->channels(); }

  std::unique_ptr<FileWriter> writer_of(const fs::path& file) {
    return std::make_unique<FileWriter>(file, WriteFormat{.container = Container::kWav,
                                                          .depth = Depth::kDouble,
                                                          .rate_hz = sources_.front()->rate_hz(),
                                                          .channels = channels(),
                                                          .frames_expected = frames(),
                                                          .channel_map = {}});
  }

  void make_mixture() {
    const auto file = writer_of(path("mix", 0));
    std::vector<double> block(static_cast<std::size_t>(4096 * channels()));
    for (const auto& source : sources_) source->rewind();
    for (Index left = frames(); left > 0; left -= 4096) {
      std::vector<double> sum(static_cast<std::size_t>(std::min<Index>(left, 4096) * channels()), 0.0);
      for (const auto& source : sources_) {
        source->read(block);
        std::transform(sum.begin(), sum.end(), block.begin(), sum.begin(), std::plus<>());
      }
      file->write(sum);
    }
    file->close();
  }

  bool make_estimates(std::size_t mask, const Observer& observer) {
    std::vector<StftReader> readers;
    std::vector<std::unique_ptr<FileWriter>> files;
    std::vector<OverlapAdd> inverses;  // source by source, channel by channel
    for (std::size_t s = 0; s < sources_.size(); ++s) {
      readers.emplace_back(*sources_[s], spec_, 0);
      files.push_back(writer_of(path(kMasks.at(mask), s)));
      for (int c = 0; c < channels(); ++c) inverses.emplace_back(spec_, frames());
    }
    for (Index first = 0; first < spec_.frames(frames()); first += kBlockFrames) {
      const double done = static_cast<double>(first) / static_cast<double>(spec_.frames(frames()));
      if (!keep_going(observer, {.stage = "transform", .fraction = done})) return false;
      std::vector<Spectrum> spectra;
      spectra.reserve(readers.size());
      for (auto& reader : readers) spectra.push_back(reader.read(kBlockFrames));
      apply(mask, spectra);
      for (std::size_t s = 0; s < sources_.size(); ++s) files[s]->write(inverse(spectra[s], s, inverses));
    }
    for (auto& file : files) file->close();
    return true;
  }

  // Turns the true spectra into masked mixtures.
  static void apply(std::size_t mask, std::vector<Spectrum>& spectra) {
    std::vector<float> magnitudes(spectra.size());
    for (Index j = 0; j < spectra.front().frames(); ++j) {
      for (Index c = 0; c < spectra.front().channels(); ++c) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(spectra.front().bins()); ++i) {
          std::complex<float> mixture = 0.0F;
          for (std::size_t s = 0; s < spectra.size(); ++s) {
            mixture += spectra[s].at(j, c)[i];
            magnitudes[s] = std::abs(spectra[s].at(j, c)[i]);
          }
          for (std::size_t s = 0; s < spectra.size(); ++s)
            spectra[s].at(j, c)[i] = ideal_mask(mask, magnitudes, s) * mixture;
        }
      }
    }
  }

  [[nodiscard]] std::vector<double> inverse(const Spectrum& spectrum, std::size_t s,
                                            std::vector<OverlapAdd>& inverses) const {
    const auto count = static_cast<std::size_t>(channels());
    std::vector<std::vector<float>> signals(count);
    for (std::size_t c = 0; c < count; ++c) {
      for (Index j = 0; j < spectrum.frames(); ++j)
        inverses[s * count + c].add(spectrum.at(j, static_cast<Index>(c)), signals[c]);
    }
    std::vector<double> block(signals.front().size() * count);
    for (std::size_t n = 0; n < signals.front().size(); ++n) {
      for (std::size_t c = 0; c < count; ++c) block[n * count + c] = static_cast<double>(signals[c][n]);
    }
    return block;
  }

  fs::path folder_;
  StftSpec spec_;
  std::vector<std::unique_ptr<FileSource>> sources_;
};

}  // namespace

std::vector<Oracle> evaluate_oracles(const EvaluationJob& job, const Settings& settings,
                                     const fs::path& temporary_folder, const Observer& observer) {
  OracleFiles files(job, stft_spec(settings), temporary_folder);
  std::vector<Oracle> oracles;
  if (!files.make(observer)) return oracles;
  for (const char* name : {"mix", "irm1", "irm2", "ibm"}) {
    EvaluationJob estimated{.name = job.name, .references = job.references, .estimates = {}};
    for (std::size_t s = 0; s < job.references.size(); ++s) {
      const bool is_mix = std::string_view(name) == "mix";
      estimated.estimates.push_back({job.references[s].name, files.path(name, is_mix ? 0 : s)});
    }
    oracles.push_back({name, evaluate_track(estimated, settings, observer)});
    if (oracles.back().scores.cancelled) return {};
  }
  return oracles;
}

}  // namespace divisi
