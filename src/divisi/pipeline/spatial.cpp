// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/spatial.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/factor/nmf.h"
#include "divisi/pipeline/listen.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/starting_point.h"
#include "divisi/spatial/channel_statistics.h"
#include "divisi/spatial/ilrma.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace divisi {
namespace {

constexpr Index kBlockFrames = 64;
constexpr double kOneSignal = 1e-4;
constexpr int kMostChannels = 32;  // beyond it auto does not look: pairs of channels fill the memory
constexpr double kInPhase = 0.86;  // panned: 0.92 and more; two microphones in a room: 0.80 and less
constexpr double kPanningFrameSeconds = 0.093;
constexpr double kIlrmaFrameSeconds = 0.256;

// The first flag beside which `spatial` has no meaning; empty: none.
std::string conflict(const Settings& settings, Spatial spatial) {
  if (settings.model == Model::kNmfd || settings.model == Model::kNmf2d)
    return "--model " + to_text(settings, parameter("model"));
  if (is_file(settings.init) || settings.init == "harmonic") return "--init " + settings.init;
  std::vector<std::string> names{"beta",       "sparsity", "smoothness", "fix-w",       "frequency",
                                 "dictionary", "score",    "solo",       "activations", "fixed"};
  if (spatial == Spatial::kIlrma) {
    for (const char* name : {"group", "power", "solver", "init", "restarts", "mask", "mask-exponent"})
      names.emplace_back(name);
  }
  for (const auto& name : names) {
    if (!is_default(settings, parameter(name))) return "--" + name + " " + to_text(settings, parameter(name));
  }
  return {};
}

void refuse_conflict(const Settings& settings, Spatial spatial) {
  const std::string flag = conflict(settings, spatial);
  if (!flag.empty()) {
    throw InvalidInput("spatial", "off beside " + flag, to_text(settings, parameter("spatial")));
  }
}

void check_ilrma(const Settings& settings, int channels) {
  if (stems_wanted(settings) != channels) {
    throw InvalidInput("sources", std::to_string(channels) + ", as many as channels (--spatial ilrma)",
                       std::to_string(stems_wanted(settings)));
  }
  if (settings.components.value_or(channels) % channels != 0) {
    throw InvalidInput("components", "as many for each source (--spatial ilrma)",
                       std::to_string(*settings.components));
  }
}

// Reads all of it, a block at a time. False: cancelled.
template <typename Use>
bool read_spectra(AudioSource& source, const StftSpec& spec, int threads, const Observer& observer,
                  const Use& use) {
  StftReader reader(source, spec, threads);
  for (Index first = 0; first < reader.frames(); first += kBlockFrames) {
    const double done = static_cast<double>(first) / static_cast<double>(reader.frames());
    if (!keep_going(observer, {.stage = "transform", .fraction = done})) return false;
    use(first, reader.read(kBlockFrames));
  }
  return true;
}

SpatialChoice judge(const ChannelFacts& facts, const AudioSource& mixture, const Settings& settings) {
  const int channels = mixture.channels();
  const std::string share =
      to_fixed(100.0 * facts.off_axis, 1) + " % of the energy beside the main direction";
  const std::string phase = "phases agree to " + to_fixed(facts.in_phase, 2);
  if (facts.off_axis < kOneSignal) return {Spatial::kOff, "the channels are one signal"};
  if (facts.in_phase > kInPhase || channels > 2) {
    const std::string flag = conflict(settings, Spatial::kPanning);
    if (!flag.empty()) return {Spatial::kOff, "not used beside " + flag};
    return {Spatial::kPanning, "panned: " + share + ", " + phase};
  }
  return {Spatial::kOff, "microphones in a room: " + phase + "; --spatial ilrma may do more for two sources"};
}

}  // namespace

SpatialChoice choose_spatial(AudioSource& mixture, const Settings& settings, const Observer& observer) {
  const int channels = mixture.channels();
  if (settings.spatial == Spatial::kPanning || settings.spatial == Spatial::kIlrma) {
    if (channels < 2) {
      throw InvalidInput("spatial", "off or auto for a recording of one channel",
                         to_text(settings, parameter("spatial")));
    }
    refuse_conflict(settings, settings.spatial);
    if (settings.spatial == Spatial::kIlrma) check_ilrma(settings, channels);
    return {settings.spatial, "as told"};
  }
  if (settings.spatial == Spatial::kOff || channels == 1 || channels > kMostChannels) return {};
  ChannelStatistics statistics;
  const int fft = frame_near(kPanningFrameSeconds, mixture.rate_hz());
  read_spectra(mixture, {.fft = fft, .hop = fft / 2}, settings.threads, observer,
               [&](Index /*first*/, const Spectrum& block) { statistics.add(block); });
  return judge(statistics.facts(), mixture, settings);
}

