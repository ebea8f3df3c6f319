// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/score.h"

#include "divisi/core/error.h"
#include "divisi/factor/nmf.h"
#include "divisi/pipeline/separate.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace divisi {
namespace {

namespace fs = std::filesystem;

// 10 Hz a bin up to 4 kHz, 100 frames of 0.1 s.
struct ScoreTest : testing::Test {
  fs::path file = fs::temp_directory_path() / ("divisi_score_" + std::to_string(::getpid()) + ".csv");
  Matrix V = Matrix(401, 100);
  ScoreAxis axis{.frequencies_hz = {}, .resolution_hz = 20.0, .step_s = 0.1};

  void SetUp() override {
    for (int i = 0; i <= 400; ++i) axis.frequencies_hz.push_back(10.0 * i);
    std::ranges::fill(V.values(), 1.0F);
  }
  void TearDown() override { fs::remove(file); }

  Settings with(const std::string& text, const std::string& by = "auto") {
    std::ofstream(file) << text;
    Settings settings;
    settings.score = file.string();
    settings.by = by;
    return settings;
  }
};

constexpr const char* kDuet =
    "track,program,onset_s,duration_s,midi\n"
    "flute,74,1,1,72\nviolin/2,41,1,1,60\nflute,74,3,1,76\nflute,74,5,1,72\nviolin/2,41,20,1,62\n";

TEST_F(ScoreTest, PartsAreTracksPitchesOrPrograms) {
  const auto names = [](const Score& score) {
    std::vector<std::string> found;
    for (const ScorePart& part : score) found.push_back(part.name);
    return found;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(read_score(with(kDuet))), (Names{"violin_2", "flute"}));
  EXPECT_EQ(names(read_score(with(kDuet, "pitch"))), (Names{"C4", "D4", "C5", "E5"}));
  EXPECT_EQ(names(read_score(with(kDuet, "program"))), (Names{"program 41", "program 74"}));
  EXPECT_EQ(names(read_score(with("onset,duration,midi\n1,1,69\n"))), (Names{"A4"}));
  Settings later = with(kDuet, "pitch");
  later.start_s = 2.0;
  EXPECT_DOUBLE_EQ(read_score(later)[3].pitches[0][0].onset_s, 1.0);
}

TEST_F(ScoreTest, SettingsTakeCountsAndNamesFromIt) {
  const Settings chosen = resolved(with(kDuet), 8000);
  EXPECT_EQ(chosen.components, 8);
  EXPECT_EQ(chosen.sources, 2);
  EXPECT_EQ(stem_names(chosen), (std::vector<std::string>{"violin_2", "flute"}));
  EXPECT_EQ(chosen.iterations, 20);
  EXPECT_EQ(chosen.fft, 4096);
}

TEST_F(ScoreTest, TonesSoundInTheirNotesAndAttacksAtTheirOnsets) {
  const Factors start = score_start(read_score(with(kDuet)), V, axis);
  ASSERT_EQ(start.components(), 8);
  const Index tone = 4;  // C5 of the flute: 1..2 and 5..6 s
  for (const Index frame : {9, 10, 20, 24, 49, 64}) EXPECT_GT(start.H(tone, frame), 0.0F) << frame;
  for (const Index frame : {7, 26, 47, 66}) EXPECT_EQ(start.H(tone, frame), 0.0F) << frame;
  for (const Index frame : {9, 11, 49, 51}) EXPECT_GT(start.H(tone + 1, frame), 0.0F) << frame;
  for (const Index frame : {7, 13, 20, 53}) EXPECT_EQ(start.H(tone + 1, frame), 0.0F) << frame;
  for (const Index bin : {52, 105, 157}) EXPECT_GT(start.W(bin, tone), 0.0F) << bin;
  for (const Index bin : {20, 78, 130}) EXPECT_EQ(start.W(bin, tone), 0.0F) << bin;
  EXPECT_GT(start.W(20, tone + 1), 0.0F);
  for (Index j = 0; j < 100; ++j) EXPECT_EQ(start.H(2, j), 0.0F);  // D4, which is after the end
}

TEST_F(ScoreTest, ZerosStayAndNumbersAreFinite) {
  const Factors start = score_start(read_score(with(kDuet)), V, axis);
  const Fit fit = nmf(V,
                      {.components = 8,
                       .solver = SolverKind::kMultiplicative,
                       .iterations = 50,
                       .tolerance = 0.0,
                       .keep_zeros = true},
                      start);
  for (std::size_t i = 0; i < start.W.values().size(); ++i) {
    ASSERT_TRUE(std::isfinite(fit.factors.W.values()[i]));
    if (start.W.values()[i] == 0.0F) {
      ASSERT_EQ(fit.factors.W.values()[i], 0.0F);
    }
  }
  for (std::size_t i = 0; i < start.H.values().size(); ++i) {
    ASSERT_EQ(start.H.values()[i] == 0.0F, fit.factors.H.values()[i] == 0.0F);
  }
}

TEST_F(ScoreTest, GroupsSayWhichComponentIsWhichNote) {
  const Grouping groups = group_by_score(read_score(with(kDuet)));
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[1].components, (std::vector<int>{4, 5, 6, 7}));
  EXPECT_EQ(groups[1].reason, "score: C5 (tone 5, attack 6), E5 (tone 7, attack 8)");
}

TEST_F(ScoreTest, SaysWhatIsWrong) {
  const std::string head = "onset_s,duration_s,midi\n";
  EXPECT_THROW(read_score(with(head)), Error);                          // no notes
  EXPECT_THROW(read_score(with(head + "0,1,60\n", "track")), Error);    // no tracks
  EXPECT_THROW(read_score(with(head + "0,1,60\n", "program")), Error);  // no programs
  const Score late = read_score(with(head + "60,1,60\n"));
  EXPECT_THROW(score_start(late, V, axis), InvalidInput);
  const Score high = read_score(with(head + "1,1,108\n"));
  EXPECT_THROW(score_start(high, V, axis), InvalidInput);
  Settings other = with(head + "0,1,60\n");
  other.components = 5;
  EXPECT_THROW(resolved(other, 8000), InvalidInput);
  other = with(head + "0,1,60\n");
  other.model = Model::kNmfd;
  EXPECT_THROW(resolved(other, 8000), InvalidInput);
  other = Settings{};
  other.by = "pitch";
  EXPECT_THROW(resolved(other, 8000), InvalidInput);
}

}  // namespace
}  // namespace divisi
