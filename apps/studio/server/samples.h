// SPDX-License-Identifier: Apache-2.0
// The open recording's samples, from any place on, without holding them.
#pragma once

#include "divisi/audio/reader.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

namespace divisi::studio {

/// All of it may be called from any thread. The file stays open.
class Samples {
 public:
  /// What cannot be sought in quickly (Ogg, MP3) is decoded once, into a file of float32 in
  /// `temporary_folder` that is gone with this object. Nothing where the observer cancels. Throws as
  /// FileSource::open(), and Error(kOutput) where the folder cannot be written.
  static std::shared_ptr<Samples> open(const std::filesystem::path& path,
                                       const std::filesystem::path& temporary_folder,
                                       const Observer& observer);

  [[nodiscard]] int rate_hz() const { return source_->rate_hz(); }
  [[nodiscard]] int channels() const { return source_->channels(); }
  [[nodiscard]] Index frames() const { return source_->frames(); }
  /// The largest magnitude, full scale 1.
  [[nodiscard]] double peak() const { return source_->facts().peak; }
  /// Of the file, as FileSource::sha256(); found when it is asked for first.
  [[nodiscard]] const std::string& sha256();

  /// The frames from `from` on into `block`, interleaved; all of them are inside of the recording. Throws
  /// Error(kInput) where the file has changed or cannot be read.
  void read(Index from, std::span<float> block);

 private:
  explicit Samples(std::unique_ptr<FileSource> source) : source_(std::move(source)) {}
  bool decode(const std::filesystem::path& temporary_folder, const Observer& observer);

  const std::unique_ptr<FileSource> source_;
  std::optional<Descriptor> decoded_;
  std::mutex mutex_;  // of source_'s place
  Index position_ = 0;
  std::mutex digesting_;  // of sha256_
  std::string sha256_;
};

}  // namespace divisi::studio
