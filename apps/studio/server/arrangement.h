// SPDX-License-Identifier: Apache-2.0
// Who is which source, between the page and a project.
#pragma once

#include "divisi/core/json.h"
#include "divisi/pipeline/project.h"

namespace divisi::studio {

/// Throws InvalidInput where there are more sources than the page has keys for, 9; `subject` is what has
/// them.
void check_sources(std::size_t count, const std::string& subject);

/// The sources of `project` become those that the page names: {"sources": [{"name", "components", "gain_db",
/// "solo", "mute", "colour", "why"}, ...], "residual": {...}}.
void take_arrangement(Project& project, const Json& wanted);

/// The same of a project.
Json arrangement_of(const Project& project);

}  // namespace divisi::studio
