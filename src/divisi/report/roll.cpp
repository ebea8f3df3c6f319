// SPDX-License-Identifier: Apache-2.0
#include "divisi/report/roll.h"

#include "divisi/core/text.h"
#include "divisi/report/page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace divisi {
namespace {

constexpr double kRow = 10.0;     // height of a semitone, pixels
constexpr double kGutter = 46.0;  // left, for the names
constexpr double kFoot = 24.0;    // below, for the seconds
constexpr double kPerSecond = 70.0;
constexpr double kLeastWidth = 1000.0;
constexpr double kMostWidth = 60000.0;

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<!-- SPDX-License-Identifier: Apache-2.0 -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>divisi notes</title>
<style>
:root { --page: #f6f5f2; --card: #fff; --ink: #1b1a22; --soft: #5b5967; --line: #dedce4; --black: #efedf5; --note: #5a3fc0; --warn: #7a4a00; }
@media (prefers-color-scheme: dark) {
  :root { --page: #121117; --card: #1b1a22; --ink: #eceaf3; --soft: #a9a6b8; --line: #34323f; --black: #262431; --note: #b7a4ff; --warn: #ffd28a; }
}
body { margin: 0 auto; max-width: 1680px; padding: 28px clamp(12px, 2.5vw, 40px) 40px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
h1, h2, p, dl, dd { margin: 0; }
h1 { font-size: 30px; overflow-wrap: anywhere; }
h2 { margin: 30px 0 10px; font-size: 20px; }
.brand { color: var(--note); font-weight: 600; letter-spacing: 0.04em; }
dl { display: flex; flex-wrap: wrap; gap: 6px 26px; margin-top: 14px; }
dt { color: var(--soft); font-size: 12.5px; }
.warning { margin-top: 14px; color: var(--warn); }
.card { padding: 14px; border: 1px solid var(--line); border-radius: 12px; background: var(--card); overflow-x: auto; }
svg { display: block; }
svg text { fill: var(--soft); font-size: 11px; }
.black { fill: var(--black); }
.grid { stroke: var(--line); }
.note { fill: var(--note); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 22px 3px 0; border-top: 1px solid var(--line); text-align: right; }
thead th { border: 0; color: var(--soft); font-weight: 500; font-size: 13px; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
footer { margin-top: 30px; color: var(--soft); font-size: 13px; }
</style>
</head>
<body>
<p class="brand">divisi</p>
)";

bool is_black(int midi) {
  static constexpr std::array<bool, 12> kBlack{false, true,  false, true,  false, false,
                                               true,  false, true,  false, true,  false};
  return kBlack[static_cast<std::size_t>(midi % 12)];
}

std::string px(double value) {
  return to_fixed(value, 1);
}

// The picture's scales.
class Roll {
 public:
  explicit Roll(const RollPage& page) : page_(page), span_(std::max(page.end_s - page.start_s, 0.1)) {
    const auto [low, high] = std::ranges::minmax(page.notes, {}, &RollNote::midi);
    low_ = std::max(0, low.midi - 2);
    high_ = std::min(127, high.midi + 2);
    width_ = std::clamp(span_ * kPerSecond, kLeastWidth, kMostWidth);
  }

  [[nodiscard]] std::string svg() const {
    const double height = (high_ - low_ + 1) * kRow;
    std::string text = "<svg role='img' aria-label='Piano roll' width='" + px(kGutter + width_ + 20.0) +
                       "' height='" + px(height + kFoot) + "'>\n" + rows();
    const auto last = static_cast<long>(std::floor(page_.end_s / step()));
    for (auto line = static_cast<long>(std::ceil(page_.start_s / step())); line <= last; ++line) {
      const double second = static_cast<double>(line) * step();
      text += "<line class='grid' x1='" + px(x(second)) + "' x2='" + px(x(second)) + "' y1='0' y2='" +
              px(height) + "'/><text text-anchor='middle' x='" + px(x(second)) + "' y='" + px(height + 16.0) +
              "'>" + to_fixed(second, step() < 1.0 ? 1 : 0) + " s</text>\n";
    }
    for (const RollNote& note : page_.notes) text += bar(note);
    return text + "</svg>\n";
  }

 private:
  [[nodiscard]] double x(double second) const { return kGutter + (second - page_.start_s) / span_ * width_; }
  [[nodiscard]] double y(int midi) const { return (high_ - midi) * kRow; }

  // Seconds between two lines: round, and at least 60 pixels.
  [[nodiscard]] double step() const {
    static constexpr std::array<double, 10> kSteps{0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 600};
    const auto* const wide =
        std::ranges::find_if(kSteps, [&](double s) { return s / span_ * width_ >= 60.0; });
    return wide == kSteps.end() ? 3600.0 : *wide;
  }

  [[nodiscard]] std::string rows() const {
    std::string text;
    for (int midi = low_; midi <= high_; ++midi) {
      if (is_black(midi)) {
        text += "<rect class='black' x='" + px(kGutter) + "' y='" + px(y(midi)) + "' width='" + px(width_) +
                "' height='" + px(kRow) + "'/>";
      }
      if (midi % 12 != 0 && midi % 12 != 5) continue;  // below C and F no black key separates the rows
      const double line = y(midi) + kRow;
      text += "<line class='grid' x1='" + px(kGutter) + "' x2='" + px(kGutter + width_) + "' y1='" +
              px(line) + "' y2='" + px(line) + "'/>";
      if (midi % 12 == 0) {
        text += "<text text-anchor='end' x='" + px(kGutter - 8.0) + "' y='" + px(line - 1.0) + "'>C" +
                std::to_string(midi / 12 - 1) + "</text>\n";
      }
    }
    return text;
  }

  [[nodiscard]] std::string bar(const RollNote& note) const {
    const double length = std::max(2.0, note.duration_s / span_ * width_ - 1.0);
    return "<rect class='note' rx='2' x='" + px(x(note.onset_s)) + "' y='" + px(y(note.midi) + 1.0) +
           "' width='" + px(length) + "' height='" + px(kRow - 2.0) + "' opacity='" +
           to_fixed(0.35 + 0.65 * note.velocity / 127.0, 2) + "'><title>" + for_html(note.name) + ", " +
           to_fixed(note.onset_s, 2) + " s</title></rect>\n";
  }

  const RollPage& page_;
  double span_;
  double width_ = 0.0;
  int low_ = 0;
  int high_ = 0;
};

std::string table_of(const std::vector<RollNote>& notes) {
  std::string text =
      "<table><thead><tr><th>Note</th><th>Hz</th><th>Begins, s</th><th>Lasts, s</th><th>Velocity</th></tr>"
      "</thead><tbody>\n";
  for (const RollNote& note : notes) {
    text += "<tr><td>" + for_html(note.name) + "</td><td>" + to_fixed(note.hz, 1) + "</td><td>" +
            to_fixed(note.onset_s, 2) + "</td><td>" + to_fixed(note.duration_s, 2) + "</td><td>" +
            std::to_string(note.velocity) + "</td></tr>\n";
  }
  return text + "</tbody></table>\n";
}

}  // namespace

std::string render_roll(const RollPage& page) {
  std::string text(kHead);
  text += "<h1>" + for_html(page.title) + "</h1>\n<dl>";
  for (const auto& [name, value] : page.facts)
    text += "<div><dt>" + for_html(name) + "</dt><dd>" + for_html(value) + "</dd></div>";
  text += "</dl>\n";
  for (const auto& warning : page.warnings) text += "<p class='warning'>" + for_html(warning) + "</p>\n";
  text += "<h2>Piano roll</h2>\n<div class='card'>";
  text += page.notes.empty() ? "<p>No note was found.</p>" : Roll(page).svg();
  text += "</div>\n<h2>Notes</h2>\n<div class='card'>" + table_of(page.notes) + "</div>\n";
  text += "<h2>To repeat it</h2>\n<div class='card'><pre><code>" + for_html(page.command) +
          "</code></pre></div>\n<footer>divisi " + for_html(page.version) + "</footer>\n</body>\n</html>\n";
  return text;
}

}  // namespace divisi
