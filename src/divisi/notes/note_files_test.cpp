// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/note_files.h"

#include "divisi/core/error.h"
#include "divisi/core/json.h"
#include "divisi/core/random.h"
#include "divisi/notes/midi_file.h"

#include <cmath>
#include <gtest/gtest.h>

namespace divisi {
namespace {

using namespace std::string_literals;

Notes some_notes() {
  Notes notes{{0.25, 0.5, 60, 100, 0.0},
              {0.75, 0.25, 60, 1, 0.0},
              {0.75, 2.0, 64, 127, 0.0},
              {700.125, 0.05, 108, 33, 0.0}};
  for (Note& note : notes) note.hz = hz_of_midi(note.midi);
  return notes;
}

void expect_same(const Notes& found, const Notes& expected, double within_s) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i].onset_s, expected[i].onset_s, within_s);
    EXPECT_NEAR(found[i].duration_s, expected[i].duration_s, 2.0 * within_s);
    EXPECT_EQ(found[i].midi, expected[i].midi);
    EXPECT_EQ(found[i].velocity, expected[i].velocity);
    EXPECT_NEAR(found[i].hz, expected[i].hz, 1e-6);
  }
}

template <typename Parse>
std::string refusal(Parse parse) {
  try {
    parse();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::kInput);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "accepted";
}

std::string track(const std::string& events) {
  return "MTrk\0\0\0"s + static_cast<char>(events.size()) + events;
}

std::string header(char format, char tracks, const std::string& division) {
  return "MThd\0\0\0\6\0"s + format + "\0"s + tracks + division;
}

TEST(NoteFiles, SayWhoPlays) {
  const Notes csv = parse_csv("stem,program,onset,duration,pitch\nflute,74,0,1,60\n,0,1,1,62\n", "x.csv");
  EXPECT_EQ(csv[0].track, "flute");
  EXPECT_EQ(csv[0].program, 74);
  EXPECT_EQ(csv[1].track, "");
  EXPECT_EQ(csv[1].program, 0);
  EXPECT_THROW(parse_csv("program,onset,duration,pitch\n129,0,1,60\n", "x.csv"), Error);
  const std::string named = track(
      "\0\xFF\x03\x05"
      "cello\0\xC1\x2A\0\x91\x3C\x40\x64\x81\x3C\0"s);
  const std::string bare = track("\0\x90\x40\x40\x64\x80\x40\0"s);
  const Notes midi = parse_midi(header(1, 2, "\0\x64"s) + named + bare, "x.mid");
  ASSERT_EQ(midi.size(), 2U);
  EXPECT_EQ(midi[0].track, "cello");
  EXPECT_EQ(midi[0].program, 43);
  EXPECT_EQ(midi[1].track, "track 2");
  EXPECT_EQ(midi[1].program, 1);
}

TEST(NoteFiles, EveryFormatReadsBackWhatItWrote) {
  const Notes notes = some_notes();
  expect_same(parse_midi(midi_bytes(notes), "x.mid"), notes, 0.00027);
  expect_same(parse_csv(csv_text(notes), "x.csv"), notes, 0.00005);
  expect_same(parse_jams(jams_text(notes, {.title = "t", .duration_s = 701.0, .tool = "d"}), "x.jams"), notes,
              1e-9);
  EXPECT_TRUE(parse_midi(midi_bytes({}), "x.mid").empty());
  EXPECT_TRUE(parse_csv(csv_text({}), "x.csv").empty());
  EXPECT_TRUE(parse_jams(jams_text({}, {}), "x.jams").empty());
}

TEST(NoteFiles, ANoteEndsWhereItsPitchBeginsAgain) {
  const Notes found = parse_midi(midi_bytes({{0.0, 2.0, 60, 90, 0.0}, {1.0, 0.5, 60, 80, 0.0}}), "x.mid");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(found[0].duration_s, 1.0, 0.001);
  EXPECT_NEAR(found[1].duration_s, 0.5, 0.001);
}

