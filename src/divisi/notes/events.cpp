// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/events.h"

#include "divisi/notes/echoes.h"

#include <algorithm>
#include <cmath>

namespace divisi {
namespace {

constexpr double kNearAttackSeconds = 0.06;  // an onset this close to an attack is at the attack
constexpr double kApartSeconds = 0.08;       // two onsets of one pitch are further apart
constexpr double kAfterAttackSeconds = 0.1;  // within which a struck note reaches its peak in the long window
constexpr double kPromptReachSeconds = 0.06;  // likewise in the short one, and how far back its valley is
constexpr double kLeastPrompt = 0.1;  // of the long window's level: below, the short one sees other pitches
constexpr double kOwnRise = 0.264;  // share of the long window in which a sudden onset rises from 1/4 to 3/4
constexpr double kFadeDb = 40.0;    // a second: no tone dies away faster by itself
constexpr double kPromptRelease = 0.4;  // of what a fading tone would have: it has been released
constexpr Index kReleased = 3;          // frames in which it is so

std::size_t at(Index t) {
  return static_cast<std::size_t>(t);
}

double amplitude(double db) {
  return std::pow(10.0, db / 20.0);
}

struct Start {
  double frame = 0.0;
  Index peak = 0;
};

// From a valley to the peak after it.
struct Rise {
  Index valley = 0;
  Index peak = 0;
};

// The notes of one pitch.
class Voice {
 public:
  Voice(const PitchActivations& all, Index row, double loudest, const EventOptions& options)
      : all_(all),
        options_(options),
        on_(loudest * amplitude(options.threshold_db)),
        off_(on_ * amplitude(options.release_db)) {
    for (Index t = 0; t < all.precise.cols(); ++t) {
      precise_.push_back(static_cast<double>(all.precise(row, t)));
      prompt_.push_back(static_cast<double>(all.prompt(row, t)));
    }
  }

  [[nodiscard]] std::vector<Event> events(int midi) const {
    std::vector<Event> events;
    if (precise_.empty() || std::ranges::max(precise_) < on_) return events;
    const std::vector<Start> starts = all_starts();
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const Index last = i + 1 < starts.size() ? static_cast<Index>(starts[i + 1].frame) : frames() - 1;
      const Event event = event_from(starts[i], last, midi);
      if (event.offset_s - event.onset_s >= options_.shortest_s) events.push_back(event);
    }
    return events;
  }

 private:
  [[nodiscard]] Index frames() const { return std::ssize(precise_); }
  [[nodiscard]] Index in_frames(double s) const { return std::max<Index>(1, std::lround(s / all_.frame_s)); }

  // Valleys and peaks with hysteresis: a peak counts when the level has fallen from it by fall_ratio.
  [[nodiscard]] std::vector<Rise> rises() const {
    std::vector<Rise> found;
    Rise rise;
    bool rising = false;
    for (Index t = 0; t < frames(); ++t) {
      const double level = precise_[at(t)];
      if (!rising) {
        if (level <= precise_[at(rise.valley)]) {
          rise.valley = t;
        } else if (level >= on_ && level >= options_.fall_ratio * precise_[at(rise.valley)]) {
          rising = true;
          rise.peak = t;
        }
      } else if (level > precise_[at(rise.peak)]) {
        rise.peak = t;
      } else if (level < precise_[at(rise.peak)] / options_.fall_ratio || level < off_) {
        found.push_back(rise);
        rising = false;
        rise.valley = t;
      }
    }
    if (rising) found.push_back(rise);
    return found;
  }

  // Where the level passes this share of a rise, between frames.
  [[nodiscard]] double crossing(const Rise& rise, double share) const {
    const double valley = precise_[at(rise.valley)];
    const double level = valley + share * (precise_[at(rise.peak)] - valley);
    Index t = rise.peak;
    while (t > rise.valley && precise_[at(t)] > level) --t;
    const double low = precise_[at(t)];
    const double high = t + 1 < frames() ? precise_[at(t + 1)] : low;
    return static_cast<double>(t) + (high > low ? (level - low) / (high - low) : 0.0);
  }

  [[nodiscard]] double onset_of(const Rise& rise) const {
    double onset = crossing(rise, 0.5);
    const double length = crossing(rise, 0.75) - crossing(rise, 0.25);
    const double own = kOwnRise * all_.long_window_s / all_.frame_s;
    if (length > own) onset -= std::sqrt(length * length - own * own);
    double best = static_cast<double>(in_frames(kNearAttackSeconds)) + 0.5;
    double nearest = onset;
    for (const Index attack : all_.attacks) {
      const double distance = std::abs(static_cast<double>(attack) - onset);
      if (distance >= best) continue;
      best = distance;
      nearest = static_cast<double>(attack);
    }
    return std::max(0.0, nearest);
  }

