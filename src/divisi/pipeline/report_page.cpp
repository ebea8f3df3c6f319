// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/report_page.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"
#include "divisi/pipeline/live.h"
#include "divisi/report/page.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace divisi {
namespace {

static_assert(std::endian::native == std::endian::little, "the page reads little-endian numbers");

constexpr Index kMostCells = 4'000'000;
constexpr Index kTile = 512;  // frames
constexpr Index kMostExactValues = 1'000'000;
constexpr Index kMostBytes = 16'000'000;  // of the factors
constexpr float kLargestHalf = 32768.0F;

const char* to_word(Carried carried) {
  switch (carried) {
    case Carried::kMixture:
      return "mixture";
    case Carried::kStems:
      return "stems";
    case Carried::kNothing:
      return "nothing";
  }
  return "";
}

Index values_in(const Factors& factors) {
  return std::ssize(factors.W.values()) + std::ssize(factors.H.values());
}

// Whether the page gets them as halves, which is heard less than 16 bits are; binary masks would fall to
// another source where two are alike.
bool are_halves(Index values, const Settings& chosen) {
  return values > kMostExactValues && chosen.mask != MaskKind::kBinary;
}

// Why the page cannot make the stems by itself, in words; "" where it can.
std::string why_not_live(const Separation& separation, const Settings& chosen, int rate_hz) {
  if (rate_hz < kLowestPlayedRate) return "browsers play no " + std::to_string(rate_hz) + " Hz";
  try {
    require_live(chosen, rate_hz);
  } catch (const InvalidInput& wrong) {
    return "made with --" + wrong.subject() + " " + wrong.got();
  }
  const Index values = values_in(live_factors(separation));
  const Index bytes = values * (are_halves(values, chosen) ? 2 : 4);
  return bytes > kMostBytes ? "made with " + std::to_string(values) + " factors" : "";
}

// IEEE 754's half of a number from 0 to 65504, rounded to the nearest.
std::uint16_t half_of(float value) {
  if (!(value > 0.0F)) return 0;
  const int exponent = std::max(std::ilogb(value), -14);
  const float rest = std::ldexp(value, 10 - exponent);  // below 2048; from 1024 on unless it is subnormal
  return static_cast<std::uint16_t>(std::lrint(rest) + (exponent + 14L) * 1024L);
}

// Appends the values as float32, or, where there are many, as halves of `scale`, which is given back.
double append(std::vector<std::byte>& bytes, std::span<const float> values, bool as_halves) {
  const std::size_t begin = bytes.size();
  if (!as_halves) {
    bytes.resize(begin + values.size_bytes());
    if (!values.empty()) std::memcpy(bytes.data() + begin, values.data(), values.size_bytes());
    return 1.0;
  }
  const float most = values.empty() ? 0.0F : *std::ranges::max_element(values);
  const float scale = most > 0.0F ? most / kLargestHalf : 1.0F;
  bytes.resize(begin + 2 * values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t half = half_of(values[i] / scale);
    std::memcpy(bytes.data() + begin + 2 * i, &half, sizeof half);
  }
  return static_cast<double>(scale);
}

// Shapes over frames that are 2^coarser times as long.
Matrix coarse_shapes(const Factors& factors, int coarser) {
  const Index K = factors.components();
  const Index shifts = ((factors.time_shifts - 1) >> coarser) + 1;
  Matrix W(factors.W.rows(), shifts * K);
  for (Index t = 0; t < factors.time_shifts; ++t) {
    for (Index k = 0; k < K; ++k) {
      const auto from = factors.W.col(t * K + k);
      const auto to = W.col((t >> coarser) * K + k);
      std::ranges::transform(from, to, to.begin(), [](float a, float b) { return std::max(a, b); });
    }
  }
  return W;
}

// What each component does in a frame, at all its pitches; no shapes, which are not on the picture's bins.
Factors courses_of(const Factors& factors) {
  const Index K = factors.components();
  Factors result{.W = Matrix(0, K), .H = Matrix(K, factors.H.cols())};
  for (Index j = 0; j < factors.H.cols(); ++j) {
    for (Index row = 0; row < factors.H.rows(); ++row) result.H(row % K, j) += factors.H(row, j);
  }
  return result;
}

}  // namespace

ReportPage::ReportPage(const Separation& separation, const Settings& chosen, const AudioFacts& facts,
                       const std::vector<std::size_t>& stems)
    : separation_(separation),
      chosen_(chosen),
      facts_(facts),
      stems_(stems),
      why_not_live_(why_not_live(separation, chosen, facts.rate_hz)),
      carries_(carried(facts, why_not_live_.empty(), stems.size() + 1)),
      sound_(facts, carries_, stems.size() + 1),
      picture_(separation.spec.bins(), separation.V.cols(), kMostCells) {}

// As fine as the page needs them: coarse where it makes no masks of them.
Factors ReportPage::at_page_scale(Factors factors) const {
  if (page_scale() == 0) return factors;
  factors.W = coarse_shapes(factors, page_scale());
  factors.time_shifts = ((factors.time_shifts - 1) >> page_scale()) + 1;
  factors.H = coarse(factors.H, page_scale());
  return factors;
}

