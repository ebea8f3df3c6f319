// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/live.h"

#include "divisi/core/error.h"

#include <bit>
#include <string>

namespace divisi {

void require_live(const Settings& chosen, int rate_hz) {
  if (chosen.spatial == Spatial::kPanning || chosen.spatial == Spatial::kIlrma) {
    throw InvalidInput("spatial", "off, one mask for all channels",
                       chosen.spatial == Spatial::kPanning ? "panning" : "ilrma");
  }
  if (chosen.mask == MaskKind::kNone) throw InvalidInput("mask", "wiener or binary", "none");
  if (const int rate = chosen.rate_hz.value_or(rate_hz); rate != rate_hz)
    throw InvalidInput("rate", "the recording's own", std::to_string(rate));
  const int fft = chosen.fft.value();
  if (!std::has_single_bit(static_cast<unsigned>(fft)) || fft > kLongestLiveFrame) {
    throw InvalidInput(
        "fft", "a power of two up to " + std::to_string(kLongestLiveFrame) + ", which the page can play",
        std::to_string(fft));
  }
  const bool moves = chosen.model == Model::kNmf2d;
  if (!moves && chosen.frequency == FrequencyScale::kLog)
    throw InvalidInput("frequency", "linear, the STFT's own bins", "log");
  if (moves && chosen.refine.value_or(0) == 0)
    throw InvalidInput("refine", "1..1000: the page plays notes on the STFT's own bins", "0");
}

const Factors& live_factors(const Separation& separation) {
  return separation.refinement ? separation.refinement->factors : separation.fit.factors;
}

double live_exponent(const Settings& chosen) {
  constexpr double kBinary = 1e9;
  return chosen.mask == MaskKind::kBinary ? kBinary : chosen.mask_exponent.value();
}

Json live_shape(const Factors& factors, const StftSpec& spec, double exponent) {
  return Json::object()
      .set("time_shifts", static_cast<int>(factors.time_shifts))
      .set("bins", static_cast<int>(factors.W.rows()))
      .set("frames", static_cast<int>(factors.H.cols()))
      .set("fft", static_cast<int>(spec.fft))
      .set("hop", static_cast<int>(spec.hop))
      .set("exponent", exponent);
}

Json costs_json(const std::vector<CostPoint>& costs) {
  Json list = Json::array();
  for (const CostPoint& point : costs) list.push(Json::array().push(point.iteration).push(point.cost));
  return list;
}

}  // namespace divisi
