// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/track.h"

#include "divisi/audio/reader.h"
#include "divisi/audio/writer.h"
#include "divisi/core/error.h"
#include "divisi/pipeline/test_sound_test.h"
#include "divisi/store/npy.h"
#include "divisi/store/output_set.h"

#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <unistd.h>

namespace divisi {
namespace {

namespace fs = std::filesystem;

class TrackTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("divisi-track-" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "out");
    write_audio(folder_ / "mix.wav", test_sound(2), Container::kWav, Depth::kS16);
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] TrackJob job(const std::string& input = "mix.wav") const {
    TrackJob job{.input = folder_ / input,
                 .track = track_name(input),
                 .output = folder_ / "out",
                 .temporary_folder = folder_};
    job.settings.fft = 256;
    job.settings.components = 3;
    job.settings.sources = 2;
    job.settings.iterations = 20;
    job.settings.restarts = 1;
    return job;
  }

  // The files below the output folder, with their bytes.
  [[nodiscard]] std::map<std::string, std::string> outputs() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "out")) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      files[entry.path().lexically_relative(folder_ / "out").string()] = {
          std::istreambuf_iterator<char>(file), {}};
    }
    return files;
  }

  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& [name, bytes] : outputs()) names.insert(name);
    return names;
  }

  // The largest difference between the input and the sum of the WAV files in the output folder.
  [[nodiscard]] double null_test(const fs::path& input) const {
    const Audio mixture = read_audio(input);
    std::vector<double> sum(mixture.samples.size(), 0.0);
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "out")) {
      if (entry.path().extension() != ".wav") continue;
      const Audio stem = read_audio(entry.path());
      EXPECT_EQ(stem.rate_hz, mixture.rate_hz);
      EXPECT_EQ(stem.channels, mixture.channels);
      EXPECT_EQ(stem.frames(), mixture.frames());
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(stem.samples[i]);
    }
    double worst = 0.0;
    for (std::size_t i = 0; i < sum.size(); ++i) {
      worst = std::max(worst, std::abs(sum[i] - static_cast<double>(mixture.samples[i])));
    }
    return worst;
  }

  fs::path folder_;
};

TEST_F(TrackTest, TheCombsOfAStartMayBeCounted) {
  TrackJob combs = job();
  combs.settings.init = "harmonic";
  combs.settings.components = 64;
  EXPECT_EQ(planned_outputs(combs).size(), 5U);
}

TEST_F(TrackTest, WritesStemsReportAndManifest) {
  TrackJob with_factors = job();
  with_factors.settings.factors = true;
  const TrackResult result = separate_track(with_factors);
  EXPECT_EQ(result.status, TrackStatus::kDone);
  EXPECT_EQ(names(), (std::set<std::string>{"mix/1.wav", "mix/2.wav", "mix/factors.npz", "mix/manifest.json",
                                            "mix/report.html"}));
  EXPECT_EQ(null_test(folder_ / "mix.wav"), 0.0);
  const auto arrays = read_npz(folder_ / "out/mix/factors.npz");
  EXPECT_EQ(arrays.at("W").rows(), 129);
  EXPECT_EQ(arrays.at("H").rows(), 3);
  EXPECT_EQ(result.manifest.at("parameters").at("hop").number(), 64.0);
  EXPECT_EQ(result.manifest.at("input").at("channels").number(), 2.0);
  EXPECT_EQ(result.manifest.at("sources").elements().size(), 2U);
}

