// SPDX-License-Identifier: Apache-2.0
#include "picture.h"

#include "divisi/audio/test_files.h"
#include "divisi/audio/writer.h"
#include "divisi/core/error.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace divisi::studio {
namespace {

std::size_t size_of(Index value) {
  return static_cast<std::size_t>(value);
}

// Two channels: a tone that rises, and noise that grows louder.
Audio sound(Index frames) {
  Audio audio{.rate_hz = 8000, .channels = 2, .samples = {}};
  audio.samples.reserve(size_of(2 * frames));
  unsigned noise = 1;
  for (Index i = 0; i < frames; ++i) {
    const double t = static_cast<double>(i) / 8000.0;
    noise = noise * 1664525U + 1013904223U;
    audio.samples.push_back(static_cast<float>(0.3 * std::sin(2.0 * std::numbers::pi * (200.0 + t) * t)));
    audio.samples.push_back(static_cast<float>(1e-3 * t * (static_cast<double>(noise) / 4294967296.0 - 0.5)));
  }
  return audio;
}

// All tiles of a level, one after the other.
std::string all_of(const Picture& picture, int level) {
  const Index frames = ((picture.frames() - 1) >> level) + 1;
  std::string cells;
  for (Index i = 0; i * picture.tile_frames() < frames; ++i) cells += picture.tile(level, i);
  EXPECT_EQ(std::ssize(cells), frames * picture.bins());
  return cells;
}

std::string halved(const std::string& cells, Index bins) {
  const Index frames = std::ssize(cells) / bins;
  std::string half(size_of((frames + 1) / 2 * bins), '\0');
  for (Index j = 0; j < frames; ++j) {
    for (Index f = 0; f < bins; ++f) {
      char& to = half[size_of(j / 2 * bins + f)];
      const char from = cells[size_of(j * bins + f)];
      if (static_cast<unsigned char>(from) > static_cast<unsigned char>(to)) to = from;
    }
  }
  return half;
}

struct Case {
  Index frames;
  StftSpec spec;
  int first_kept;
};

class PictureOf : public testing::TestWithParam<Case> {};

TEST_P(PictureOf, IsTheSpectrogramOnEveryLevel) {
  const auto& [frames, spec, first_kept] = GetParam();
  const TestFolder folder;
  const Audio audio = sound(frames);
  write_audio(folder / "x.wav", audio, Container::kWav, Depth::kFloat);
  Picture picture(Samples::open(folder / "x.wav", folder.path(), {}), spec, 1);
  ASSERT_EQ(picture.first_kept(), first_kept);
  ASSERT_TRUE(picture.make({}));
  EXPECT_EQ(picture.done(), picture.frames());

  MemorySource source(audio);
  const Matrix V = spectrogram(source, spec, 1.0);
  const float most = *std::max_element(V.values().begin(), V.values().end());
  EXPECT_NEAR(picture.most(), most, 1e-4 * most);
  ASSERT_EQ(picture.frames(), V.cols());
  std::string cells = all_of(picture, 0);
  double apart = 0.0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double is_db = picture.top_db() + (static_cast<unsigned char>(cells[i]) - 255.0) / 2.0;
    const double was_db = 20.0 * std::log10(std::max(V.values()[i] / most, 1e-10F));
    if (was_db > -80.0) apart = std::max(apart, std::abs(is_db - was_db));
  }
  EXPECT_LT(apart, 0.3) << "dB";
  int level = 0;
  for (Index left = picture.frames(); left > 1; left = (left + 1) / 2) {
    cells = halved(cells, picture.bins());
    ASSERT_TRUE(all_of(picture, ++level) == cells) << level;
  }
  for (const auto& [l, i] :
       std::vector<std::pair<int, Index>>{{-1, 0}, {level + 1, 0}, {0, -1}, {level, 1}, {0, 1 << 30}})
    EXPECT_THROW((void)picture.tile(l, i), InvalidInput) << l << ' ' << i;
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, PictureOf,
    testing::Values(Case{100000, {.fft = 1024, .hop = 256}, 0}, Case{1, {}, 0},
                    Case{30001, {.fft = 511, .hop = 511, .window = Window::kRectangular}, 0},
                    Case{1080001, {.fft = 512, .hop = 4}, 2}));

TEST(Picture, GoesOnWhereItWasStopped) {
  const TestFolder folder;
  write_audio(folder / "x.wav", sound(400000), Container::kWav, Depth::kFloat);
  const auto samples = Samples::open(folder / "x.wav", folder.path(), {});
  const StftSpec spec{.fft = 256, .hop = 16};
  Picture whole(samples, spec, 1);
  Picture stopped(samples, spec, 2);
  ASSERT_TRUE(whole.make({}));
  int asked = 0;
  ASSERT_FALSE(stopped.make([&](const Progress&) { return ++asked < 2; }));
  EXPECT_GT(stopped.done(), 0);
  EXPECT_LT(stopped.done(), stopped.frames());
  ASSERT_TRUE(stopped.make({}));
  for (int level = 0; level < 4; ++level)
    EXPECT_TRUE(all_of(stopped, level) == all_of(whole, level)) << level;
  EXPECT_EQ(stopped.most(), whole.most());
}

TEST(Samples, AreThoseOfTheFileFromAnywhere) {
  const TestFolder folder;
  const Audio audio = sound(100000);
  write_audio(folder / "x.wav", audio, Container::kWav, Depth::kS24);
  write_audio(folder / "x.ogg", audio, Container::kOgg, Depth::kFloat);
  for (const auto* name : {"x.wav", "x.ogg"}) {
    const Audio all = read_audio(folder / name);
    const auto samples = Samples::open(folder / name, folder.path(), {});
    ASSERT_EQ(samples->frames(), all.frames());
    for (const Index from : {Index{0}, Index{60000}, Index{777}, samples->frames() - 500}) {
      std::vector<float> some(1000);
      samples->read(from, some);
      EXPECT_TRUE(std::equal(some.begin(), some.end(), all.samples.begin() + 2 * from)) << name << from;
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2)
        << "nothing is left behind";
  }
}

}  // namespace
}  // namespace divisi::studio
