// SPDX-License-Identifier: Apache-2.0
// The text formats of note_files.h: CSV and JAMS.
#include "divisi/core/error.h"
#include "divisi/core/json.h"
#include "divisi/core/text.h"
#include "divisi/notes/note_files.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace divisi {
namespace {

constexpr int kUnknownVelocity = 64;
constexpr double kLongestSeconds = 1e7;

// What a file says of one note, checked.
class Checker {
 public:
  Checker(std::string_view file, std::string place) : file_(file), place_(std::move(place)) {}

  [[nodiscard]] Note note(double onset_s, double duration_s, double midi, double velocity) const {
    if (!(onset_s >= 0.0 && onset_s <= kLongestSeconds)) fail("an onset of 0 s or later", to_text(onset_s));
    if (!(duration_s >= 0.0 && duration_s <= kLongestSeconds))
      fail("a duration of 0 s or more", to_text(duration_s));
    if (!(midi >= 0.0 && midi <= 127.0)) fail("a pitch of 0..127", to_text(midi));
    if (!(velocity >= 0.0 && velocity <= 127.0)) fail("a velocity of 0..127", to_text(velocity));
    return {.onset_s = onset_s,
            .duration_s = duration_s,
            .midi = static_cast<int>(std::lround(midi)),
            .velocity = std::max(1, static_cast<int>(std::lround(velocity))),
            .hz = hz_of_midi(midi)};
  }

  [[noreturn]] void fail(std::string_view expected, std::string_view got) const {
    throw Error(Fault::kInput, std::string(file_) + place_, expected, got);
  }

 private:
  std::string_view file_;
  std::string place_;
};

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\"");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\"") - begin + 1));
}

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  for (const std::string& cell : split(line, ',')) cells.push_back(trimmed(cell));
  return cells;
}

// Where the columns stand.
class Columns {
 public:
  Columns(const std::vector<std::string>& names, const Checker& checker)
      : names_(names),
        onset_(find({"onset_s", "onset"})),
        duration_(find({"duration_s", "duration"})),
        offset_(find({"offset_s", "offset"})),
        midi_(find({"midi", "pitch"})),
        hz_(find({"hz", "frequency_hz"})),
        velocity_(find({"velocity"})),
        track_(find({"track", "stem", "instrument"})),
        program_(find({"program"})) {
    if (!onset_ || !(duration_ || offset_) || !(midi_ || hz_)) {
      checker.fail("a first line with onset_s, duration_s and midi",
                   "'" + one_line(join(names, ",").substr(0, 60)) + "'");
    }
  }

  [[nodiscard]] Note note(const std::vector<std::string>& cells, const Checker& checker) const {
    const auto number = [&](std::size_t column) {
      if (column >= cells.size()) checker.fail(names_[column], "a line that ends before it");
      try {
        return parse_number(cells[column], "", "");
      } catch (const InvalidInput&) {
        checker.fail("a number for " + names_[column], "'" + one_line(cells[column].substr(0, 40)) + "'");
      }
    };
    const double onset = number(*onset_);
    const double duration = duration_ ? number(*duration_) : number(*offset_) - onset;
    const double pitch = number(midi_ ? *midi_ : *hz_);
    if (!midi_ && !(pitch > 0.0)) checker.fail("a frequency above 0", to_text(pitch));
    const double velocity = velocity_ ? number(*velocity_) : kUnknownVelocity;
    Note note = checker.note(onset, duration, midi_ ? pitch : midi_of_hz(pitch), velocity);
    if (track_ && *track_ < cells.size()) note.track = cells[*track_];
    if (program_) {
      const double program = number(*program_);
      if (!(program >= 0.0 && program <= 128.0)) checker.fail("a program of 0..128", to_text(program));
      note.program = static_cast<int>(program);
    }
    return note;
  }

 private:
  [[nodiscard]] std::optional<std::size_t> find(std::initializer_list<std::string_view> words) const {
    for (const auto word : words) {
      const auto found = std::ranges::find(names_, word);
      if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
    }
    return std::nullopt;
  }