Settings with_spatial(const Settings& settings, int rate_hz) {
  Settings chosen = settings;
  const int rate = settings.rate_hz.value_or(rate_hz);
  if (settings.spatial == Spatial::kPanning) {
    if (!chosen.fft) chosen.fft = frame_near(kPanningFrameSeconds, rate);
  }
  if (settings.spatial == Spatial::kIlrma) {
    if (!chosen.fft) chosen.fft = frame_near(kIlrmaFrameSeconds, rate);
    if (!chosen.hop) chosen.hop = std::max(1, *chosen.fft / 2);
    chosen.power = 2.0;
    chosen.beta = 0.0;
  }
  return chosen;
}

int components_per_source(Spatial spatial) {
  constexpr int kOne = 8;
  constexpr int kInRoom = 10;
  return spatial == Spatial::kIlrma ? kInRoom : kOne;
}

Matrix stacked_spectrograms(AudioSource& recording, const Settings& chosen, const Separation& found,
                            const Observer& observer) {
  const Index bins = found.spec.bins();
  Matrix V(bins * recording.channels(), found.V.cols());
  const bool finished =
      read_spectra(recording, found.spec, chosen.threads, observer, [&](Index first, const Spectrum& block) {
        for (Index c = 0; c < block.channels(); ++c) {
          const Matrix levels = magnitudes(block.channel(c), *chosen.power);
          for (Index j = 0; j < levels.cols(); ++j)
            std::ranges::copy(levels.col(j), V.col(first + j).begin() + c * bins);
        }
      });
  return finished ? std::move(V) : Matrix();
}

void unstack(Factors& tensor, Index channels, double power, std::vector<Factors>& parts) {
  const Index bins = tensor.W.rows() / channels;
  Factors whole{.W = Matrix(bins, tensor.components()), .H = tensor.H};
  parts.assign(static_cast<std::size_t>(channels), whole);
  for (Index k = 0; k < tensor.components(); ++k) {
    const auto column = tensor.W.col(k);
    std::vector<double> levels;
    double mean = 0.0;  // of the channels' power
    for (Index c = 0; c < channels; ++c) {
      const auto shape = column.subspan(static_cast<std::size_t>(c * bins), static_cast<std::size_t>(bins));
      std::ranges::copy(shape, parts[static_cast<std::size_t>(c)].W.col(k).begin());
      levels.push_back(std::accumulate(shape.begin(), shape.end(), 0.0));
      mean += std::pow(levels.back(), 2.0 / power) / static_cast<double>(channels);
    }
    const auto loudest = std::ranges::max_element(levels);
    const auto shape = parts[static_cast<std::size_t>(loudest - levels.begin())].W.col(k);
    const double unit = std::max(*loudest, 1e-30);
    std::ranges::transform(shape, whole.W.col(k).begin(),
                           [unit](float w) { return static_cast<float>(static_cast<double>(w) / unit); });
    const auto level = static_cast<float>(std::pow(mean, 0.5 * power));
    for (Index j = 0; j < whole.H.cols(); ++j) whole.H(k, j) *= level;
  }
  tensor = std::move(whole);
}

void take_apart(AudioSource& recording, const Settings& chosen, Separation& found, const Observer& observer) {
  if (chosen.spatial == Spatial::kPanning) {
    const Matrix V = stacked_spectrograms(recording, chosen, found, observer);
    found.fit.stop = Stop::kCancelled;
    if (V.empty()) return;
    NmfOptions options = nmf_options(chosen);
    options.channels = recording.channels();
    found.fit = nmf(V, options, {}, observer);
    if (!found.cancelled())
      unstack(found.fit.factors, options.channels, *chosen.power, found.channel_factors);
    return;
  }
  Spectrum X(found.spec.bins(), recording.channels(), found.V.cols());
  const bool finished =
      read_spectra(recording, found.spec, chosen.threads, observer, [&](Index first, const Spectrum& block) {
        for (Index j = 0; j < block.frames(); ++j) {
          for (Index c = 0; c < block.channels(); ++c)
            std::ranges::copy(block.at(j, c), X.at(first + j, c).begin());
        }
      });
  found.fit.stop = Stop::kCancelled;
  if (!finished) return;
  IlrmaFit fit = ilrma(X,
                       {.components = *chosen.components / recording.channels(),
                        .iterations = chosen.iterations.value(),
                        .tolerance = chosen.tolerance,
                        .seed = static_cast<std::uint64_t>(chosen.seed),
                        .threads = chosen.threads},
                       observer);
  found.fit = std::move(fit.fit);
  found.demixing = std::move(fit.demixing);
}

std::vector<std::vector<double>> directions(const std::vector<Factors>& channels) {
  std::vector<std::vector<double>> rows;
  for (const Factors& factors : channels) {
    rows.resize(static_cast<std::size_t>(factors.components()));
    for (Index k = 0; k < factors.components(); ++k) {
      const auto shape = factors.W.col(k);
      rows[static_cast<std::size_t>(k)].push_back(std::accumulate(shape.begin(), shape.end(), 0.0));
    }
  }
  return rows;
}

Grouping group_by_filter(int components, int sources) {
  Grouping groups(static_cast<std::size_t>(sources));
  for (int k = 0; k < components; ++k)
    groups[static_cast<std::size_t>(k / (components / sources))].components.push_back(k);
  for (auto& group : groups) group.reason = "one place in the room, found by its filters";
  return groups;
}

}  // namespace divisi
