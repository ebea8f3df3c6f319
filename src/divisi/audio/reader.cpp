// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/reader.h"

#include "divisi/audio/digest.h"
#include "divisi/audio/ffmpeg.h"
#include "divisi/audio/header.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <unistd.h>
#include <utility>

namespace divisi {
namespace {

constexpr Index kBlockSamples = 65536;

Index frame_at(double time_s, int rate_hz, std::string_view subject) {
  if (!std::isfinite(time_s) || time_s < 0.0) {
    throw InvalidInput(subject, "a time of 0 seconds or more", to_text(time_s));
  }
  constexpr double kLast = 0x1p53;  // later frames are not all numbers of their own
  return static_cast<Index>(std::llround(std::min(time_s * rate_hz, kLast)));
}

// In milliseconds rounded down, so that what a message tells can be given back as a time.
std::string seconds(Index frame, int rate_hz) {
  return to_fixed(std::floor(1000.0 * static_cast<double>(frame) / rate_hz) / 1000.0, 3) + " s";
}

std::vector<double> block_for(int channels) {
  return std::vector<double>(
      static_cast<std::size_t>(std::max<Index>(1, kBlockSamples / channels) * channels));
}

std::string upper_extension(const std::string& name) {
  std::string extension = std::filesystem::path(name).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return extension.empty() ? "" : extension.substr(1) + " ";
}

}  // namespace

std::unique_ptr<FileSource> FileSource::open(const std::filesystem::path& path, const ReadOptions& options) {
  const bool is_standard_input = path == "-";
  std::optional<Descriptor> file;
  if (is_standard_input) {
    file = spool(STDIN_FILENO, "standard input", options.temporary_folder, options.observer);
  } else {
    file = Descriptor::open(path);
    if (!file->is_seekable())
      file = spool(file->get(), path.string(), options.temporary_folder, options.observer);
  }
  if (!file) return nullptr;
  if (file->size() == 0) throw Error(Fault::kInput, file->name(), "an audio file", "nothing (0 bytes)");

  std::unique_ptr<FileSource> source(new FileSource(std::move(*file)));
  if (!source->decode(options, !has_known_extension(path)) || !source->scan(options)) return nullptr;
  source->rewind();
  return source;
}

// Finds who can decode the file; false where the observer cancels.
bool FileSource::decode(const ReadOptions& options, bool may_use_ffmpeg) {
  try {
    decoder_.emplace(file_);
    facts_ = decoder_->claims();
    return true;
  } catch (const Error&) {
    if (!may_use_ffmpeg) throw;
  }
  auto decoded = decode_with_ffmpeg(file_, options.temporary_folder, options.observer);
  if (!decoded) return false;
  decoded_ = std::move(decoded->file);
  decoder_.emplace(*decoded_);
  facts_ = decoder_->claims();
  facts_.container = upper_extension(file_.name()) + "(ffmpeg)";
  facts_.depth = Depth::kFloat;
  facts_.lossy = true;
  if (!decoded->warning.empty()) facts_.warnings.push_back("ffmpeg: " + decoded->warning);
  return true;
}

// Reads the stretch for its length, peak and soundness; false where the observer cancels.
bool FileSource::scan(const ReadOptions& options) {
  const int rate_hz = facts_.rate_hz;
  const Index claimed = std::exchange(facts_.frames, 0);
  begin_ = frame_at(options.start_s, rate_hz, "start");
  constexpr Index kNoEnd = std::numeric_limits<Index>::max();
  const Index end = options.end_s ? frame_at(*options.end_s, rate_hz, "end") : kNoEnd;
  if (end <= begin_) {
    throw InvalidInput("end", "a time after the start at " + seconds(begin_, rate_hz), seconds(end, rate_hz));
  }

  Index position = decoder_->skip(begin_);
  std::vector<double> block = block_for(facts_.channels);
  while (position >= begin_ && position < end) {
    const double share = claimed > 0 ? static_cast<double>(position) / static_cast<double>(claimed) : 0.0;
    if (!keep_going(options.observer, {.stage = "read", .fraction = std::min(share, 1.0), .cost = {}}))
      return false;
    const Index wanted = std::min(std::ssize(block) / facts_.channels, end - position);
    const auto part = std::span(block).first(static_cast<std::size_t>(wanted * facts_.channels));
    const Index count = decoder_->read(part);
    if (count == 0) break;
    position += check_block(part.first(static_cast<std::size_t>(count * facts_.channels)), position);
  }
  if (position == 0) throw Error(Fault::kInput, file_.name(), "at least one sample", "0");
  if (position <= begin_) {
    throw InvalidInput("start",
                       "a time before the end of " + file_.name() + " at " + seconds(position, rate_hz),
                       seconds(begin_, rate_hz));
  }
  if (end != kNoEnd && position < end) {
    throw InvalidInput("end", "a time up to the end of " + file_.name() + " at " + seconds(position, rate_hz),
                       seconds(end, rate_hz));
  }
  facts_.frames = position - begin_;
  // An MP3 without an index claims what its size suggests, tags and pictures included: only a large gap
  // means something.
  const Index doubtful = facts_.lossy ? claimed / 20 : 0;
  if (end == kNoEnd && position < claimed - doubtful) {
    facts_.warnings.push_back(missing_frames_warning(claimed, position));
  }
  return true;
}

// Takes the peak of `block`, which begins at frame `position` of the file, and returns its frames.
Index FileSource::check_block(std::span<const double> block, Index position) {
  const auto channels = static_cast<std::size_t>(facts_.channels);
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (!std::isfinite(block[i])) {
      const Index frame = position + static_cast<Index>(i / channels);
      const double at_s = static_cast<double>(frame) / facts_.rate_hz;
      throw Error(Fault::kInput, file_.name(), "samples that are finite numbers",
                  std::string(std::isnan(block[i]) ? "NaN" : "infinity") + " at " + to_fixed(at_s, 3) +
                      " s (frame " + std::to_string(frame) + " from 0, channel " +
                      std::to_string(i % channels + 1) + " of " + std::to_string(channels) + ")");
    }
    facts_.peak = std::max(facts_.peak, std::abs(block[i]));
  }
  return std::ssize(block) / facts_.channels;
}

