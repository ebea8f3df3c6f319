// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/encoder.h"

#include "divisi/core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <sndfile.h>
#include <string>
#include <utility>

namespace divisi {
namespace {

// libvorbis takes what it gets at once on the stack; this is little enough, and enough for speed.
constexpr Index kBlockFrames = 4096;
constexpr Index kWavHeader = 4096;
constexpr Index kWavLimit = 0xFFFFFFFF - kWavHeader;
// Transparent for most listeners: about 200 kbit/s in stereo.
constexpr double kVorbisQuality = 0.6;
constexpr double kMp3Quality = 0.8;

int subtype_of(Container container, Depth depth) {
  if (container == Container::kOgg) return SF_FORMAT_VORBIS;
  if (container == Container::kMp3) return SF_FORMAT_MPEG_LAYER_III;
  switch (depth_in(container, depth)) {
    case Depth::kU8:
      return container == Container::kFlac ? SF_FORMAT_PCM_S8 : SF_FORMAT_PCM_U8;
    case Depth::kS16:
      return SF_FORMAT_PCM_16;
    case Depth::kS24:
      return SF_FORMAT_PCM_24;
    case Depth::kS32:
      return SF_FORMAT_PCM_32;
    case Depth::kFloat:
      return SF_FORMAT_FLOAT;
    case Depth::kDouble:
      return SF_FORMAT_DOUBLE;
  }
  return 0;
}

int major_of(const WriteFormat& format) {
  switch (format.container) {
    case Container::kWav:
      break;
    case Container::kFlac:
      return SF_FORMAT_FLAC;
    case Container::kOgg:
      return SF_FORMAT_OGG;
    case Container::kMp3:
      return SF_FORMAT_MPEG;
  }
  if (needs_rf64(format.frames_expected, format.channels, format.depth)) return SF_FORMAT_RF64;
  return format.channels > 2 || !format.channel_map.empty() ? SF_FORMAT_WAVEX : SF_FORMAT_WAV;
}

// A sink as libsndfile sees it. C code must not be left by an exception: it waits in `failure`, and
// libsndfile goes on as if all were well, since its Vorbis encoder loses memory when a write fails.
struct Output {
  ByteSink* sink;
  std::int64_t position = 0;
  std::exception_ptr failure = {};

  std::int64_t seek(std::int64_t offset, int from) {
    position = offset + (from == SEEK_CUR ? position : from == SEEK_END ? sink->size() : 0);
    return position;
  }

