// SPDX-License-Identifier: Apache-2.0
// A separation as one HTML page that can be heard, looked at and repeated, without a network.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/report/picture.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace divisi {

/// One parameter that was in force.
struct ReportParameter {
  std::string name;
  std::string value;
  std::string unit;  ///< "" for none
  std::string help;  ///< one line
  bool is_default = true;
};

/// What a sound of a report is.
enum class TrackRole { kMixture, kStem, kResidual };

/// One sound of a report.
struct ReportTrack {
  TrackRole role = TrackRole::kStem;
  std::string name;
  std::string file;             ///< its name relative to the report, with '/'
  std::vector<std::byte> flac;  ///< a sound file the page carries; none: the page plays `file` beside it
  Picture spectrogram;          ///< of FrequencyAxis::rows rows
  std::vector<int> components;  ///< counted from 0, as everywhere in the library; people see them from 1
  std::string reason;           ///< why these components belong together; may be ""
  double peak_dbfs = 0.0;       ///< minus infinity for silence
};

/// A component whose shape lasts or moves.
struct ComponentPictures {
  Picture W;  ///< model_axis.rows() × time shifts, relative to its own peak
  Picture H;  ///< pitch shifts rows, the lowest first; relative to the loudest of all components
};

/// All that a report shows. Text is plain UTF-8: whatever stands in it, the page shows it and does not obey
/// it.
struct Report {
  std::string track;
  std::vector<std::pair<std::string, std::string>> facts;  ///< name and value, in the order of the page
  std::vector<std::string> warnings;                       ///< sentences
  double duration_s = 0.0;
  double frame_step_s = 0.0;        ///< between two frames, of which number j stands around j × frame_step_s
  Index frames = 0;                 ///< that the columns of all pictures over time stand for
  std::vector<ReportTrack> tracks;  ///< the mixture, the stems in order, the residual if there is one
  FrequencyAxis axis;               ///< of the tracks
  FrequencyAxis model_axis;         ///< of V, W H and the shapes
  Picture V;                        ///< model_axis.rows() rows
  Picture WH;                       ///< model_axis.rows() rows, on the scale of V
  Picture W;                        ///< model_axis.rows() × components; of plain shapes
  Picture H;                        ///< components rows; of plain shapes
  std::vector<ComponentPictures> components;  ///< of shapes that last or move, in place of W and H
  double semitones = 0.0;                     ///< of one shift in pitch
  std::vector<CostPoint> costs;
  std::string divergence;  ///< what the costs are, for the axis: "KL divergence"
  std::string stop;        ///< how the run ended, in words
  std::vector<ReportParameter> parameters;
  std::string command;  ///< that repeats the run
  std::string version;
};

/// The page. Equal reports give equal bytes.
std::string render_report(const Report& report);

}  // namespace divisi
