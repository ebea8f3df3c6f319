// SPDX-License-Identifier: Apache-2.0
// The one thing in an Ogg file that differs from run to run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace divisi {

class Descriptor;

/// Gives every page of the Ogg file the stream number `serial`, in place of one made from the time of day,
/// and a new checksum (RFC 3533, section 6). The file holds one stream and can be read and written. Bytes
/// that are no Ogg page end the work. Throws Error where the file cannot be read or written.
void set_ogg_serial(const Descriptor& file, std::uint32_t serial);

/// The same of a file in memory.
void set_ogg_serial(std::span<std::byte> file, std::uint32_t serial);

}  // namespace divisi
