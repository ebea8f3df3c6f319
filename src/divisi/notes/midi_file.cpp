// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/midi_file.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <deque>
#include <map>
#include <tuple>

namespace divisi {
namespace {

constexpr std::uint32_t kTicksPerQuarter = 960;
constexpr std::uint32_t kMicrosecondsPerQuarter = 500000;
constexpr double kTicksPerSecond = kTicksPerQuarter * 1e6 / kMicrosecondsPerQuarter;
constexpr double kLongestSeconds = 86400.0;
constexpr int kDrumChannel = 9;  // of 0..15

// ---- writing

void put(std::string& out, std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<unsigned char>(value >> shift));
}

void put_variable(std::string& out, std::uint32_t value) {
  for (int shift = 28; shift > 0; shift -= 7) {
    if (value >> shift != 0)
      out += static_cast<char>(static_cast<unsigned char>(0x80U | ((value >> shift) & 0x7FU)));
  }
  out += static_cast<char>(static_cast<unsigned char>(value & 0x7FU));
}

void check(const Note& note) {
  if (note.midi < 0 || note.midi > 127) throw InvalidInput("midi", "0..127", std::to_string(note.midi));
  if (note.velocity < 1 || note.velocity > 127)
    throw InvalidInput("velocity", "1..127", std::to_string(note.velocity));
  if (!(note.onset_s >= 0.0) || !(note.duration_s >= 0.0) || !(note.offset_s() <= kLongestSeconds)) {
    throw InvalidInput("onset_s and duration_s", "times from 0 to a day",
                       to_text(note.onset_s) + " and " + to_text(note.duration_s));
  }
}

struct Message {
  std::uint32_t tick = 0;
  int order = 0;  // at one tick a note ends before another begins
  int midi = 0;
  int velocity = 0;  // 0: ends
};

std::uint32_t tick_of(double seconds) {
  return static_cast<std::uint32_t>(std::lround(seconds * kTicksPerSecond));
}

std::vector<Message> messages_of(const Notes& sorted) {
  std::vector<Message> messages;
  std::array<std::uint32_t, 128> next{};  // where a pitch begins again, seen from the end
  next.fill(tick_of(kLongestSeconds) + 1);
  for (auto note = sorted.rbegin(); note != sorted.rend(); ++note) {
    const std::uint32_t begin = tick_of(note->onset_s);
    auto& limit = next[static_cast<std::size_t>(note->midi)];
    if (begin >= limit) continue;  // twice at once
    const std::uint32_t end = std::min(limit, std::max(begin + 1, tick_of(note->offset_s())));
    limit = begin;
    messages.push_back({begin, 1, note->midi, note->velocity});
    messages.push_back({end, 0, note->midi, 0});
  }
  std::ranges::sort(messages, {}, [](const Message& m) { return std::tuple(m.tick, m.order, m.midi); });
  return messages;
}

// ---- reading

struct TimedNote {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  int midi = 0;
  int velocity = 0;
  std::size_t track = 0;
  int program = 1;
};

class MidiReader {
 public:
  MidiReader(std::string_view bytes, std::string_view file) : bytes_(bytes), file_(file) {}

  Notes read() {
    read_header();
    std::uint32_t tracks = 0;
    while (tracks < tracks_) {
      if (position_ == bytes_.size()) fail(std::to_string(tracks_) + " tracks", std::to_string(tracks));
      const std::string_view kind = take(4);
      const std::uint32_t length = number(4);
      if (length > bytes_.size() - position_)
        fail("a chunk that ends within the file", "one that is cut off");
      end_ = position_ + length;
      if (kind == "MTrk") {
        track_names_.push_back("track " + std::to_string(tracks + 1));
        read_track();
        ++tracks;
      }
      position_ = end_;
      end_ = bytes_.size();
    }
    return in_seconds();
  }

