// SPDX-License-Identifier: Apache-2.0
// song.divisi: a recording by its name and digest, the parameters that take it apart, and who is which
// source.
#pragma once

#include "divisi/core/json.h"
#include "divisi/pipeline/settings.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace divisi {

/// One source of a project. Level, solo and mute are how it is listened to; stems keep their level.
struct ProjectSource {
  std::string name;
  std::vector<int> components;  ///< counted from 1
  double gain_db = 0.0;
  bool solo = false;
  bool mute = false;
  std::optional<int> colour = {};  ///< 1..kColours; nothing: by its position
  std::string why = {};            ///< what put its components together, in words; empty: a person
};

/// How many colours a source can have in the studio, which knows which ones.
inline constexpr int kColours = 9;

/// What stands for it in a project, and in what a studio's page is told.
Json json_of(const ProjectSource& source);

struct Project {
  std::filesystem::path audio;         ///< below the project's own folder, or absolute
  std::string sha256;                  ///< of the audio file
  Settings settings;                   ///< of the run: those of project_parameters()
  std::vector<ProjectSource> sources;  ///< none: as the run groups them
  ProjectSource rest;                  ///< what is in none of them
  std::string start;         ///< a .npz file beside the project that the run goes on from; empty: none
  std::string start_sha256;  ///< its digest; what of it stays is settings.fixed
  double cost = 0.0;         ///< that the run came down to; 0: not known
};

/// Whether a name says that it is one: it ends in .divisi.
bool is_project(const std::filesystem::path& path);

/// The parameters that a project keeps. None of them names a file or a place, so that a project of a stranger
/// cannot read or write more than its recording.
std::vector<std::string_view> project_parameters();

/// The project in `text`; `subject` is what errors call it. Throws Error(kInput) where it is none, and
/// InvalidInput for values that a parameter cannot have.
Project parse_project(const std::string& text, const std::string& subject);

/// The project in a file, its audio and its start as paths that can be opened. Throws likewise, and
/// Error(kInput) where the file, the recording or the start is not there, or the start has changed.
Project read_project(const std::filesystem::path& path);

/// Throws Error(kInput) where the recording is not the one that the project was made of.
void check_recording(const Project& project, const std::string& subject);

/// What render()s the project: its parameters, with its sources as groups and names.
Settings project_settings(const Project& project);

/// `settings` with every parameter of `separate` that `flags` has not left at its default.
Settings with_flags(Settings settings, const Settings& flags);

/// The text of its file.
std::string to_text(const Project& project);

}  // namespace divisi