  std::int64_t write(std::span<const std::byte> block) {
    try {
      if (!failure) sink->write_at(block, position);
    } catch (...) {
      failure = std::current_exception();
    }
    position += std::ssize(block);
    return std::ssize(block);
  }
};

Output& output_of(void* user) {
  return *static_cast<Output*>(user);
}

SF_VIRTUAL_IO calls() {
  SF_VIRTUAL_IO io{};
  io.get_filelen = [](void* user) -> sf_count_t { return output_of(user).sink->size(); };
  io.seek = [](sf_count_t offset, int from, void* user) -> sf_count_t {
    return output_of(user).seek(offset, from);
  };
  io.read = [](void*, sf_count_t, void*) -> sf_count_t { return 0; };
  io.write = [](const void* data, sf_count_t count, void* user) -> sf_count_t {
    return output_of(user).write({static_cast<const std::byte*>(data), static_cast<std::size_t>(count)});
  };
  io.tell = [](void* user) -> sf_count_t { return output_of(user).position; };
  return io;
}

// Integers as libsndfile wants them: 32 bits, of which it keeps the upper ones as they are.
void quantize(std::span<const double> samples, Depth depth, std::span<int> codes) {
  const double scale = 1.0 / unit_in_last_place(depth);
  const double shift = 0x1p31 / scale;
  std::transform(samples.begin(), samples.end(), codes.begin(), [scale, shift](double x) {
    const double code = std::max(-scale, std::min(scale - 1.0, std::nearbyint(x * scale)));
    return static_cast<int>(code * shift);
  });
}

}  // namespace

bool needs_rf64(Index frames, int channels, Depth depth) {
  return frames > kWavLimit / (Index{channels} * bytes_of(depth));
}

void check_writable(const WriteFormat& format) {
  static constexpr std::array kMp3Rates{8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};
  static constexpr std::array kMostChannels{1024, 8, 255, 2};
  const std::string name(extension_of(format.container));
  const int most = kMostChannels.at(static_cast<std::size_t>(format.container));
  if (format.channels < 1 || format.channels > most) {
    throw InvalidInput(name, "1 to " + std::to_string(most) + " channels", std::to_string(format.channels));
  }
  const int rate = format.rate_hz;
  const auto expect = [&](bool fits, std::string_view expected) {
    if (!fits) throw InvalidInput(name, expected, std::to_string(rate) + " Hz");
  };
  expect(rate > 0, "a rate above 0 Hz");
  if (format.container == Container::kFlac) {
    expect(rate <= 65535 || (rate <= 655350 && rate % 10 == 0),
           "a rate up to 65535 Hz, or up to 655350 Hz in steps of 10");
  } else if (format.container == Container::kOgg) {
    expect(rate <= 200000, "a rate up to 200000 Hz");
  } else if (format.container == Container::kMp3) {
    expect(std::find(kMp3Rates.begin(), kMp3Rates.end(), rate) != kMp3Rates.end(),
           "a rate of 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100 or 48000 Hz");
  }
}

struct Encoder::State {
  State(ByteSink& sink, std::string file_name, WriteFormat wanted)
      : name(std::move(file_name)), format(std::move(wanted)), output{.sink = &sink} {
    SF_INFO info{};
    info.samplerate = format.rate_hz;
    info.channels = format.channels;
    info.format = major_of(format) | subtype_of(format.container, format.depth);
    is_limited = format.container == Container::kWav && (info.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_RF64;
    SF_VIRTUAL_IO io = calls();
    sound = sf_open_virtual(&io, SFM_WRITE, &info, &output);
    if (output.failure) {
      sf_close(sound);
      std::rethrow_exception(output.failure);
    }
    if (sound == nullptr)
      throw Error(Fault::kOutput, name, "a format that libsndfile writes", sf_strerror(nullptr));
    configure();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { sf_close(sound); }

  void configure() {
    // The PEAK chunk holds the time of day, and the same input shall give the same bytes.
    sf_command(sound, SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);
    if (static_cast<int>(format.channel_map.size()) == format.channels) {
      const int bytes = format.channels * static_cast<int>(sizeof(int));
      sf_command(sound, SFC_SET_CHANNEL_MAP_INFO, format.channel_map.data(), bytes);
    }
    double quality = format.container == Container::kOgg ? kVorbisQuality : kMp3Quality;
    int mode = SF_BITRATE_MODE_VARIABLE;
    if (format.container == Container::kMp3) sf_command(sound, SFC_SET_BITRATE_MODE, &mode, sizeof mode);
    if (depth_in(format.container, format.depth) == Depth::kFloat && format.container != Container::kWav) {
      sf_command(sound, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
    }
  }

  void write(std::span<const double> samples) {
    const Index frames = std::ssize(samples) / format.channels;
    const Depth depth = depth_in(format.container, format.depth);
    if (is_limited && needs_rf64(written + frames, format.channels, depth)) {
      throw Error(Fault::kOutput, name, std::to_string(format.frames_expected) + " frames as announced",
                  "more than a WAV file can hold");
    }
    Index count = 0;
    if (is_integer(depth)) {
      codes.resize(samples.size());
      quantize(samples, depth, codes);
      count = sf_writef_int(sound, codes.data(), frames);
    } else {
      count = sf_writef_double(sound, samples.data(), frames);
    }
    if (output.failure) std::rethrow_exception(output.failure);
    if (count != frames) throw Error(Fault::kOutput, name, "libsndfile to write", sf_strerror(sound));
    written += frames;
  }

  std::string name;
  WriteFormat format;
  Output output;
  SNDFILE* sound = nullptr;
  bool is_limited = false;
  Index written = 0;
  std::vector<int> codes;
};

Encoder::Encoder(ByteSink& sink, std::string_view name, const WriteFormat& format) {
  check_writable(format);
  state_ = std::make_unique<State>(sink, std::string(name), format);
}
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;
Encoder::~Encoder() = default;

void Encoder::write(std::span<const double> interleaved) {
  const auto block = static_cast<std::size_t>(kBlockFrames * state_->format.channels);
  for (std::size_t i = 0; i < interleaved.size(); i += block) {
    state_->write(interleaved.subspan(i, std::min(block, interleaved.size() - i)));
  }
}

void Encoder::close() {
  const int code = sf_close(std::exchange(state_->sound, nullptr));
  if (state_->output.failure) std::rethrow_exception(state_->output.failure);
  if (code != 0) throw Error(Fault::kOutput, state_->name, "libsndfile to write", sf_error_number(code));
}

}  // namespace divisi