 private:
  [[noreturn]] void fail(std::string_view expected, std::string_view got) const {
    throw Error(Fault::kInput, file_, expected, got);
  }

  std::string_view take(std::size_t count) {
    if (count > end_ - position_) fail("a MIDI file that is whole", "one that is cut off");
    position_ += count;
    return bytes_.substr(position_ - count, count);
  }

  std::uint32_t number(std::size_t count) {
    std::uint32_t value = 0;
    for (const char c : take(count)) value = value << 8U | static_cast<unsigned char>(c);
    return value;
  }

  std::uint32_t variable() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const std::uint32_t byte = number(1);
      value = value << 7U | (byte & 0x7FU);
      if ((byte & 0x80U) == 0) return value;
    }
    fail("numbers of at most four bytes", "a longer one");
  }

  void read_header() {
    end_ = bytes_.size();
    if (bytes_.size() < 14 || take(4) != "MThd") fail("a MIDI file (MThd)", "something else");
    const std::uint32_t length = number(4);
    if (length < 6 || length > bytes_.size() - position_) fail("a header of 6 bytes", std::to_string(length));
    const std::size_t begin = position_;
    const std::uint32_t format = number(2);
    tracks_ = number(2);
    division_ = number(2);
    if (format > 1) fail("MIDI format 0 or 1", std::to_string(format));
    if (tracks_ == 0) fail("at least one track", "none");
    const std::uint32_t frames = 256 - (division_ >> 8U);
    const bool smpte = (division_ & 0x8000U) != 0;
    const bool known = frames == 24 || frames == 25 || frames == 29 || frames == 30;
    if ((smpte && (!known || (division_ & 0xFFU) == 0)) || division_ == 0)
      fail("a time base", std::to_string(division_));
    position_ = begin + length;
  }

  void read_track() {
    std::uint64_t tick = 0;
    std::uint32_t running = 0;
    std::map<std::pair<int, int>, std::deque<std::size_t>> sounding;  // channel and pitch: notes_ that are on
    while (position_ < end_) {
      tick += variable();
      std::uint32_t status = number(1);
      if (status < 0x80) {
        if (running == 0) fail("a MIDI message", "data without one");
        --position_;
        status = running;
      }
      if (status == 0xFF) {
        if (!meta_event(tick)) break;
      } else if (status >= 0xF0) {
        if (status != 0xF0 && status != 0xF7)
          fail("messages that a MIDI file may have", std::to_string(status));
        take(variable());
        running = 0;
      } else {
        running = status;
        channel_message(tick, status, sounding);
      }
    }
    for (const auto& [key, on] : sounding) {
      for (const std::size_t note : on) notes_[note].end = tick;
    }
  }

  // False: the track ends here.
  bool meta_event(std::uint64_t tick) {
    const std::uint32_t kind = number(1);
    const std::string_view data = take(variable());
    if (kind == 0x51) add_tempo(tick, data);
    if (kind == 0x03 && !data.empty()) track_names_.back() = data;
    return kind != 0x2F;
  }

  void add_tempo(std::uint64_t tick, std::string_view data) {
    if (data.size() != 3) fail("a tempo of 3 bytes", std::to_string(data.size()));
    std::uint32_t value = 0;
    for (const char c : data) value = value << 8U | static_cast<unsigned char>(c);
    tempos_[tick] = value;
  }

  void channel_message(std::uint64_t tick, std::uint32_t status,
                       std::map<std::pair<int, int>, std::deque<std::size_t>>& sounding) {
    const std::uint32_t kind = status & 0xF0U;
    const int channel = static_cast<int>(status & 0x0FU);
    const std::uint32_t first = number(1);
    const std::uint32_t second = kind == 0xC0 || kind == 0xD0 ? 0 : number(1);
    if (first > 127 || second > 127) fail("data bytes of 0..127", std::to_string(std::max(first, second)));
    if (kind == 0xC0) programs_[static_cast<std::size_t>(channel)] = static_cast<int>(first) + 1;
    if (channel == kDrumChannel || (kind != 0x80 && kind != 0x90)) return;
    auto& on = sounding[{channel, static_cast<int>(first)}];
    if (kind == 0x90 && second > 0) {
      on.push_back(notes_.size());
      notes_.push_back({tick, tick, static_cast<int>(first), static_cast<int>(second),
                        track_names_.size() - 1, programs_.at(static_cast<std::size_t>(channel))});
    } else if (!on.empty()) {
      notes_[on.front()].end = tick;
      on.pop_front();
    }
  }

  // Ticks to seconds, through all tempi before them.
  [[nodiscard]] Notes in_seconds() const {
    struct Stretch {
      std::uint64_t tick;
      double seconds;
      double per_tick;
    };
    std::vector<Stretch> map;
    if ((division_ & 0x8000U) != 0) {
      const std::uint32_t frames = 256 - (division_ >> 8U);
      const double rate = frames == 29 ? 30000.0 / 1001.0 : static_cast<double>(frames);
      map.push_back({0, 0.0, 1.0 / (rate * static_cast<double>(division_ & 0xFFU))});
    } else {
      map.push_back({0, 0.0, 1e-6 * kMicrosecondsPerQuarter / division_});
      for (const auto& [tick, tempo] : tempos_) {
        const Stretch& before = map.back();
        const double seconds = before.seconds + static_cast<double>(tick - before.tick) * before.per_tick;
        map.push_back({tick, seconds, 1e-6 * tempo / division_});
      }
    }
    const auto seconds_at = [&](std::uint64_t tick) {
      const auto after = std::ranges::upper_bound(map, tick, {}, &Stretch::tick);
      const Stretch& stretch = *(after - 1);
      return stretch.seconds + static_cast<double>(tick - stretch.tick) * stretch.per_tick;
    };
    Notes notes;
    for (const TimedNote& note : notes_) {
      const double onset = seconds_at(note.begin);
      notes.push_back({onset, seconds_at(note.end) - onset, note.midi, note.velocity, hz_of_midi(note.midi),
                       track_names_[note.track], note.program});
    }
    sort_notes(notes);
    return notes;
  }

  std::string_view bytes_;
  std::string_view file_;
  std::size_t position_ = 0;
  std::size_t end_ = 0;  // of what may be read now
  std::uint32_t tracks_ = 0;
  std::uint32_t division_ = 0;
  std::map<std::uint64_t, std::uint32_t> tempos_;  // microseconds a quarter, from a tick on
  std::vector<TimedNote> notes_;
  std::vector<std::string> track_names_;
  std::array<int, 16> programs_ = [] {
    std::array<int, 16> programs{};
    programs.fill(1);
    return programs;
  }();
};

}  // namespace

std::string midi_bytes(const Notes& notes) {
  std::ranges::for_each(notes, check);
  Notes sorted = notes;
  sort_notes(sorted);
  std::string track;
  put(track, 0x00FF5103, 4);
  put(track, kMicrosecondsPerQuarter, 3);
  std::uint32_t tick = 0;
  for (const Message& message : messages_of(sorted)) {
    put_variable(track, message.tick - tick);
    tick = message.tick;
    put(track, message.velocity > 0 ? 0x90 : 0x80, 1);
    put(track, static_cast<std::uint32_t>(message.midi), 1);
    put(track, static_cast<std::uint32_t>(message.velocity), 1);
  }
  put(track, 0x00FF2F00, 4);
  std::string file = "MThd";
  put(file, 6, 4);
  put(file, 0, 2);
  put(file, 1, 2);
  put(file, kTicksPerQuarter, 2);
  file += "MTrk";
  put(file, static_cast<std::uint32_t>(track.size()), 4);
  return file + track;
}

Notes parse_midi(std::string_view bytes, std::string_view file) {
  return MidiReader(bytes, file).read();
}

}  // namespace divisi
