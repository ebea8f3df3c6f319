// SPDX-License-Identifier: Apache-2.0
// A transcription as one HTML page: a piano roll and the list of its notes. No script, no network.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace divisi {

/// Stands near the beginning of every such page, and of no other.
inline constexpr std::string_view kRollTitle = "<title>divisi notes</title>";

struct RollNote {
  double onset_s = 0.0;
  double duration_s = 0.0;
  int midi = 0;      ///< the row
  int velocity = 0;  ///< 1..127: how dark
  std::string name;
  double hz = 0.0;
};

/// Text is plain UTF-8: whatever stands in it, the page shows it and does not obey it.
struct RollPage {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<std::string> warnings;  ///< sentences
  double start_s = 0.0;               ///< what the picture spans
  double end_s = 0.0;
  std::vector<RollNote> notes;
  std::string command;  ///< that repeats the run
  std::string version;
};

/// The page. Equal contents give equal bytes.
std::string render_roll(const RollPage& page);

}  // namespace divisi
