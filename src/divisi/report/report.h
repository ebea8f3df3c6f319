// SPDX-License-Identifier: Apache-2.0
// A separation as one HTML page that can be read, heard, looked at and repeated, without a network.
#pragma once

#include "divisi/core/factors.h"
#include "divisi/core/json.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace divisi {

/// One parameter that was in force.
struct ReportParameter {
  std::string name;
  std::string value;
  std::string help;  ///< one line
  bool is_default = true;
};

/// One file that was written.
struct ReportTrack {
  std::string name;
  std::string file;             ///< its name relative to the report, with '/'
  std::vector<int> components;  ///< counted from 0, as everywhere in the library; people see them from 1
  std::string reason;           ///< why these components belong together; may be ""
  double peak_dbfs = 0.0;       ///< minus infinity for silence
};

/// Bytes that the page carries for its script.
struct ReportBlob {
  std::string name;  ///< of letters, digits and '-'
  std::vector<std::byte> bytes;
};

/// All that a report says and shows. Text is plain UTF-8: whatever stands in it, the page shows it and does
/// not obey it.
struct Report {
  std::string track;
  std::vector<std::pair<std::string, std::string>> facts;  ///< name and value, in the order of the page
  std::vector<std::string> warnings;                       ///< sentences
  std::vector<ReportTrack> tracks;  ///< the stems in order, the residual if there is one
  std::vector<CostPoint> costs;
  std::string divergence;  ///< what the costs are: "KL divergence"
  std::string stop;        ///< how the run ended, in words
  std::vector<ReportParameter> parameters;
  std::string command;  ///< that repeats the run
  std::string version;
  Json state;  ///< what the studio's page shows, as its server would say it; null: words alone
  std::vector<ReportBlob> blobs;  ///< what belongs to it: pictures, factors, sounds
};

/// The page. Equal reports give equal bytes.
std::string render_report(const Report& report);

}  // namespace divisi
