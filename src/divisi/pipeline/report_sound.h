// SPDX-License-Identifier: Apache-2.0
// What a report can be heard by: the mixture, which its page takes apart itself, the stems, or the files
// beside it; in a page that a browser opens at once.
#pragma once

#include "divisi/audio/format.h"
#include "divisi/audio/writer.h"
#include "divisi/core/audio.h"
#include "divisi/core/json.h"
#include "divisi/report/report.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace divisi {

/// The lowest rate that browsers play.
inline constexpr int kLowestPlayedRate = 3000;

/// What the page carries: the mixture; each stem; nothing.
enum class Carried { kMixture, kStems, kNothing };

/// What a page may carry of a recording with `tracks` stems, the residual among them: the mixture of one that
/// it can mix live, as FLAC up to 8 million samples (a minute and a half in stereo) and as a listening copy
/// in Ogg Vorbis up to 60 million (11 minutes); else the stems, together up to 12 million samples, as FLAC.
Carried carried(const AudioFacts& facts, bool live, std::size_t tracks);

/// Gathers the sounds of a page while they are made. More than two channels are heard as their mean.
class ReportSound {
 public:
  ReportSound(const AudioFacts& facts, Carried carries, std::size_t tracks);

  /// The next samples, interleaved: the mixture's, and those of each file.
  void samples(std::span<const double> mixture, const std::vector<std::vector<double>>& written);

  /// Channels of what the page carries.
  [[nodiscard]] int channels() const { return channels_; }
  /// Whether the mixture is one that lost something to fit.
  [[nodiscard]] bool is_copy() const;

  /// The sounds as "sound-0", …, all turned down alike by `loudest` (1 or more) in kStems; the mixture is
  /// turned down by its own peak where that is beyond full scale. The last call.
  std::vector<ReportBlob> finish(double loudest);

 private:
  [[nodiscard]] std::vector<double> heard(std::span<const double> samples, double gain) const;

  Carried carries_;
  int file_channels_;
  int channels_;
  double mixture_gain_;
  Container container_;
  std::unique_ptr<MemoryWriter> mixture_;
  std::vector<Audio> stems_;
};

}  // namespace divisi
