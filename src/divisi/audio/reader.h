// SPDX-License-Identifier: Apache-2.0
// Sound out of files: everything that libsndfile reads, and what ffmpeg does where there is one.
#pragma once

#include "divisi/audio/decoder.h"
#include "divisi/audio/descriptor.h"
#include "divisi/audio/format.h"
#include "divisi/core/audio.h"
#include "divisi/core/observer.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace divisi {

/// Which stretch of a file is read, and what is needed for it.
struct ReadOptions {
  double start_s = 0.0;              ///< seconds from the file's start, to the nearest frame
  std::optional<double> end_s = {};  ///< seconds from the file's start; without it, the file's end
  std::filesystem::path temporary_folder = "/tmp";  ///< for standard input, and for what ffmpeg decodes
  Observer observer = {};                           ///< stage "read": told while the file is opened
};

/// A stretch of a file, read in blocks. It has been read once when open() returns, so frames() is what is
/// there and not what a header claims, every sample is finite, and nothing is ever allocated because a header
/// asks for it.
class FileSource : public AudioSource {
 public:
  /// Opens `path`; "-" is standard input, which is read to its end. Nothing where the observer cancels.
  /// Throws Error(kInput) where the file cannot be read, is damaged, has no samples or one that is not
  /// finite; Error(kUsage) where the stretch is not inside the file; Error(kOutput) where the temporary
  /// folder cannot be written.
  static std::unique_ptr<FileSource> open(const std::filesystem::path& path, const ReadOptions& options = {});

  [[nodiscard]] const AudioFacts& facts() const { return facts_; }
  /// SHA-256 of the file as it came in (of all of it, and before ffmpeg), in hexadecimal.
  [[nodiscard]] std::string sha256() const;

  [[nodiscard]] int rate_hz() const override { return facts_.rate_hz; }
  [[nodiscard]] int channels() const override { return facts_.channels; }
  [[nodiscard]] Index frames() const override { return facts_.frames; }
  /// Every integer depth comes exactly, full scale ±1.
  /// Throws Error(kInput), also where the file has changed since open().
  Index read(std::span<double> block) override;
  void rewind() override;

  /// Whether seek() is quick; elsewhere it decodes all that is before.
  [[nodiscard]] bool seeks_quickly() const { return decoder_->can_seek(); }
  /// The next read starts at this frame of the stretch, 0..frames(), exactly.
  void seek(Index frame);

 private:
  explicit FileSource(Descriptor file) : file_(std::move(file)) {}
  bool decode(const ReadOptions& options, bool may_use_ffmpeg);
  bool scan(const ReadOptions& options);
  Index check_block(std::span<const double> block, Index position);

  Descriptor file_;
  std::optional<Descriptor> decoded_;  // by ffmpeg
  std::optional<Decoder> decoder_;
  AudioFacts facts_;
  Index begin_ = 0;  // of the stretch, in frames of the file
  Index left_ = 0;   // frames that read() has still to give
};

/// All of a stretch in memory, as float. Throws as FileSource::open does.
/// Without frames where the observer cancels.
Audio read_audio(const std::filesystem::path& path, const ReadOptions& options = {});

}  // namespace divisi
