// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/model.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/pipeline/parameters.h"
#include "divisi/pipeline/score.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

namespace divisi {
namespace {

constexpr double kAtTheEnd = 0.05;     // share of a component's H that makes a pitch count as played
constexpr double kHighestHz = 8000.0;  // above it, notes have little that moves with them

// What is best for each model, measured: docs/decisions/0011-defaults-of-the-models.md.
struct Defaults {
  int fft;
  double power;
  double mask_exponent;
  int bins_per_octave;
  int time_shifts;
  int refine;
};
constexpr std::array kDefaults{
    Defaults{2048, 1.0, 1.5, 24, 1, 0},
    Defaults{2048, 1.0, 1.5, 24, 8, 0},
    Defaults{4096, 0.7, 2.0, 36, 4, 2},
};

constexpr int kIterations = 200;
constexpr int kScoreIterations = 20;  // docs/decisions/0016-score-informed.md
constexpr int kScoreFft = 4096;
constexpr double kScoreExponent = 2.0;

}  // namespace

Settings with_model(const Settings& settings) {
  Settings chosen = settings;
  if (chosen.model == Model::kAuto) chosen.model = Model::kNmf;
  const Defaults& defaults = kDefaults.at(static_cast<std::size_t>(chosen.model));
  if (chosen.model == Model::kNmf && settings.time_shifts.value_or(1) > 1) {
    throw InvalidInput("time-shifts", "--model nmfd or nmf2d beside it",
                       "--model " + to_text(settings, parameter("model")));
  }
  if (settings.model != Model::kNmf2d && settings.pitch_shifts.value_or(1) > 1) {
    throw InvalidInput("pitch-shifts", "--model nmf2d beside it",
                       "--model " + to_text(settings, parameter("model")));
  }
  if (settings.model != Model::kNmf2d && settings.refine.value_or(0) > 0) {
    throw InvalidInput("refine", "--model nmf2d beside it",
                       "--model " + to_text(settings, parameter("model")));
  }
  const auto choose = [](auto& value, auto otherwise) {
    if (!value) value = otherwise;
  };
  choose(chosen.iterations, has_score(settings) ? kScoreIterations : kIterations);
  if (has_score(settings)) {
    choose(chosen.fft, kScoreFft);
    choose(chosen.mask_exponent, kScoreExponent);
  }
  choose(chosen.fft, defaults.fft);
  choose(chosen.power, defaults.power);
  choose(chosen.mask_exponent, defaults.mask_exponent);
  if (settings.model == Model::kNmf2d || settings.frequency == FrequencyScale::kLog) {
    choose(chosen.bins_per_octave, defaults.bins_per_octave);
  }
  choose(chosen.time_shifts, defaults.time_shifts);
  choose(chosen.pitch_shifts, settings.model == Model::kNmf2d ? *chosen.bins_per_octave : 1);  // an octave
  choose(chosen.refine, defaults.refine);
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
  LogAxis axis({.bins_per_octave = settings.bins_per_octave.value(),
                .fmin_hz = settings.fmin_hz,
                .fmax_hz = settings.fmax_hz.value()},
               rate_hz, settings.fft.value());
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
