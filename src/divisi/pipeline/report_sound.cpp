// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/report_sound.h"

#include "divisi/core/error.h"

#include <algorithm>

namespace divisi {
namespace {

constexpr double kMostExact = 8e6;
constexpr double kMostCopied = 60e6;
constexpr double kMostOfStems = 12e6;

int channels_of(const AudioFacts& facts) {
  return facts.channels > 2 ? 1 : facts.channels;
}

double samples_of(const AudioFacts& facts) {
  return static_cast<double>(facts.frames) * channels_of(facts);
}

bool holds(Container container, const AudioFacts& facts) {
  try {
    check_writable({.container = container,
                    .depth = Depth::kS16,
                    .rate_hz = facts.rate_hz,
                    .channels = channels_of(facts)});
    return facts.rate_hz >= kLowestPlayedRate;
  } catch (const Error&) {
    return false;
  }
}

Container container_of(const AudioFacts& facts) {
  return samples_of(facts) <= kMostExact && holds(Container::kFlac, facts) ? Container::kFlac
                                                                           : Container::kOgg;
}

}  // namespace

Carried carried(const AudioFacts& facts, bool live, std::size_t tracks) {
  if (live) {
    return samples_of(facts) <= kMostCopied && holds(container_of(facts), facts) ? Carried::kMixture
                                                                                 : Carried::kNothing;
  }
  const double all = samples_of(facts) * static_cast<double>(tracks);
  return all <= kMostOfStems && holds(Container::kFlac, facts) ? Carried::kStems : Carried::kNothing;
}

ReportSound::ReportSound(const AudioFacts& facts, Carried carries, std::size_t tracks)
    : carries_(carries),
      file_channels_(facts.channels),
      channels_(channels_of(facts)),
      mixture_gain_(1.0 / std::max(1.0, facts.peak)),
      container_(container_of(facts)) {
  if (carries == Carried::kMixture) {
    mixture_ = std::make_unique<MemoryWriter>(WriteFormat{.container = container_,
                                                          .depth = Depth::kS16,
                                                          .rate_hz = facts.rate_hz,
                                                          .channels = channels_,
                                                          .frames_expected = facts.frames});
  }
  if (carries == Carried::kStems)
    stems_.assign(tracks, Audio{.rate_hz = facts.rate_hz, .channels = channels_, .samples = {}});
}

bool ReportSound::is_copy() const {
  return carries_ == Carried::kMixture && container_ == Container::kOgg;
}

std::vector<double> ReportSound::heard(std::span<const double> samples, double gain) const {
  const auto from = static_cast<std::size_t>(file_channels_);
  std::vector<double> result;
  result.reserve(samples.size());
  if (channels_ == file_channels_) {
    for (const double x : samples) result.push_back(gain * x);
    return result;
  }
  for (std::size_t n = 0; n < samples.size(); n += from) {
    double sum = 0.0;
    for (std::size_t c = 0; c < from; ++c) sum += samples[n + c];
    result.push_back(gain * sum / static_cast<double>(from));
  }
  return result;
}

void ReportSound::samples(std::span<const double> mixture, const std::vector<std::vector<double>>& written) {
  if (mixture_) mixture_->write(heard(mixture, mixture_gain_));
  for (std::size_t i = 0; i < stems_.size(); ++i) {
    for (const double x : heard(written[i], 1.0)) stems_[i].samples.push_back(static_cast<float>(x));
  }
}

std::vector<ReportBlob> ReportSound::finish(double loudest) {
  std::vector<ReportBlob> blobs;
  if (mixture_) blobs.push_back({"sound-0", mixture_->close()});
  for (Audio& stem : stems_) {
    for (float& x : stem.samples) x /= static_cast<float>(loudest);
    blobs.push_back({"sound-" + std::to_string(blobs.size()), encode_flac(stem)});
  }
  return blobs;
}

}  // namespace divisi
