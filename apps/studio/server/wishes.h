// SPDX-License-Identifier: Apache-2.0
// What the page may ask for, out of the program's table of parameters. Nothing of it names a file.
#pragma once

#include "divisi/core/json.h"
#include "divisi/pipeline/settings.h"

namespace divisi::studio {

/// What a run takes and what an export takes: [{"for": "run", "name", "topic", "help", "value": "K",
/// "choices":
/// ["1", …] or [], "flag": false, "default": "auto"}, …], in the order of the command line's help.
Json offered_parameters();

/// The settings of a run: `wanted` is an object of parameters as text, {"components": "8"}; others than those
/// that are offered are not looked at, and what is empty is as by default. Throws InvalidInput for a value
/// that a parameter cannot have or that the page cannot play.
Settings run_settings(const Json& wanted);

/// `settings` with what `wanted` says of the files to write. Throws InvalidInput likewise.
Settings with_export(Settings settings, const Json& wanted);

/// The parameters of `settings` that differ from what a run does by default, as wishes; no file.
Json wishes_of(const Settings& settings);

}  // namespace divisi::studio
