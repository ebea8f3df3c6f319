// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/transcribe.h"

#include "divisi/core/random.h"
#include "divisi/notes/note_score.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace divisi {
namespace {

// Plucked strings: ten harmonics that fall and die away, with a short release.
Audio played(const Notes& notes, int rate_hz, double seconds) {
  Audio audio{.rate_hz = rate_hz, .channels = 1, .samples = {}};
  audio.samples.resize(static_cast<std::size_t>(seconds * rate_hz));
  for (const Note& note : notes) {
    for (int h = 1; h <= 10 && h * note.hz < 0.45 * rate_hz; ++h) {
      for (std::size_t n = 0; n < audio.samples.size(); ++n) {
        const double t = static_cast<double>(n) / rate_hz - note.onset_s;
        if (t < 0.0 || t > note.duration_s + 0.05) continue;
        const double release = std::min(1.0, (note.duration_s + 0.05 - t) / 0.05);
        const double envelope = std::exp(-2.0 * t) * release * 0.2 / h * note.velocity / 127.0;
        audio.samples[n] += static_cast<float>(envelope * std::sin(2.0 * std::numbers::pi * h * note.hz * t));
      }
    }
  }
  return audio;
}

Note note(double onset_s, double duration_s, int midi, int velocity = 100) {
  return {onset_s, duration_s, midi, velocity, hz_of_midi(midi)};
}

Notes melody() {
  Notes notes;
  double onset = 0.2;
  for (const int midi : {64, 59, 60, 62, 60, 59, 57, 57, 60, 64, 62, 60, 59, 59, 60, 62}) {
    notes.push_back(note(onset, 0.22, midi, 70 + midi % 5 * 10));
    onset += 0.25;
  }
  return notes;
}

TEST(Transcribe, FindsAMelodyWithItsRepeatedNotesAtEveryRate) {
  for (const int rate_hz : {8000, 22050, 96000}) {
    const Audio audio = played(melody(), rate_hz, 4.6);
    MemorySource source(audio);
    const Transcription found = transcribe(source, {});
    EXPECT_FALSE(found.cancelled);
    EXPECT_GT(score_notes(melody(), found.notes, false).f_measure, 0.98) << rate_hz;
    EXPECT_GT(score_notes(melody(), found.notes, true).f_measure, 0.9) << rate_hz;
  }
}

TEST(Transcribe, HearsHowTheInstrumentIsTuned) {
  for (const double cents : {-30.0, 40.0}) {
    Notes tuned = melody();
    for (Note& n : tuned) n.hz = hz_of_midi(n.midi + cents / 100.0);
    const Audio audio = played(tuned, 22050, 4.6);
    MemorySource source(audio);
    const Transcription found = transcribe(source, {});
    EXPECT_NEAR(1200.0 * std::log2(found.tuning_hz / 440.0), cents, 10.5);
    EXPECT_GT(score_notes(tuned, found.notes, false, {.pitch_cents = 15.0}).f_measure, 0.98) << cents;
  }
}

TEST(Transcribe, FindsChords) {
  Notes chords;
  for (const auto& [onset, root] : {std::pair{0.2, 48}, {1.2, 53}, {2.2, 55}}) {
    for (const int above : {0, 4, 7}) chords.push_back(note(onset, 0.9, root + above));
  }
  const Audio audio = played(chords, 22050, 3.5);
  MemorySource source(audio);
  EXPECT_GT(score_notes(chords, transcribe(source, {}).notes, false).f_measure, 0.94);
}

TEST(Transcribe, OneNoteIsOneNote) {
  for (const int midi : {28, 45, 69, 93}) {
    const Audio audio = played({note(0.5, 1.0, midi)}, 22050, 2.0);
    MemorySource source(audio);
    const Transcription found = transcribe(source, {});
    ASSERT_EQ(found.notes.size(), 1U) << midi;
    EXPECT_EQ(found.notes[0].midi, midi);
    EXPECT_NEAR(found.notes[0].onset_s, 0.5, 0.03);
    EXPECT_EQ(found.notes[0].velocity, 127);
  }
}

TEST(Transcribe, TheThreadsDoNotMatterNorDoesTheLevel) {
  Audio audio = played(melody(), 22050, 4.6);
  MemorySource source(audio);
  const Notes one = transcribe(source, {.threads = 1}).notes;
  for (float& x : audio.samples) x *= 0x1p-10F;
  source.rewind();
  const Notes quiet = transcribe(source, {.threads = 3}).notes;
  ASSERT_EQ(one.size(), quiet.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].midi, quiet[i].midi);
    EXPECT_NEAR(one[i].onset_s, quiet[i].onset_s, 0.011);
  }
}

TEST(Transcribe, WhatHasNoNotesGivesNone) {
  Random random(1);
  Audio silence{.rate_hz = 16000, .channels = 2, .samples = std::vector<float>(64000)};
  Audio noise = silence;
  for (float& x : noise.samples) x = static_cast<float>(0.2 * random.uniform() - 0.1);
  Audio click = silence;
  click.samples[30000] = 1.0F;
  const Audio short_sound{.rate_hz = 44100, .channels = 1, .samples = {0.5F}};
  const Audio slow{.rate_hz = 50, .channels = 1, .samples = std::vector<float>(100, 0.1F)};
  for (const Audio* audio :
       std::initializer_list<const Audio*>{&silence, &noise, &click, &short_sound, &slow}) {
    MemorySource source(*audio);
    EXPECT_LE(transcribe(source, {}).notes.size(), audio == &click ? 3U : 0U);
  }
}

TEST(Transcribe, CanBeCancelledAnywhere) {
  const Audio audio = played(melody(), 22050, 4.6);
  for (const auto& moment : {std::pair{"transform", 0.0},
                             {"transform", 0.6},
                             {"factorize", 0.05},
                             {"factorize", 0.3},
                             {"factorize", 0.75}}) {
    MemorySource source(audio);
    const Transcription found = transcribe(source, {}, [&](const Progress& progress) {
      return progress.stage != moment.first || progress.fraction < moment.second;
    });
    EXPECT_TRUE(found.cancelled) << moment.first << " " << moment.second;
    EXPECT_TRUE(found.notes.empty());
  }
}

}  // namespace
}  // namespace divisi
