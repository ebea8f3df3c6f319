// SPDX-License-Identifier: Apache-2.0
// ffmpeg, as a process, for what libsndfile does not read.
#pragma once

#include "divisi/audio/descriptor.h"

namespace divisi {

/// A file that ffmpeg has decoded.
struct Decoded {
  Descriptor file;      ///< 32-bit float, with no name in any folder
  std::string warning;  ///< ffmpeg's first complaint where it has one all the same, else ""
};

/// Decodes the first audio stream of `input` to a temporary file in `folder`. The program is the `ffmpeg` of
/// PATH, run without a shell and with no access to the network. Nothing where `observer` cancels. Throws
/// Error(kInput) where there is no ffmpeg, or where it cannot decode the file.
std::optional<Decoded> decode_with_ffmpeg(const Descriptor& input, const std::filesystem::path& folder,
                                          const Observer& observer = {});

}  // namespace divisi
