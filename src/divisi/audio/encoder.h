// SPDX-License-Identifier: Apache-2.0
// libsndfile, writing: blocks of samples in, the bytes of a file out.
#pragma once

#include "divisi/audio/format.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace divisi {

/// The file to be written.
struct WriteFormat {
  Container container = Container::kWav;
  Depth depth = Depth::kS16;  ///< what the file gets is depth_in(container, depth)
  int rate_hz = 0;
  int channels = 0;
  Index frames_expected = 0;  ///< decides between WAV and RF64; that many may be written, or fewer
  /// libsndfile's SF_CHANNEL_MAP_* for each channel, or empty; only WAV can keep it.
  std::vector<int> channel_map = {};
};

/// Whether a WAV file of this size must be an RF64, since the sizes in a WAV header end at 4 GiB.
[[nodiscard]] bool needs_rf64(Index frames, int channels, Depth depth);

/// Throws Error(kUsage) where the container has no place for this rate or these channels.
void check_writable(const WriteFormat& format);

/// Where an encoder puts its bytes.
class ByteSink {
 public:
  ByteSink() = default;
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;
  virtual ~ByteSink() = default;

  [[nodiscard]] virtual std::int64_t size() const = 0;
  virtual void write_at(std::span<const std::byte> block, std::int64_t position) = 0;
};

/// Writes one file to a sink. What the sink throws is thrown on, by the same call; after that only the
/// destructor is left to call.
class Encoder {
 public:
  /// `sink`: empty; must outlive this. `name`: what messages call the file.
  /// Throws as check_writable does, and Error(kOutput).
  Encoder(ByteSink& sink, std::string_view name, const WriteFormat& format);
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;
  ~Encoder();

  /// `interleaved`: a multiple of the channels long, full scale ±1. Integer depths take the nearest value
  /// that they have, and the end of their range for what lies beyond.
  void write(std::span<const double> interleaved);
  /// Completes the file. Without it the file is not valid.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace divisi
