// SPDX-License-Identifier: Apache-2.0
// Gathers what the report shows while the stems are made.
#pragma once

#include "divisi/audio/format.h"
#include "divisi/pipeline/report_page.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/stem_files.h"
#include "divisi/report/report.h"

#include <optional>

namespace divisi {

class TrackReport {
 public:
  /// `selected`: the stems that are written.
  TrackReport(const Separation& separation, const Settings& settings, const AudioFacts& facts,
              const std::vector<std::size_t>& selected);

  /// Magnitudes of the next frames of the mixture (bins × n).
  void spectrum(const Matrix& mixture);

  /// The next samples of the mixture and of what was written, residual last.
  void samples(std::span<const double> mixture, const std::vector<std::vector<double>>& written);

  /// The page; the last call. `input`: the recording as a word of a command line. `files`: those of the
  /// outputs, relative to the report, residual last and empty where there is none.
  [[nodiscard]] std::string render(const std::string& track, const std::string& input,
                                   const std::vector<std::string>& files,
                                   const std::vector<FileLevel>& levels,
                                   const std::vector<std::string>& warnings);

 private:
  [[nodiscard]] ReportTrack track_at(std::size_t position, const std::string& file, double peak) const;
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> facts() const;

  const Separation& separation_;
  const Settings& settings_;
  const AudioFacts& facts_;
  std::vector<std::size_t> selected_;
  Settings chosen_;
  std::optional<ReportPage> page_;  // nothing: words alone
};

}  // namespace divisi
