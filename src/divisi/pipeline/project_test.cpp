// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/project.h"

#include "divisi/audio/digest.h"
#include "divisi/core/error.h"
#include "divisi/pipeline/parameters.h"

#include <fstream>
#include <gtest/gtest.h>

namespace divisi {
namespace {

namespace fs = std::filesystem;

Project some_project() {
  Project project{.audio = "song.wav", .sha256 = std::string(64, 'a')};
  project.settings.components = 5;
  project.settings.beta = 0.5;
  project.settings.mask = MaskKind::kBinary;
  project.sources = {{.name = "piano", .components = {1, 3}, .gain_db = -3.5, .solo = true, .mute = false},
                     {.name = "empty", .components = {}},
                     {.name = "voice", .components = {2}, .mute = true, .colour = 4}};
  project.rest = {.name = "residual", .components = {}, .gain_db = 1.0};
  project.cost = 12.5;
  return project;
}

void expect_refused(const std::string& text, const std::string& words) {
  try {
    parse_project(text, "song.divisi");
    ADD_FAILURE() << text;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
  }
}

TEST(Project, WhatIsSavedIsReadBack) {
  const Project before = some_project();
  const Project after = parse_project(to_text(before), "song.divisi");
  EXPECT_EQ(to_text(after), to_text(before));
  EXPECT_EQ(command_line(project_settings(after)),
            " --components 5 --group 1,3 --group 2 --names piano,voice --beta 0.5 --mask binary");
  EXPECT_EQ(after.sources.front().gain_db, -3.5);
  EXPECT_TRUE(after.sources.front().solo);
  EXPECT_TRUE(after.sources.back().mute);
  EXPECT_EQ(after.sources.back().colour, 4);
  EXPECT_FALSE(after.sources.front().colour);
}

TEST(Project, FlagsWin) {
  const Settings project = project_settings(some_project());
  Settings flags;
  flags.beta = 2.0;
  flags.factors = true;
  const Settings both = with_flags(project, flags);
  EXPECT_EQ(both.beta, 2.0);
  EXPECT_TRUE(both.factors);
  EXPECT_EQ(both.components, 5);
  flags.group = {"1"};
  EXPECT_TRUE(with_flags(project, flags).names.empty());
}

TEST(Project, KeepsNoParameterThatNamesAFile) {
  for (const std::string_view name : project_parameters()) {
    const std::string_view value = parameter(name).value;
    EXPECT_TRUE(name == "init" || value.find("FILE") == std::string_view::npos) << name;
    EXPECT_NE(name, "name");
  }
  Project project = some_project();
  project.settings.init = "drums";
  std::string text = to_text(project);
  text.replace(text.find("drums"), 5, "/etc/start.npz");
  expect_refused(text, "a start that is no file");
  project.settings.init = "/etc/start.npz";
  EXPECT_EQ(to_text(project).find("/etc"), std::string::npos);
}

TEST(Project, WhatIsNoneIsRefusedInWords) {
  for (const char* text : {"", "{", "[]", "7", "{\"form\": \"other\"}"})
    expect_refused(text, "that divisi studio saved");
  Project project = some_project();
  project.sha256 = "?";
  expect_refused(to_text(project), "SHA-256");
  project = some_project();
  project.start = "../start.npz";
  expect_refused(to_text(project), "beside it");
  project = some_project();
  project.sources[0].colour = 10;
  expect_refused(to_text(project), "colours 1..9, got 10");
  project.sources[0].colour.reset();
  project.sources[0].components = {0};
  expect_refused(to_text(project), "numbers from 1");
  project.sources[0] = {.name = "../evil", .components = {1}};
  expect_refused(to_text(project), "names that files can have");
}

TEST(Project, KnowsItsRecordingAgain) {
  const fs::path folder = fs::path(testing::TempDir()) / "divisi-project-test";
  fs::create_directories(folder);
  Project project = some_project();
  std::ofstream(folder / "song.wav") << "sound";
  project.sha256 = sha256_of(folder / "song.wav");
  std::ofstream(folder / "song.divisi") << to_text(project);
  const Project found = read_project(folder / "song.divisi");
  EXPECT_EQ(found.audio, folder / "song.wav");
  check_recording(found, "song.divisi");
  project.start = "start.npz";
  project.settings.init = "elsewhere/start.npz";
  project.settings.fixed = {"w1-2", "zeros"};
  std::ofstream(folder / "start.npz") << "factors";
  project.start_sha256 = sha256_of(folder / "start.npz");
  std::ofstream(folder / "goes_on.divisi") << to_text(project);
  const Settings settings = project_settings(read_project(folder / "goes_on.divisi"));
  EXPECT_EQ(settings.init, (folder / "start.npz").string());
  EXPECT_EQ(settings.fixed, project.settings.fixed);
  std::ofstream(folder / "start.npz") << "others";
  EXPECT_THROW(read_project(folder / "goes_on.divisi"), Error);
  fs::remove(folder / "start.npz");
  EXPECT_THROW(read_project(folder / "goes_on.divisi"), Error);
  std::ofstream(folder / "song.wav") << "another";
  EXPECT_THROW(check_recording(found, "song.divisi"), Error);
  fs::remove(folder / "song.wav");
  EXPECT_THROW(read_project(folder / "song.divisi"), Error);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace divisi
