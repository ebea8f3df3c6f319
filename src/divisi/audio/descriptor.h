// SPDX-License-Identifier: Apache-2.0
// An open file of the operating system: what libsndfile, ffmpeg and the digest all read from and write to.
#pragma once

#include "divisi/core/matrix.h"
#include "divisi/core/observer.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace divisi {

/// Owns an open file; closed with the object. Positions and sizes in bytes.
class Descriptor {
 public:
  /// `file`: open, taken over. `name`: what messages call it.
  Descriptor(int file, std::string name) : file_(file), name_(std::move(name)) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  /// Opens `path` to read. Throws Error(kInput) where it is missing, a folder, a device, or not permitted.
  static Descriptor open(const std::filesystem::path& path);
  /// Makes `path`, or empties it. Throws Error(kOutput).
  static Descriptor create(const std::filesystem::path& path);
  /// A file in `folder` that has lost its name already: it is gone with this object, whatever happens to the
  /// program. Throws Error(kOutput).
  static Descriptor temporary(const std::filesystem::path& folder);

  [[nodiscard]] int get() const { return file_; }
  /// What messages call it.
  [[nodiscard]] const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  [[nodiscard]] std::int64_t size() const;
  /// Whether it can be read at any position, which a pipe cannot.
  [[nodiscard]] bool is_seekable() const;

  /// Reads at `position` and returns how many bytes there were: fewer than asked for only at the end.
  /// Throws Error(kInput).
  [[nodiscard]] std::size_t read_at(std::span<std::byte> block, std::int64_t position) const;
  /// Writes all of `block` at `position`. Throws Error(kOutput).
  void write_at(std::span<const std::byte> block, std::int64_t position) const;
  /// Closes it. Throws Error(kOutput) where the system has kept a failed write to itself until now.
  void close();

 private:
  int file_ = -1;
  std::string name_;
};

/// Copies what comes out of `pipe`, to its end, to a temporary file in `folder`. Nothing where `observer`
/// cancels. Throws Error(kInput) where the pipe fails, Error(kOutput) where the folder does.
std::optional<Descriptor> spool(int pipe, const std::string& name, const std::filesystem::path& folder,
                                const Observer& observer = {});

}  // namespace divisi
