// SPDX-License-Identifier: Apache-2.0
// Sound into files. The same samples give the same bytes, in every format.
#pragma once

#include "divisi/audio/descriptor.h"
#include "divisi/audio/encoder.h"
#include "divisi/audio/format.h"
#include "divisi/core/audio.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace divisi {

/// Writes a file block by block: WAV (WAVEX for more than two channels or with a channel map, RF64 from 4 GiB
/// on), FLAC, Ogg Vorbis, or MP3.
class FileWriter {
 public:
  /// Makes `path`, or overwrites it. Throws Error(kUsage) where the container has no place for the rate or
  /// the channels, Error(kOutput) where the file cannot be made.
  FileWriter(const std::filesystem::path& path, const WriteFormat& format);
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  /// Closes what is open without a word; a file that was not closed by close() is not complete.
  ~FileWriter();

  /// `interleaved`: a multiple of the channels long, full scale ±1. Integer depths take the nearest value
  /// that they have (those on their grid come back exactly), and the end of their range for what lies beyond;
  /// floating point is kept as it is. Throws Error(kOutput) with the system's reason, e.g. a full disk; then
  /// only the destructor is left to call.
  void write(std::span<const double> interleaved);

  /// Completes the file. Throws Error(kOutput).
  void close();

 private:
  class Sink;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<Encoder> encoder_;
  Container container_;
};

/// Writes all of `audio`. Throws as FileWriter does.
void write_audio(const std::filesystem::path& path, const Audio& audio, Container container, Depth depth);

/// A file in memory, written block by block as FileWriter does.
class MemoryWriter {
 public:
  /// Throws Error(kUsage) where the container has no place for the rate or the channels.
  explicit MemoryWriter(const WriteFormat& format);
  MemoryWriter(const MemoryWriter&) = delete;
  MemoryWriter& operator=(const MemoryWriter&) = delete;
  ~MemoryWriter();

  /// `interleaved`: as FileWriter takes it.
  void write(std::span<const double> interleaved);

  /// Completes the file and gives it away: the last call.
  [[nodiscard]] std::vector<std::byte> close();

 private:
  class Sink;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<Encoder> encoder_;
  Container container_;
};

/// `audio` as a FLAC file of 16 bits in memory; what is beyond full scale is clipped. Throws Error(kUsage)
/// for more than eight channels or a rate that FLAC does not have.
std::vector<std::byte> encode_flac(const Audio& audio);

}  // namespace divisi
