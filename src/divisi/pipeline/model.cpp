// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/model.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/pipeline/parameters.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

namespace divisi {
namespace {

constexpr double kAtTheEnd = 0.05;     // share of a component's H that makes a pitch count as played
constexpr double kHighestHz = 8000.0;  // above it, notes have little that moves with them

// Frames of a hit, and of a note's attack; an octave's half, in quarter tones (Schmidt & Mørup 2006).
constexpr std::array kTimeShifts{1, 8, 7};
constexpr std::array kPitchShifts{1, 1, 12};

}  // namespace

Settings with_shifts(const Settings& settings) {
  Settings chosen = settings;
  const auto model = static_cast<std::size_t>(settings.model);
  if (settings.model == Model::kNmf && settings.time_shifts.value_or(1) > 1) {
    throw InvalidInput("time-shifts", "--model nmfd or nmf2d beside it", "--model nmf");
  }
  if (settings.model != Model::kNmf2d && settings.pitch_shifts.value_or(1) > 1) {
    throw InvalidInput("pitch-shifts", "--model nmf2d beside it",
                       "--model " + to_text(settings, parameter("model")));
  }
  if (!chosen.time_shifts) chosen.time_shifts = kTimeShifts.at(model);
  if (!chosen.pitch_shifts) chosen.pitch_shifts = kPitchShifts.at(model);
  return chosen;
}

Settings with_axis(const Settings& settings, double rate_hz) {
  Settings chosen = settings;
  const bool moves = settings.model == Model::kNmf2d;
  if (!chosen.frequency) chosen.frequency = moves ? FrequencyScale::kLog : FrequencyScale::kLinear;
  if (chosen.frequency == FrequencyScale::kLinear) {
    if (moves) throw InvalidInput("frequency", "log, on which notes are shifts (--model nmf2d)", "linear");
    for (const char* name : {"bins-per-octave", "fmin", "fmax"}) {
      if (!is_default(settings, parameter(name)))
        throw InvalidInput(name, "--frequency log beside it", "--frequency linear");
    }
    return chosen;
  }
  if (!chosen.fmax_hz) chosen.fmax_hz = std::min(kHighestHz, 0.5 * rate_hz);
  return chosen;
}

std::optional<LogAxis> log_axis(const Settings& settings, double rate_hz) {
  if (settings.frequency != FrequencyScale::kLog) return std::nullopt;
  LogAxis axis({.bins_per_octave = settings.bins_per_octave,
                .fmin_hz = settings.fmin_hz,
                .fmax_hz = settings.fmax_hz.value()},
               rate_hz, settings.fft);
  if (settings.pitch_shifts.value_or(1) > axis.bins()) {
    throw InvalidInput("pitch-shifts", "1.." + std::to_string(axis.bins()) + ", the bins of the axis",
                       std::to_string(*settings.pitch_shifts));
  }
  return axis;
}

std::vector<std::string> range_warnings(const Factors& factors) {
  std::vector<std::string> warnings;
  if (factors.pitch_shifts < 2) return warnings;
  for (Index k = 0; k < factors.components(); ++k) {
    std::vector<double> sums;  // of each pitch
    for (Index pitch = 0; pitch < factors.pitch_shifts; ++pitch) {
      double& sum = sums.emplace_back(0.0);
      for (Index j = 0; j < factors.H.cols(); ++j)
        sum += static_cast<double>(factors.H(pitch * factors.components() + k, j));
    }
    const double least = kAtTheEnd * std::accumulate(sums.begin(), sums.end(), 0.0);
    if (sums.front() <= least || sums.back() <= least) continue;
    const std::string shifts = std::to_string(factors.pitch_shifts);
    warnings.push_back("Component " + std::to_string(k + 1) + " sounds at both ends of its " + shifts +
                       " pitch shifts: where its notes reach further, a larger --pitch-shifts follows them.");
  }
  return warnings;
}

}  // namespace divisi
