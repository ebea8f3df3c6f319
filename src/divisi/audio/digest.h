// SPDX-License-Identifier: Apache-2.0
// The name of a file's content.
#pragma once

#include <filesystem>
#include <string>

namespace divisi {

class Descriptor;

/// SHA-256 of the file's bytes as 64 hexadecimal digits. Throws Error(kInput) where it cannot be read.
std::string sha256_of(const std::filesystem::path& path);
std::string sha256_of(const Descriptor& file);

}  // namespace divisi
