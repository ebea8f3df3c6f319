// SPDX-License-Identifier: Apache-2.0
// shapes_page FILE: a report of two components whose shapes last and move, for the browser.
#include "divisi/report/report.h"

#include <array>
#include <fstream>

using namespace divisi;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const FrequencyAxis axis(std::vector<double>{50.0, 100.0, 200.0, 400.0});
  const auto picture = [](Index rows, Index cols) {
    Picture result{.rows = rows, .cols = cols, .levels = {}, .top_db = 0.0, .floor_db = -60.0};
    for (Index cell = 0; cell < rows * cols; ++cell)
      result.levels.push_back(static_cast<std::uint8_t>(cell * 20));
    return result;
  };
  Report report;
  report.track = "shapes";
  report.duration_s = 2.0;
  report.frame_step_s = 0.5;
  report.frames = 5;
  report.axis = FrequencyAxis(3, 1000.0, 4);
  report.model_axis = axis;
  for (const TrackRole role : {TrackRole::kMixture, TrackRole::kStem, TrackRole::kStem}) {
    ReportTrack& track = report.tracks.emplace_back();
    track.role = role;
    track.spectrogram = picture(4, 5);
  }
  report.tracks[1].components = {0};
  report.tracks[2].components = {1};
  report.V = report.WH = picture(3, 5);
  report.components = {{picture(3, 2), picture(4, 5)}, {picture(3, 2), picture(4, 5)}};
  report.semitones = 0.5;
  report.costs = {{0, 2.0}, {10, 1.0}};
  std::ofstream(argv[1]) << render_report(report);
  return 0;
}