std::string FileSource::sha256() const {
  return sha256_of(file_);
}

Index FileSource::read(std::span<double> block) {
  Index done = 0;
  const Index wanted = std::min(std::ssize(block) / facts_.channels, left_);
  while (done < wanted) {
    const auto part = block.subspan(static_cast<std::size_t>(done * facts_.channels),
                                    static_cast<std::size_t>((wanted - done) * facts_.channels));
    const Index count = decoder_->read(part);
    if (count == 0) {
      throw Error(Fault::kInput, file_.name(), "the file to stay as it is while it is read",
                  "fewer samples than before");
    }
    done += count;
  }
  left_ -= done;
  return done;
}

void FileSource::rewind() {
  // A new decoder, since seeking back is not exact to the sample in every lossy format.
  decoder_.emplace(decoded_ ? *decoded_ : file_);
  decoder_->skip(begin_);
  left_ = facts_.frames;
}

void FileSource::seek(Index frame) {
  if (!decoder_->seek(begin_ + frame)) {
    decoder_.emplace(decoded_ ? *decoded_ : file_);
    decoder_->skip(begin_ + frame);
  }
  left_ = facts_.frames - frame;
}

Audio read_audio(const std::filesystem::path& path, const ReadOptions& options) {
  const auto source = FileSource::open(path, options);
  if (!source) return {};
  Audio audio{.rate_hz = source->rate_hz(), .channels = source->channels(), .samples = {}};
  audio.samples.reserve(static_cast<std::size_t>(source->frames() * source->channels()));
  std::vector<double> block = block_for(audio.channels);
  while (const Index frames = source->read(block)) {
    const auto part = std::span(block).first(static_cast<std::size_t>(frames * audio.channels));
    std::transform(part.begin(), part.end(), std::back_inserter(audio.samples),
                   [](double x) { return static_cast<float>(x); });
  }
  return audio;
}

}  // namespace divisi
