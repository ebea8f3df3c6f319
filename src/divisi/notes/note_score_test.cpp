// SPDX-License-Identifier: Apache-2.0
#include "divisi/notes/note_score.h"

#include "divisi/core/random.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace divisi {
namespace {

Note note(double onset_s, double duration_s, int midi) {
  return {onset_s, duration_s, midi, 80, hz_of_midi(midi)};
}

// mir_eval's conditions, written down again, and the largest matching by trying all of them.
bool may_match(const Note& r, const Note& e, bool with_offsets) {
  const auto rounded = [](double x) { return std::round(x * 1e4) / 1e4; };
  const bool onset = rounded(std::abs(r.onset_s - e.onset_s)) <= 0.05;
  const bool pitch = std::abs(1200.0 * (std::log2(r.hz) - std::log2(e.hz))) <= 50.0;
  const double allowed = std::max(0.05, 0.2 * r.duration_s);
  const double ends = rounded(std::abs(r.onset_s + r.duration_s - e.onset_s - e.duration_s));
  return onset && pitch && (!with_offsets || ends <= allowed);
}

std::size_t largest(const Notes& reference, const Notes& estimate, bool with_offsets, std::size_t r,
                    std::vector<bool>& used) {
  if (r == reference.size()) return 0;
  std::size_t best = largest(reference, estimate, with_offsets, r + 1, used);
  for (std::size_t e = 0; e < estimate.size(); ++e) {
    if (used[e] || !may_match(reference[r], estimate[e], with_offsets)) continue;
    used[e] = true;
    best = std::max(best, 1 + largest(reference, estimate, with_offsets, r + 1, used));
    used[e] = false;
  }
  return best;
}

TEST(NoteScore, IsTheLargestMatchingOfAll) {
  Random random(3);
  int smaller = 0;  // cases in which taking the first partner that fits would lose a pair
  for (int trial = 0; trial < 300; ++trial) {
    Notes reference;
    Notes estimate;
    for (Notes* notes : {&reference, &estimate}) {
      const int count = 1 + static_cast<int>(7.0 * random.uniform());
      for (int i = 0; i < count; ++i)
        notes->push_back(
            note(0.25 * random.uniform(), 0.1 + 0.3 * random.uniform(), 60 + (random.uniform() < 0.3)));
    }
    for (const bool with_offsets : {false, true}) {
      std::vector<bool> used(estimate.size());
      const std::size_t expected = largest(reference, estimate, with_offsets, 0, used);
      const auto pairs = match_notes(reference, estimate, with_offsets);
      EXPECT_EQ(pairs.size(), expected);
      std::vector<bool> taken(estimate.size());
      std::vector<bool> first(estimate.size());
      std::size_t greedy = 0;
      for (const auto& [r, e] : pairs) {
        EXPECT_TRUE(may_match(reference[r], estimate[e], with_offsets));
        EXPECT_FALSE(taken[e]);
        taken[e] = true;
      }
      for (const Note& r : reference) {
        for (std::size_t e = 0; e < estimate.size(); ++e) {
          if (first[e] || !may_match(r, estimate[e], with_offsets)) continue;
          first[e] = true;
          ++greedy;
          break;
        }
      }
      smaller += greedy < expected ? 1 : 0;
    }
  }
  EXPECT_GT(smaller, 0);
}

TEST(NoteScore, PrecisionRecallAndOverlapAreMirEvals) {
  const Notes reference{note(0.0, 1.0, 60), note(1.0, 1.0, 62), note(2.0, 0.1, 64)};
  const Notes estimate{note(0.03, 0.8, 60), note(1.0, 0.5, 62), note(2.0, 0.12, 65), note(5.0, 1.0, 60)};
  const NoteScore onsets = score_notes(reference, estimate, false);
  EXPECT_EQ(onsets.matched, 2U);
  EXPECT_DOUBLE_EQ(onsets.precision, 0.5);
  EXPECT_DOUBLE_EQ(onsets.recall, 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(onsets.f_measure, 4.0 / 7.0);
  EXPECT_NEAR(onsets.overlap, (0.8 + 0.5) / 2.0, 1e-12);
  const NoteScore offsets =
      score_notes(reference, estimate, true);  // the second ends 0.5 s early, 0.2 s may be
  EXPECT_EQ(offsets.matched, 1U);
  EXPECT_NEAR(offsets.overlap, 0.8, 1e-12);
}

TEST(NoteScore, TolerancesIncludeTheirEnds) {
  EXPECT_EQ(match_notes({note(1.0, 1.0, 60)}, {note(1.05, 1.0, 60)}, false).size(), 1U);
  EXPECT_EQ(match_notes({note(1.0, 1.0, 60)}, {note(1.0502, 1.0, 60)}, false).size(), 0U);
  Note high = note(1.0, 1.0, 60);
  high.hz = hz_of_midi(60.49);
  EXPECT_EQ(match_notes({note(1.0, 1.0, 60)}, {high}, false).size(), 1U);
  high.hz = hz_of_midi(60.51);
  EXPECT_EQ(match_notes({note(1.0, 1.0, 60)}, {high}, false).size(), 0U);
}

TEST(NoteScore, NothingMatchesNothing) {
  const Notes some{note(0.0, 1.0, 60)};
  for (const auto& [reference, estimate] : {std::pair{Notes{}, some}, {some, Notes{}}, {Notes{}, Notes{}}}) {
    EXPECT_EQ(score_notes(reference, estimate, true).f_measure, 0.0);
    EXPECT_EQ(score_notes(reference, estimate, false).precision, 0.0);
  }
  EXPECT_EQ(score_notes(some, some, true).f_measure, 1.0);
}

}  // namespace
}  // namespace divisi