Factors ReportPage::shown_factors() const {
  const bool off_axis = separation_.axis && !separation_.refinement;
  return at_page_scale(off_axis ? courses_of(separation_.fit.factors) : live_factors(separation_));
}

// Of live masks all groups, as they share; else those that were written.
Json ReportPage::groups_json(const Report& report) const {
  Json groups = Json::array();
  for (std::size_t s = 0; s < separation_.groups.size(); ++s) {
    const auto written = std::ranges::find(stems_, s);
    if (written == stems_.end() && !has_live_masks()) continue;
    const SourceGroup& group = separation_.groups[s];
    Json entry = Json::object()
                     .set("name", separation_.names[s])
                     .set("components", Json(group.components))
                     .set("reason", group.reason);
    if (written != stems_.end()) {
      const ReportTrack& track = report.tracks[static_cast<std::size_t>(written - stems_.begin())];
      entry.set("reason", track.reason).set("file", track.file).set("peak_dbfs", track.peak_dbfs);
    }
    groups.push(std::move(entry));
  }
  return groups;
}

Json ReportPage::result_json(const Factors& shown, const Report& report) const {
  const Fit& fit = separation_.fit;
  StftSpec spec = separation_.spec;
  spec.hop <<= page_scale();
  Json moving;
  if (separation_.axis) {
    const Index shifts = ((fit.factors.time_shifts - 1) >> page_scale()) + 1;
    moving = Json::object()
                 .set("bins", static_cast<int>(fit.factors.W.rows()))
                 .set("time_shifts", static_cast<int>(shifts))
                 .set("pitch_shifts", static_cast<int>(fit.factors.pitch_shifts));
  }
  return live_shape(shown, spec, live_exponent(chosen_))
      .set("id", 1)
      .set("components", static_cast<int>(fit.factors.components()))
      .set("notes", separation_.refinement ? Json(separation_.refinement->component) : Json::array())
      .set("iterations", fit.iterations)
      .set("stop", to_string(fit.stop))
      .set("seconds", 0)
      .set("groups", groups_json(report))
      .set("moving", std::move(moving))
      .set("project", Json());
}

Json ReportPage::picture_json(Index frames) const {
  const double power = *chosen_.power;
  return Json::object()
      .set("id", 1)
      .set("bins", static_cast<int>(picture_.bins()))
      .set("frames", static_cast<int>(frames))
      .set("done", static_cast<int>(frames))
      .set("tile", static_cast<int>(kTile))
      .set("hop", static_cast<int>(separation_.spec.hop << page_scale()))
      .set("rate_hz", separation_.rate_hz)
      .set("top_db", 0)
      .set("coarser", picture_.coarser() - page_scale())
      .set("most", std::pow(picture_.most(), power))
      .set("power", power);
}

void ReportPage::finish(Report& report, double loudest) {
  const double turned_down = carries_ == Carried::kMixture ? std::max(1.0, facts_.peak)
                             : carries_ == Carried::kStems ? std::max(1.0, loudest)
                                                           : 1.0;
  if (turned_down > 1.0) {
    report.warnings.push_back("What this page plays is turned down by " +
                              to_fixed(20.0 * std::log10(turned_down), 1) +
                              " dB, all alike, so that it does not clip. The files have their own levels.");
  }
  const Factors shown = shown_factors();
  const Factors moving = separation_.axis ? at_page_scale(separation_.fit.factors) : Factors();
  const bool as_halves = are_halves(values_in(shown) + values_in(moving), chosen_);
  Json packed = Json::object().set("half", as_halves);
  ReportBlob factors{"factors", {}};
  packed.set("scale_w", append(factors.bytes, shown.W.values(), as_halves));
  packed.set("scale_h", append(factors.bytes, shown.H.values(), as_halves));
  append(factors.bytes, make_window(separation_.spec.window, separation_.spec.fft), false);
  ReportBlob shapes{"shapes", {}};
  packed.set("moving_w", append(shapes.bytes, moving.W.values(), as_halves));
  packed.set("moving_h", append(shapes.bytes, moving.H.values(), as_halves));
  if (separation_.axis) {
    const std::vector<double> hz = frequencies_hz(separation_);
    append(shapes.bytes, std::vector<float>(hz.begin(), hz.end()), false);
  }

  report.state = Json::object()
                     .set("costs", costs_json(separation_.fit.costs))
                     .set("picture", picture_json(shown.H.cols()))
                     .set("recording", Json::object()
                                           .set("id", 1)
                                           .set("name", report.track)
                                           .set("rate_hz", facts_.rate_hz)
                                           .set("channels", sound_.channels())
                                           .set("frames", static_cast<double>(facts_.frames)))
                     .set("result", result_json(shown, report))
                     .set("packed", std::move(packed))
                     .set("sound", Json::object()
                                       .set("carried", to_word(carries_))
                                       .set("copy", sound_.is_copy())
                                       .set("why", why_not_live_));
  if (report.tracks.size() > stems_.size()) {
    const ReportTrack& rest = report.tracks.back();
    report.state.set("rest", Json::object().set("file", rest.file).set("peak_dbfs", rest.peak_dbfs));
  }
  report.blobs = {{"picture", picture_.levels()}, std::move(factors), std::move(shapes)};
  for (ReportBlob& sound : sound_.finish(turned_down)) report.blobs.push_back(std::move(sound));
}

}  // namespace divisi
