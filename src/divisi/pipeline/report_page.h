// SPDX-License-Identifier: Apache-2.0
// What the page of a report shows and plays, as the studio's server would say it.
#pragma once

#include "divisi/audio/format.h"
#include "divisi/pipeline/report_sound.h"
#include "divisi/pipeline/separate.h"
#include "divisi/report/picture.h"
#include "divisi/report/report.h"

#include <string>
#include <vector>

namespace divisi {

/// Gathers pictures, factors and sounds; bounded, however long the recording is. The picture has at most 4
/// million cells, the factors at most 16 MB: of more the page shows what is coarser, and plays files.
class ReportPage {
 public:
  /// `chosen`: the settings in force. `stems`: those that are written, as positions among the groups.
  ReportPage(const Separation& separation, const Settings& chosen, const AudioFacts& facts,
             const std::vector<std::size_t>& stems);

  /// The next frames of the mixture as magnitudes.
  void spectrum(const Matrix& mixture) { picture_.add(mixture); }

  /// The next samples of the mixture and of what was written, residual last.
  void samples(std::span<const double> mixture, const std::vector<std::vector<double>>& written) {
    sound_.samples(mixture, written);
  }

  /// Adds state and blobs to `report`, whose tracks are there, and a warning where its players are turned
  /// down by `loudest`, the peak of what is played.
  void finish(Report& report, double loudest);

 private:
  [[nodiscard]] bool has_live_masks() const { return carries_ == Carried::kMixture; }
  // A frame of the page is 2^page_scale() of the run's.
  [[nodiscard]] int page_scale() const { return has_live_masks() ? 0 : picture_.coarser(); }
  [[nodiscard]] Factors shown_factors() const;
  [[nodiscard]] Factors at_page_scale(Factors factors) const;
  [[nodiscard]] Json result_json(const Factors& shown, const Report& report) const;
  [[nodiscard]] Json picture_json(Index frames) const;
  [[nodiscard]] Json groups_json(const Report& report) const;

  const Separation& separation_;
  const Settings chosen_;
  const AudioFacts& facts_;
  std::vector<std::size_t> stems_;
  std::string why_not_live_;
  Carried carries_;
  ReportSound sound_;
  SpectrogramPicture picture_;
};

}  // namespace divisi