  const std::vector<std::string>& names_;
  std::optional<std::size_t> onset_, duration_, offset_, midi_, hz_, velocity_, track_, program_;
};

Json annotation_json(const Notes& notes, const NoteFileFacts& facts) {
  Json data = Json::array();
  Json velocities = Json::array();
  for (const Note& note : notes) {
    data.push(Json::object()
                  .set("time", note.onset_s)
                  .set("duration", note.duration_s)
                  .set("value", midi_of_hz(note.hz))
                  .set("confidence", Json()));
    velocities.push(note.velocity);
  }
  Json metadata = Json::object()
                      .set("curator", Json::object().set("name", "").set("email", ""))
                      .set("version", "")
                      .set("corpus", "")
                      .set("annotator", Json::object())
                      .set("annotation_tools", facts.tool)
                      .set("annotation_rules", "")
                      .set("validation", "")
                      .set("data_source", "program");
  return Json::object()
      .set("namespace", "note_midi")
      .set("annotation_metadata", std::move(metadata))
      .set("time", 0.0)
      .set("duration", facts.duration_s)
      .set("data", std::move(data))
      .set("sandbox", Json::object().set("velocity", std::move(velocities)));
}

}  // namespace

std::string csv_text(const Notes& notes) {
  std::string text = "onset_s,duration_s,midi,velocity\n";
  for (const Note& note : notes) {
    text += to_fixed(note.onset_s, 4) + "," + to_fixed(note.duration_s, 4) + "," + std::to_string(note.midi) +
            "," + std::to_string(note.velocity) + "\n";
  }
  return text;
}

std::string jams_text(const Notes& notes, const NoteFileFacts& facts) {
  Json file_metadata = Json::object()
                           .set("title", facts.title)
                           .set("artist", "")
                           .set("release", "")
                           .set("duration", facts.duration_s)
                           .set("identifiers", Json::object())
                           .set("jams_version", "0.3.4");
  return Json::object()
             .set("file_metadata", std::move(file_metadata))
             .set("annotations", Json::array().push(annotation_json(notes, facts)))
             .set("sandbox", Json::object())
             .dump(1) +
         "\n";
}

Notes parse_csv(std::string_view text, std::string_view file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::vector<std::string> lines = split(text, '\n');
  const std::vector<std::string> names = lines.empty() ? std::vector<std::string>() : cells_of(lines.front());
  const Columns columns(names, Checker(file, ", line 1"));
  Notes notes;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (trimmed(lines[i]).empty()) continue;
    notes.push_back(columns.note(cells_of(lines[i]), Checker(file, ", line " + std::to_string(i + 1))));
  }
  sort_notes(notes);
  return notes;
}

Notes parse_jams(std::string_view text, std::string_view file) {
  const Checker whole(file, "");
  const auto json = Json::parse(text);
  if (!json) whole.fail("a JAMS file (JSON)", "something else");
  for (const Json& annotation : json->at("annotations").elements()) {
    const auto kind = annotation.at("namespace").text();
    if (kind != "note_midi" && kind != "note_hz") continue;
    const auto velocities = annotation.at("sandbox").at("velocity").elements();
    Notes notes;
    for (const Json& entry : annotation.at("data").elements()) {
      const Checker checker(file, ", note " + std::to_string(notes.size() + 1));
      const auto onset = entry.at("time").number();
      const auto duration = entry.at("duration").number();
      const auto value = entry.at("value").number();
      if (!onset || !duration || !value) checker.fail("time, duration and value", "something else");
      if (kind == "note_hz" && !(*value > 0.0)) checker.fail("a frequency above 0", to_text(*value));
      const auto velocity =
          notes.size() < velocities.size() ? velocities[notes.size()].number() : std::nullopt;
      notes.push_back(checker.note(*onset, *duration, kind == "note_hz" ? midi_of_hz(*value) : *value,
                                   velocity.value_or(kUnknownVelocity)));
    }
    sort_notes(notes);
    return notes;
  }
  whole.fail("an annotation of the namespace note_midi or note_hz", "none");
}

}  // namespace divisi
