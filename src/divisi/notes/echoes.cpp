// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/echoes.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace divisi {
namespace {

constexpr double kTogetherSeconds = 0.06;  // onsets this close are one attack
constexpr double kInside = 0.7;            // share of an event that lies inside the other
constexpr std::array<int, 7> kHarmonics{12, 19, 24, 28, 31, 34, 36};  // 2 … 8 times the frequency

double ratio_for(int semitones, const EchoRatios& ratios) {
  if (std::ranges::find(kHarmonics, semitones) != kHarmonics.end()) return ratios.overtone;
  return semitones <= 2 ? ratios.neighbour : ratios.faint;
}

bool is_part_of(const Event& event, const Event& other, const EchoRatios& ratios) {
  const double overlap = std::min(event.offset_s, other.offset_s) - std::max(event.onset_s, other.onset_s);
  if (overlap <= 0.0) return false;
  const bool inside = overlap >= kInside * (event.offset_s - event.onset_s);
  const bool together = std::abs(event.onset_s - other.onset_s) < kTogetherSeconds;
  if (!inside && !together) return false;
  return event.strength < ratio_for(std::abs(event.midi - other.midi), ratios) * other.strength;
}

}  // namespace

void drop_echoes(std::vector<Event>& events, const EchoRatios& ratios) {
  std::ranges::stable_sort(events, {}, &Event::onset_s);
  double longest = 0.0;
  for (const Event& event : events) longest = std::max(longest, event.offset_s - event.onset_s);
  std::vector<Event> kept;
  std::size_t first = 0;  // of those that may still sound
  for (const Event& event : events) {
    while (events[first].onset_s < event.onset_s - longest) ++first;
    bool is_echo = false;
    for (std::size_t i = first; i < events.size() && events[i].onset_s < event.offset_s && !is_echo; ++i)
      is_echo = &events[i] != &event && is_part_of(event, events[i], ratios);
    if (!is_echo) kept.push_back(event);
  }
  events = std::move(kept);
}

}  // namespace divisi