TEST_F(TrackTest, FilesAddUpForEveryMaskRateAndSelection) {
  const auto nulls = [&](auto&& change, double tolerance) {
    TrackJob changed = job();
    changed.settings.report = false;
    change(changed.settings);
    fs::remove_all(folder_ / "out");
    separate_track(changed);
    EXPECT_LE(null_test(folder_ / "mix.wav"), tolerance);
  };
  constexpr double kExact = 1e-9;
  nulls([](Settings& s) { s.mask = MaskKind::kNone; }, kExact);
  nulls([](Settings& s) { s.mask = MaskKind::kBinary; }, kExact);
  nulls([](Settings& s) { s.rate_hz = 5512; }, kExact);
  nulls([](Settings& s) { s.only = {"2"}; }, kExact);
  nulls([](Settings& s) { s.without = {"2"}; }, kExact);
  nulls([](Settings& s) { s.sources.reset(), s.group = {"2"}; }, kExact);
  nulls([](Settings& s) { s.subtype = "24"; }, kExact);
  nulls([](Settings& s) { s.subtype = "float"; }, 1e-6);
  nulls([](Settings& s) { s.power = 2.0, s.beta = 0.0, s.window = Window::kBlackman; }, kExact);
}

TEST_F(TrackTest, TheSameBytesForAnyNumberOfThreads) {
  TrackJob one = job();
  one.settings.threads = 1;
  separate_track(one);
  const auto first = outputs();
  TrackJob two = job();
  two.settings.threads = 2;
  two.force = true;
  EXPECT_EQ(separate_track(two).status, TrackStatus::kDone);
  EXPECT_EQ(outputs(), first);
}

TEST_F(TrackTest, ScalingTheInputScalesTheStems) {
  const Audio sound = test_sound(2);
  std::vector<Audio> stems;
  for (const float factor : {1.0F, 1e-6F, 1e6F}) {
    Audio scaled = sound;
    for (float& x : scaled.samples) x *= factor;
    write_audio(folder_ / "scaled.wav", scaled, Container::kWav, Depth::kFloat);
    separate_track(job("scaled.wav"));
    stems.push_back(read_audio(folder_ / "out/scaled/1.wav"));
    for (float& x : stems.back().samples) x /= factor;
  }
  for (std::size_t i = 0; i < sound.samples.size(); ++i) {
    ASSERT_NEAR(stems[0].samples[i], stems[1].samples[i], 1e-4);
    ASSERT_NEAR(stems[0].samples[i], stems[2].samples[i], 1e-4);
  }
}

TEST_F(TrackTest, WhatIsUpToDateIsSkippedAndWhatIsNotIsRedone) {
  separate_track(job());
  const auto before = outputs();
  EXPECT_EQ(separate_track(job()).status, TrackStatus::kSkipped);
  TrackJob changed = job();
  changed.settings.seed = 1;
  EXPECT_EQ(separate_track(changed).status, TrackStatus::kDone);
  EXPECT_NE(outputs(), before);
  fs::remove(folder_ / "out/mix/2.wav");
  EXPECT_EQ(separate_track(changed).status, TrackStatus::kDone);
  write_audio(folder_ / "mix.wav", test_sound(1), Container::kWav, Depth::kS16);
  EXPECT_EQ(separate_track(changed).status, TrackStatus::kDone);
  write_text(folder_ / "out/mix/manifest.json", "{damaged");
  EXPECT_EQ(separate_track(changed).status, TrackStatus::kDone);
}

TEST_F(TrackTest, StemsOfTheRunBeforeDoNotStayBehind) {
  TrackJob three = job();
  three.settings.sources = 3;
  separate_track(three);
  write_text(folder_ / "out/mix/notes.txt", "mine");
  separate_track(job());
  EXPECT_EQ(names(), (std::set<std::string>{"mix/1.wav", "mix/2.wav", "mix/manifest.json", "mix/notes.txt",
                                            "mix/report.html"}));
}

TEST_F(TrackTest, CancellingOrFailingLeavesWhatWasThere) {
  separate_track(job());
  const auto before = outputs();
  TrackJob changed = job();
  changed.settings.seed = 5;
  for (const std::string_view stage : {"read", "transform", "factorize", "write"}) {
    const auto result =
        separate_track(changed, [&](const Progress& progress) { return progress.stage != stage; });
    EXPECT_EQ(result.status, TrackStatus::kCancelled) << stage;
    EXPECT_EQ(outputs(), before) << stage;
  }
  changed.settings.sources = 9;
  EXPECT_THROW(separate_track(changed), InvalidInput);
  EXPECT_EQ(outputs(), before);
}