TEST(NoteFiles, MidiFollowsItsTempoMapAcrossTracks) {
  // 100 ticks a quarter: 0.5 s a quarter until tick 200, then 0.25 s. Notes at 100 and 300, running status.
  const std::string tempi =
      track("\x00\xFF\x51\x03\x07\xA1\x20\x81\x48\xFF\x51\x03\x03\xD0\x90\x00\xFF\x2F\x00"s);
  const std::string notes = track("\x64\x91\x3C\x40\x64\x3C\x00\x64\x40\x50\x64\x40\x00\x00\xFF\x2F\x00"s);
  const Notes found = parse_midi(header(1, 2, "\0\x64"s) + tempi + notes, "x.mid");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(found[0].onset_s, 0.5, 1e-9);
  EXPECT_NEAR(found[0].duration_s, 0.5, 1e-9);
  EXPECT_NEAR(found[1].onset_s, 1.25, 1e-9);
  EXPECT_NEAR(found[1].duration_s, 0.25, 1e-9);
  EXPECT_EQ(found[1].midi, 64);
  EXPECT_EQ(found[1].velocity, 0x50);
}

TEST(NoteFiles, MidiInFramesOfFilm) {
  // 25 frames of 40 ticks a second; a note from 1 s that its track's end releases at 2 s.
  const std::string notes = track("\x87\x68\x90\x3C\x40\x87\x68\xFF\x2F\x00"s);
  const Notes found = parse_midi(header(0, 1, "\xE7\x28"s) + notes, "x.mid");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].onset_s, 1.0, 1e-9);
  EXPECT_NEAR(found[0].duration_s, 1.0, 1e-9);
}

TEST(NoteFiles, DrumsAreNoPitches) {
  const std::string notes =
      track("\x00\x99\x24\x40\x10\x99\x24\x00\x00\x90\x3C\x40\x10\x90\x3C\x00\x00\xFF\x2F\x00"s);
  EXPECT_EQ(parse_midi(header(0, 1, "\0\x64"s) + notes, "x.mid").size(), 1U);
}

TEST(NoteFiles, WhatMidiCannotHoldIsRefused) {
  for (const Note& note :
       {Note{-0.1, 1.0, 60, 64, 0.0}, Note{0.0, 1.0, 128, 64, 0.0}, Note{0.0, 1.0, 60, 0, 0.0},
        Note{0.0, 1e9, 60, 64, 0.0}, Note{std::nan(""), 1.0, 60, 64, 0.0}}) {
    EXPECT_THROW(midi_bytes({note}), InvalidInput);
  }
}

TEST(NoteFiles, DamagedMidiIsRefusedInOneLine) {
  const std::string whole = midi_bytes(some_notes());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = refusal([&] { parse_midi(std::string_view(whole).substr(0, size), "x.mid"); });
    EXPECT_TRUE(cut.starts_with("x.mid: expected ")) << size << ": " << cut;
  }
  EXPECT_EQ(refusal([] { parse_midi(header(2, 1, "\0\x64"s), "x.mid"); }),
            "x.mid: expected MIDI format 0 or 1, got 2");
  EXPECT_NE(refusal([] { parse_midi(header(0, 1, "\0\0"s), "x.mid"); }), "accepted");
  EXPECT_NE(refusal([] { parse_midi(header(0, 1, "\0\x64"s) + track("\x00\x3C\x40"s), "x.mid"); }),
            "accepted");
  EXPECT_NE(refusal([] { parse_midi(header(0, 1, "\0\x64"s) + track("\xFF\xFF\xFF\xFF\x01"s), "x.mid"); }),
            "accepted");
  EXPECT_NE(refusal([] { parse_midi(header(0, 1, "\0\x64"s) + "MTrk\xFF\xFF\xFF\xFF"s, "x.mid"); }),
            "accepted");
}

TEST(NoteFiles, RandomBytesAreReadOrRefusedAndNothingElse) {
  Random random(1);
  const auto byte = [&] { return static_cast<char>(static_cast<int>(256.0 * random.uniform()) - 128); };
  const std::string midi = midi_bytes(some_notes());
  const std::string csv = csv_text(some_notes());
  const std::string jams = jams_text(some_notes(), {});
  for (int trial = 0; trial < 3000; ++trial) {
    for (std::string text : {midi, csv, jams}) {
      const auto changes = static_cast<int>(1.0 + 6.0 * random.uniform());
      for (int i = 0; i < changes; ++i)
        text[static_cast<std::size_t>(static_cast<double>(text.size()) * random.uniform())] = byte();
      refusal([&] { parse_midi(text, "x"); });
      refusal([&] { parse_csv(text, "x"); });
      refusal([&] { parse_jams(text, "x"); });
    }
  }
}

