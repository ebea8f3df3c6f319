// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/dictionary.h"

#include "divisi/core/error.h"
#include "divisi/pipeline/render.h"
#include "divisi/pipeline/separate.h"
#include "divisi/pipeline/test_sink_test.h"
#include "divisi/pipeline/test_sound_test.h"
#include "divisi/store/npy.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace divisi {
namespace {

namespace fs = std::filesystem;

class Dictionaries : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  // Two sources of test_sound(): what is near 440 Hz, and what is near 1320 Hz.
  Dictionary two_tones() const {
    Dictionary dictionary{.W = Matrix(129, 2), .sources = {{"low", 1, {"a.wav"}}, {"high", 1, {"b.wav"}}}};
    for (Index i = 0; i < 129; ++i) {
      dictionary.W(i, 0) = std::abs(i - 14) < 4 ? 1.0F : 1e-4F;
      dictionary.W(i, 1) = std::abs(i - 42) < 4 ? 1.0F : 1e-4F;
    }
    Settings& analysis = dictionary.analysis;
    analysis.model = Model::kNmf;
    analysis.rate_hz = 8000;
    analysis.fft = 256;
    analysis.hop = 64;
    analysis.power = 1.0;
    analysis.frequency = FrequencyScale::kLinear;
    analysis.time_shifts = 1;
    return dictionary;
  }

  Settings settings_with(const Dictionary& dictionary) const {
    write_dictionary(file_, dictionary);
    Settings settings;
    settings.dictionary = file_;
    settings.iterations = 30;
    return settings;
  }

  std::string refusal(const Settings& settings) const {
    try {
      resolved(settings, 8000);
    } catch (const Error& error) {
      return std::string(error.what()).substr(std::string(error.what()).find("expected"));
    }
    return "";
  }

  fs::path folder_ = fs::temp_directory_path() / ("dictionary_test." + std::to_string(getpid()));
  std::string file_ = (folder_ / "kit.npz").string();
};

TEST_F(Dictionaries, ComeBackAsTheyWereWritten) {
  Dictionary written = two_tones();
  written.sources[1].name = "höher";
  write_dictionary(file_, written);
  const Dictionary read = read_dictionary(file_);
  EXPECT_EQ(read.components(), 2);
  EXPECT_EQ(read.sources[1].name, "höher");
  EXPECT_EQ(read.sources[1].files, written.sources[1].files);
  EXPECT_EQ(read.analysis.hop, 64);
  EXPECT_TRUE(std::ranges::equal(read.W.values(), written.W.values()));
}

TEST_F(Dictionaries, NameTheStemsAndKeepTheirShapes) {
  const Audio sound = test_sound(1);
  const Settings settings = settings_with(two_tones());
  MemorySource source(sound);
  MemorySink sink;
  const Separation found = separate(source, settings);
  render(source, found, resolved(settings, 8000), sink);
  EXPECT_EQ(found.names, (std::vector<std::string>{"low", "high"}));
  EXPECT_EQ(found.groups[1].components, (std::vector<int>{1}));
  EXPECT_NE(found.groups[1].reason.find("b.wav"), std::string::npos);
  EXPECT_NEAR(found.fit.factors.W(14, 0) / found.fit.factors.W(60, 0), 1e4, 1.0);
  // From 0.25 s to 0.5 s the high tone sounds alone, before it the low one.
  EXPECT_GT(energy(sink.stems[0], 0, 2000), 20.0 * energy(sink.stems[1], 0, 2000));
  EXPECT_GT(energy(sink.stems[1], 2100, 3900), 20.0 * energy(sink.stems[0], 2100, 3900));
  EXPECT_LT(sink.worst_difference(), 1e-12);
}

