// SPDX-License-Identifier: Apache-2.0
// From settings to what a factorization needs.
#pragma once

#include "divisi/factor/nmf.h"
#include "divisi/pipeline/settings.h"

#include <optional>

namespace divisi {

/// Whether --init names a file.
bool is_file(const std::string& init);

/// Whether a start of this name knows what stands in the recording: drums, harmonic or voice.
bool is_informed(const std::string& init);

/// Whether what is 0 in the start stays 0: --fixed zeros.
bool keeps_zeros(const Settings& settings);

/// The options of the factorization; `settings` has its components and restarts chosen. Throws
/// InvalidInput for a --fixed that means nothing.
NmfOptions nmf_options(const Settings& settings);

/// What --init FILE, --fix-w FILE, --dictionary FILE and --activations FILE give it to start from: W, H,
/// both, or nothing; `settings` has its shifts chosen. Throws Error(kInput) for a file that cannot be read,
/// lacks W
/// (--activations: H), or has other shifts; InvalidInput for two of them that give the same.
Factors starting_point(const Settings& settings);

/// As many components as files of --init, --fix-w and --activations have; nothing without them.
std::optional<int> given_components(const Settings& settings);

}  // namespace divisi
