// SPDX-License-Identifier: Apache-2.0
// Where the files of a track go, and what may be replaced there.
#pragma once

#include "divisi/pipeline/manifest.h"
#include "divisi/pipeline/track.h"

namespace divisi {

/// The files that a manifest names, below the output folder; it came from a disk, so none outside is
/// believed.
std::vector<std::filesystem::path> files_of(const Json& manifest);

/// Throws Error(kOutput) where an output of the job would replace a recording of its batch or, unless it is
/// forced, a file that the run before, told by its manifest, has not written.
void check_places(const TrackJob& job, const std::filesystem::path& manifest_path,
                  const std::optional<Json>& before);

/// Removes the files that the run before wrote and this one, with `outputs`, did not; never a recording.
void remove_stale(const TrackJob& job, const Json& before, const std::vector<OutputFile>& outputs);

}  // namespace divisi
