// SPDX-License-Identifier: Apache-2.0
// Gathers what the report shows while the stems are made.
#pragma once

#include "divisi/audio/format.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/stem_files.h"
#include "divisi/report/report.h"

#include <filesystem>

namespace divisi {

class TrackReport {
 public:
  /// `selected`: the stems that are written. Short tracks get players that carry the sound; for long ones,
  /// whose page no browser would open, the players point at the files.
  TrackReport(const Separation& separation, const Settings& settings, const AudioFacts& facts,
              const std::vector<std::size_t>& selected);

  /// Magnitudes of the next frames (bins × n): the mixture's and each source's.
  void spectra(const Matrix& mixture, const std::vector<Matrix>& sources);

  /// The next samples of the mixture and of what was written, residual last.
  void samples(std::span<const double> mixture, const std::vector<std::vector<double>>& written);

  /// The page. `files`: the mixture's and those of the outputs, relative to the report, residual last and
  /// empty where there is none.
  [[nodiscard]] std::string render(const std::string& track, const std::string& command,
                                   const std::vector<std::string>& files,
                                   const std::vector<FileLevel>& levels,
                                   const std::vector<std::string>& warnings) const;

 private:
  void keep(std::span<const double> samples, Audio& preview) const;
  [[nodiscard]] ReportTrack track_at(std::size_t position, const std::string& file, double peak, double gain,
                                     double top_db) const;
  void add_pictures(Report& report, double top_db) const;

  [[nodiscard]] std::vector<std::pair<std::string, std::string>> facts(const Settings& chosen) const;

  const Separation& separation_;
  const Settings& settings_;
  const AudioFacts& facts_;
  std::vector<std::size_t> selected_;
  FrequencyAxis axis_;                        // of the tracks
  FrequencyAxis model_axis_;                  // of V, and of the shapes
  std::vector<SpectrogramPicture> pictures_;  // mixture, selected stems, residual
  std::vector<Audio> previews_;               // likewise; empty for long tracks
};

}  // namespace divisi