  // Whether the pitch, already sounding, is struck again at `attack`.
  [[nodiscard]] bool is_reattack(Index attack, Index peak) const {
    if (precise_[at(attack)] < off_ || precise_[at(peak)] < on_) return false;
    const Index reach = in_frames(kPromptReachSeconds);
    const auto begin = prompt_.begin();
    const auto now = begin + attack;
    const double before = *std::min_element(begin + std::max<Index>(0, attack - reach), now + 1);
    const double after = *std::max_element(now, begin + std::min(frames(), attack + 2 * reach));
    return after >= options_.reattack_ratio * before && after >= kLeastPrompt * precise_[at(peak)];
  }

  [[nodiscard]] std::vector<Start> all_starts() const {
    std::vector<Start> starts;
    for (const Rise& rise : rises()) starts.push_back({onset_of(rise), rise.peak});
    const auto apart = static_cast<double>(in_frames(kApartSeconds));
    for (const Index attack : all_.attacks) {
      const auto begin = precise_.begin() + attack;
      const auto end = precise_.begin() + std::min(frames(), attack + in_frames(kAfterAttackSeconds));
      const Index peak = std::max_element(begin, end) - precise_.begin();
      const bool is_new = std::ranges::none_of(starts, [&](const Start& start) {
        return std::abs(start.frame - static_cast<double>(attack)) <= apart;
      });
      if (is_new && is_reattack(attack, peak)) starts.push_back({static_cast<double>(attack), peak});
    }
    std::ranges::sort(starts, {}, &Start::frame);
    return starts;
  }

  // Where a note that is highest at `peak` ends: at `last` if not before. The long window goes on for half
  // its length after a note, the short one tells a release from a tone that dies away by how fast it is.
  [[nodiscard]] Index end_of(Index peak, Index last, double height) const {
    const double fade = amplitude(-kFadeDb * all_.frame_s);
    double sustained = 0.0;
    Index below = 0;
    for (Index t = peak; t < last; ++t) {
      if (precise_[at(t)] < amplitude(options_.release_db) * height) return t;
      sustained = std::max(prompt_[at(t)], fade * sustained);
      below = prompt_[at(t)] < kPromptRelease * sustained ? below + 1 : 0;
      if (below == kReleased) return t - kReleased + 1;
    }
    return last;
  }

  // The note from `start`, which ends at frame `last` if not before.
  [[nodiscard]] Event event_from(const Start& start, Index last, int midi) const {
    const auto first = static_cast<Index>(start.frame);
    last = std::max(last, first);
    const Index peak = std::clamp(start.peak, first, last);
    const double height = *std::max_element(precise_.begin() + first, precise_.begin() + peak + 1);
    const Index end = end_of(peak, last, height);
    Event event{.onset_s = start.frame * all_.frame_s,
                .offset_s = static_cast<double>(end) * all_.frame_s,
                .midi = midi,
                .peak = height};
    for (Index t = first; t <= end; ++t) event.strength += precise_[at(t)] * all_.frame_s;
    event.share = height / std::max(all_.total[at(peak)], 1e-300);
    return event;
  }

  const PitchActivations& all_;
  const EventOptions& options_;
  double on_;
  double off_;
  std::vector<double> precise_;
  std::vector<double> prompt_;
};

}  // namespace

Notes find_notes(const PitchActivations& activations, const EventOptions& options) {
  double loudest = 0.0;
  for (const float h : activations.precise.values()) loudest = std::max(loudest, static_cast<double>(h));
  Notes notes;
  if (!(loudest > 0.0)) return notes;
  std::vector<Event> events;
  for (std::size_t row = 0; row < activations.pitches.size(); ++row) {
    const Voice voice(activations, static_cast<Index>(row), loudest, options);
    for (const Event& event : voice.events(activations.pitches[row])) {
      if (event.share >= options.least_share) events.push_back(event);
    }
  }
  drop_echoes(events, {.overtone = options.overtone_ratio,
                       .neighbour = options.neighbour_ratio,
                       .faint = options.faint_ratio});
  for (const Event& event : events) {
    const double velocity = 127.0 * std::sqrt(event.peak / loudest);
    notes.push_back({.onset_s = event.onset_s,
                     .duration_s = event.offset_s - event.onset_s,
                     .midi = event.midi,
                     .velocity = std::clamp(static_cast<int>(std::lround(velocity)), 1, 127),
                     .hz = hz_of_midi(event.midi + activations.tuning_cents / 100.0)});
  }
  sort_notes(notes);
  return notes;
}

}  // namespace divisi