TEST_F(TrackTest, AClippingStemIsToldWithOneGainThatEndsIt) {
  // A square wave at full scale: a mask that takes part of it overshoots.
  Audio square{.rate_hz = 8000, .channels = 1, .samples = {}};
  for (int n = 0; n < 8000; ++n)
    square.samples.push_back((n / 20 + n / 77) % 2 == 0 ? 1.0F - 1.0F / 32768.0F : -1.0F);
  write_audio(folder_ / "square.wav", square, Container::kWav, Depth::kS16);
  const TrackResult result = separate_track(job("square.wav"));
  ASSERT_EQ(result.warnings.size(), 1U);
  const std::string& warning = result.warnings.front();
  EXPECT_TRUE(warning.starts_with("Clipped: ")) << warning;
  EXPECT_EQ(null_test(folder_ / "square.wav"), 0.0);
  TrackJob turned_down = job("square.wav");
  const auto begin = warning.find("--gain ") + 7;
  turned_down.settings.gain_db = std::stod(warning.substr(begin, warning.find(' ', begin) - begin));
  EXPECT_TRUE(separate_track(turned_down).warnings.empty());
}

TEST_F(TrackTest, TheRecordingIsNeverOverwritten) {
  fs::rename(folder_ / "mix.wav", folder_ / "out" / "1.wav");
  const auto before = outputs();
  TrackJob in_place = job();
  in_place.input = folder_ / "out" / "1.wav";
  in_place.settings.name = "{stem}.{ext}";
  EXPECT_THROW(separate_track(in_place), Error);
  EXPECT_EQ(outputs(), before);
}

TEST_F(TrackTest, AFormatThatCannotHoldTheSoundIsRefusedBeforeTheWork) {
  write_audio(folder_ / "six.wav", test_sound(6), Container::kWav, Depth::kS16);
  TrackJob six = job("six.wav");
  six.settings.format = Container::kMp3;
  bool worked = false;
  const auto watch = [&](const Progress& progress) {
    return worked = worked || progress.stage == "factorize", true;
  };
  EXPECT_THROW(separate_track(six, watch), Error);
  EXPECT_FALSE(worked);
  EXPECT_TRUE(outputs().empty());
}

TEST_F(TrackTest, OneStemGoesWhereItIsAskedFor) {
  TrackJob one = job();
  one.settings.only = {"1"};
  const fs::path path = folder_ / "one.wav";
  EXPECT_EQ(separate_to_stem(one, path).status, TrackStatus::kDone);
  EXPECT_EQ(read_audio(path).frames(), 12000);
  separate_track(one);
  EXPECT_EQ(read_audio(path).samples, read_audio(folder_ / "out/mix/1.wav").samples);
  EXPECT_THROW(separate_to_stem(job(), path), InvalidInput);
}

TEST(OutputName, FillsItsTemplateAndStaysInItsFolder) {
  EXPECT_EQ(output_name("{track}/{stem}.{ext}", "song", "1", "wav"), "song/1.wav");
  EXPECT_EQ(output_name("{stem}-{track}.{ext}", "song", "drums", "flac"), "drums-song.flac");
  for (const char* bad :
       {"{track}.{ext}", "{stem}", "{stem}.{ext}{year}", "{stem", "../{stem}.{ext}", "/tmp/{stem}.{ext}"}) {
    EXPECT_THROW(output_name(bad, "song", "1", "wav"), InvalidInput) << bad;
  }
}

TEST(TrackName, IsTheFilesWithoutItsEnd) {
  EXPECT_EQ(track_name("a/b/song.final.flac"), "song.final");
  EXPECT_EQ(track_name("-"), "stdin");
  EXPECT_EQ(track_name(".wav"), ".wav");
}

}  // namespace
}  // namespace divisi