TEST(NoteFiles, CsvFindsItsColumnsByName) {
  const Notes found = parse_csv("stem, velocity,midi,offset,onset\r\nflute,90,72,1.5,0.5\r\n\r\n", "x.csv");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].onset_s, 0.5);
  EXPECT_EQ(found[0].duration_s, 1.0);
  EXPECT_EQ(found[0].velocity, 90);
  const Notes by_hz = parse_csv("onset_s,duration_s,hz\n0,1,445\n", "x.csv");
  ASSERT_EQ(by_hz.size(), 1U);
  EXPECT_EQ(by_hz[0].midi, 69);
  EXPECT_NEAR(by_hz[0].hz, 445.0, 1e-9);
  EXPECT_EQ(by_hz[0].velocity, 64);
}

TEST(NoteFiles, CsvSaysWhichLineIsWrong) {
  const std::string head = "onset_s,duration_s,midi,velocity\n";
  const auto told = [&](const std::string& line) {
    return refusal([&] { parse_csv(head + line, "x.csv"); });
  };
  EXPECT_EQ(told("0,1,60,x"), "x.csv, line 2: expected a number for velocity, got 'x'");
  EXPECT_EQ(told("0,1,60,64\n0,1,200,64"), "x.csv, line 3: expected a pitch of 0..127, got 200");
  EXPECT_EQ(told("0,1"), "x.csv, line 2: expected midi, got a line that ends before it");
  EXPECT_EQ(told("-1,1,60,64"), "x.csv, line 2: expected an onset of 0 s or later, got -1");
  EXPECT_EQ(told("0,inf,60,64"), "x.csv, line 2: expected a number for duration_s, got 'inf'");
  EXPECT_EQ(refusal([] { parse_csv("", "x.csv"); }),
            "x.csv, line 1: expected a first line with onset_s, duration_s and midi, got ''");
}

TEST(NoteFiles, JamsHasWhatItsSchemaAsksFor) {
  const auto json =
      Json::parse(jams_text(some_notes(), {.title = "a \"b\"", .duration_s = 3.0, .tool = "divisi"}));
  ASSERT_TRUE(json);
  EXPECT_EQ(json->at("file_metadata").at("duration").number(), 3.0);
  EXPECT_EQ(json->at("file_metadata").at("title").text(), "a \"b\"");
  const Json annotation = json->at("annotations").elements().at(0);
  EXPECT_EQ(annotation.at("namespace").text(), "note_midi");
  for (const Json& entry : annotation.at("data").elements()) {
    EXPECT_TRUE(entry.at("time").number() && entry.at("duration").number() && entry.at("value").number());
  }
  EXPECT_EQ(refusal([] { parse_jams("{\"annotations\": []}", "x.jams"); }),
            "x.jams: expected an annotation of the namespace note_midi or note_hz, got none");
  EXPECT_NE(refusal([] { parse_jams("[1, 2", "x.jams"); }), "accepted");
}

TEST(NoteFiles, TheNameTellsTheFormat) {
  EXPECT_EQ(note_format("a/b.MID"), NoteFormat::kMidi);
  EXPECT_EQ(note_format("x.jams"), NoteFormat::kJams);
  EXPECT_EQ(note_format("x.csv"), NoteFormat::kCsv);
  EXPECT_THROW(note_format("x.wav"), InvalidInput);
  EXPECT_THROW(note_format("csv"), InvalidInput);
  EXPECT_NE(refusal([] { read_notes("/nonexistent/x.mid"); }), "accepted");
}

TEST(Note, NamesAndFrequencies) {
  EXPECT_EQ(pitch_name(60), "C4");
  EXPECT_EQ(pitch_name(69), "A4");
  EXPECT_EQ(pitch_name(54), "F#3");
  EXPECT_EQ(pitch_name(0), "C-1");
  EXPECT_DOUBLE_EQ(hz_of_midi(69), 440.0);
  EXPECT_NEAR(midi_of_hz(hz_of_midi(33.3)), 33.3, 1e-12);
}

}  // namespace
}  // namespace divisi