TEST_F(Dictionaries, FreeComponentsTakeWhatIsNotKnown) {
  Dictionary low = two_tones();
  Matrix W(129, 1);
  std::ranges::copy(low.W.col(0), W.col(0).begin());
  low.W = W;
  low.sources.resize(1);
  Settings settings = settings_with(low);
  settings.free = 2;
  const Audio sound = test_sound(1);
  MemorySource source(sound);
  MemorySink sink;
  const Separation found = separate(source, settings);
  render(source, found, resolved(settings, 8000), sink);
  EXPECT_EQ(found.names, (std::vector<std::string>{"low", "rest"}));
  EXPECT_EQ(found.groups[1].components, (std::vector<int>{1, 2}));
  EXPECT_NEAR(found.fit.factors.W(14, 0) / found.fit.factors.W(60, 0), 1e4, 1.0);
  EXPECT_GT(energy(sink.stems[1], 2100, 3900), 20.0 * energy(sink.stems[0], 2100, 3900));
}

TEST_F(Dictionaries, AdaptLetsShapesFollowTheRecording) {
  const Audio sound = test_sound(1);
  Dictionary bright = two_tones();
  for (Index i = 97; i < 104; ++i) bright.W(i, 0) = 1.0F;  // an overtone that the recording has not
  Settings settings = settings_with(bright);
  settings.adapt = true;
  MemorySource source(sound);
  const Separation found = separate(source, settings);
  const Matrix& W = found.fit.factors.W;
  EXPECT_LT(W(100, 0), 0.2 * W(14, 0));
  EXPECT_GT(W(14, 0), 10.0 * W(42, 0));  // and it is still the low tone
  EXPECT_EQ(found.fit.costs.back().iteration, found.fit.iterations);
}

TEST_F(Dictionaries, DecideHowTheRecordingIsLookedAt) {
  Settings settings = settings_with(two_tones());
  const Settings chosen = resolved(settings, 44100);
  EXPECT_EQ(chosen.rate_hz, 8000);
  EXPECT_EQ(chosen.fft, 256);
  EXPECT_EQ(chosen.components, 2);
  EXPECT_EQ(refusal(chosen), "");  // and are content with what they decided
  settings.fft = 512;
  EXPECT_EQ(refusal(settings), "expected 256, as the dictionary has it, got 512");
  settings.fft.reset();
  settings.rate_hz = 16000;
  EXPECT_EQ(refusal(settings), "expected 8000, as the dictionary has it, got 16000");
  settings.rate_hz.reset();
  settings.sources = 3;
  EXPECT_EQ(refusal(settings), "expected 2, as the dictionary has it, got 3");
  settings.sources.reset();
  settings.group = {"1"};
  EXPECT_EQ(refusal(settings), "expected no such flag beside --dictionary, got 1");
  settings = {};
  settings.free = 2;
  EXPECT_EQ(refusal(settings), "expected --dictionary FILE.npz beside it, got none");
}

TEST_F(Dictionaries, ThatDoNotFitTogetherAreRefused) {
  Dictionary other = two_tones();
  other.analysis.fft = 512;
  EXPECT_EQ(refusal(settings_with(other)), "expected a W of 257 bins, as its frames have, got 129");
  other = two_tones();
  other.sources.pop_back();
  EXPECT_EQ(refusal(settings_with(other)),
            "expected a dictionary as divisi learn writes it, got shapes that are not those of its sources");
  other = two_tones();
  other.sources[0].name = "../x";
  EXPECT_NE(refusal(settings_with(other)), "");
  Settings settings;
  settings.dictionary = file_;
  NpzWriter npz;
  npz.add("W", two_tones().W);
  npz.write(file_);
  EXPECT_EQ(refusal(settings),
            "expected a dictionary as divisi learn writes it, got a .npz file of another kind");
  std::ofstream(file_) << "no archive";
  EXPECT_EQ(refusal(settings), "expected a .npz file as numpy.savez writes it, got a file that is none");
  settings.dictionary = folder_ / "none.npz";
  EXPECT_NE(refusal(settings), "");
}

}  // namespace
}  // namespace divisi
