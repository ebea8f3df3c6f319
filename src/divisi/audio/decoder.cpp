// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/decoder.h"

#include "divisi/audio/header.h"
#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <exception>
#include <sndfile.h>
#include <utility>

namespace divisi {
namespace {

constexpr Index kSkipFrames = 4096;

// A file as libsndfile sees it. C code must not be left by an exception: it waits in `failure`.
struct Input {
  const Descriptor* file;
  std::int64_t position = 0;
  std::optional<UnfinishedWav> unfinished = {};
  std::exception_ptr failure = {};

  std::int64_t seek(std::int64_t offset, int from) {
    position = offset + (from == SEEK_CUR ? position : from == SEEK_END ? file->size() : 0);
    return position;
  }

  std::int64_t read(std::span<std::byte> block) try {
    const auto count = static_cast<std::int64_t>(file->read_at(block, position));
    for (std::int64_t i = 0; unfinished && i < 4; ++i) {
      const std::int64_t at = unfinished->size_position + i - position;
      if (at >= 0 && at < count) block[static_cast<std::size_t>(at)] = std::byte{0xFF};
    }
    position += count;
    return count;
  } catch (...) {
    failure = std::current_exception();
    return 0;
  }
};

Input& input_of(void* user) {
  return *static_cast<Input*>(user);
}

SF_VIRTUAL_IO calls() {
  SF_VIRTUAL_IO io{};
  io.get_filelen = [](void* user) -> sf_count_t { return input_of(user).file->size(); };
  io.seek = [](sf_count_t offset, int from, void* user) -> sf_count_t {
    return input_of(user).seek(offset, from);
  };
  io.read = [](void* data, sf_count_t count, void* user) -> sf_count_t {
    return input_of(user).read({static_cast<std::byte*>(data), static_cast<std::size_t>(count)});
  };
  io.write = [](const void*, sf_count_t, void*) -> sf_count_t { return 0; };
  io.tell = [](void* user) -> sf_count_t { return input_of(user).position; };
  return io;
}

// libsndfile's words for a file that it does not take, in the words of its users.
std::string refusal(std::string_view message) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kWords{{
      {"Format not recognised", "a file that it does not recognise"},
      {"No 'data' chunk", "a WAV file that lacks its 'fmt ' or 'data' chunk"},
      {"Malformed 'fmt ' chunk", "a WAV file with a damaged header (its 'fmt ' chunk)"},
      {"Channel count is zero", "a header that claims 0 channels"},
      {"Too many channels", "a header that claims more than 1024 channels"},
      {"SF_INFO struct incomplete", "a header with an impossible sample rate"},
      {"unimplemented format", "an encoding that it cannot decode"},
      {"is malformed", "a file that is damaged or cut short"},
  }};
  for (const auto& [pattern, words] : kWords) {
    if (message.find(pattern) != std::string_view::npos) return std::string(words);
  }
  return "a file that it refuses: " + std::string(message);
}

struct Encoding {
  Depth depth;
  bool is_lossy;
  bool has_fixed_frames;  ///< every frame takes the same bytes, so that one can be sought exactly
};

Encoding encoding_of(int format) {
  const bool is_packed = (format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC;
  switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
      return {Depth::kU8, false, !is_packed};
    case SF_FORMAT_PCM_16:
      return {Depth::kS16, false, !is_packed};
    case SF_FORMAT_PCM_24:
      return {Depth::kS24, false, !is_packed};
    case SF_FORMAT_PCM_32:
      return {Depth::kS32, false, !is_packed};
    case SF_FORMAT_FLOAT:
      return {Depth::kFloat, false, true};
    case SF_FORMAT_DOUBLE:
      return {Depth::kDouble, false, true};
    case SF_FORMAT_ALAC_16:
      return {Depth::kS16, false, false};
    case SF_FORMAT_ALAC_20:
    case SF_FORMAT_ALAC_24:
    case SF_FORMAT_DWVW_24:
      return {Depth::kS24, false, false};
    case SF_FORMAT_ALAC_32:
      return {Depth::kS32, false, false};
    case SF_FORMAT_VORBIS:
    case SF_FORMAT_OPUS:
    case SF_FORMAT_MPEG_LAYER_I:
    case SF_FORMAT_MPEG_LAYER_II:
    case SF_FORMAT_MPEG_LAYER_III:
      return {Depth::kFloat, true, false};
    default:
      return {Depth::kS16, true, false};
  }
}

std::string container_name(int format) {
  const int subtype = format & SF_FORMAT_SUBMASK;
  switch (format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
      return "WAV";
    case SF_FORMAT_FLAC:
      return "FLAC";
    case SF_FORMAT_OGG:
      return subtype == SF_FORMAT_OPUS ? "Ogg Opus" : subtype == SF_FORMAT_VORBIS ? "Ogg Vorbis" : "Ogg";
    case SF_FORMAT_MPEG:
      return subtype == SF_FORMAT_MPEG_LAYER_III ? "MP3" : "MPEG";
    default:
      break;
  }
  SF_FORMAT_INFO info{};
  info.format = format & SF_FORMAT_TYPEMASK;
  if (sf_command(nullptr, SFC_GET_FORMAT_INFO, &info, sizeof info) != 0 || info.name == nullptr)
    return "unknown";
  const std::string name = info.name;
  return name.substr(0, name.find(" ("));
}

}  // namespace

struct Decoder::State {
  explicit State(const Descriptor& file) : input{.file = &file, .unfinished = find_unfinished_wav(file)} {
    SF_VIRTUAL_IO io = calls();
    sound = sf_open_virtual(&io, SFM_READ, &info, &input);
    if (input.failure) {
      sf_close(sound);
      std::rethrow_exception(input.failure);
    }
    if (sound == nullptr) {
      throw Error(Fault::kInput, file.name(),
                  "an audio file that libsndfile reads (WAV, FLAC, Ogg, MP3, AIFF, ...)",
                  refusal(sf_strerror(nullptr)));
    }
    encoding = encoding_of(info.format);
    // libsndfile 1.2 takes the floats of such a file for integers: noise at full scale, without a word.
    const bool is_w64 = (info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_W64;
    if (is_w64 && is_integer(encoding.depth) &&
        opening_log().find("format : IEEE float") != std::string::npos) {
      sf_close(sound);
      throw Error(Fault::kInput, file.name(), "an audio file that libsndfile reads",
                  "a W64 file with floats in an extensible header, which it would misread");
    }
    claim();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { sf_close(sound); }

  [[nodiscard]] std::string opening_log() const {
    std::array<char, 16384> log{};
    sf_command(sound, SFC_GET_LOG_INFO, log.data(), static_cast<int>(log.size()) - 1);
    return log.data();
  }

  void claim() {
    claims.rate_hz = info.samplerate;
    claims.channels = info.channels;
    claims.frames = info.frames == SF_COUNT_MAX ? 0 : std::max<Index>(info.frames, 0);
    claims.depth = encoding.depth;
    claims.lossy = encoding.is_lossy;
    claims.container = container_name(info.format);
    std::vector<int> map(static_cast<std::size_t>(info.channels));
    const int map_bytes = info.channels * static_cast<int>(sizeof(int));
    if (sf_command(sound, SFC_GET_CHANNEL_MAP_INFO, map.data(), map_bytes) == SF_TRUE)
      claims.channel_map = map;

    const std::string log = opening_log();
    const int frame_bytes = encoding.has_fixed_frames ? bytes_of(encoding.depth) * info.channels : 0;
    const std::string warning = truncation_warning(log, claims.frames, frame_bytes);
    if (!warning.empty()) claims.warnings.push_back(warning);
    if (input.unfinished && !input.unfinished->was_piped) {
      claims.warnings.emplace_back("the header was never completed: all that follows it is taken for sound");
    }
  }

  Input input;
  SF_INFO info{};
  SNDFILE* sound = nullptr;
  Encoding encoding{};
  AudioFacts claims;
  Index position = 0;
};

Decoder::Decoder(const Descriptor& file) : state_(std::make_unique<State>(file)) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

const AudioFacts& Decoder::claims() const {
  return state_->claims;
}

Index Decoder::read(std::span<double> block) {
  const Index frames = std::ssize(block) / state_->info.channels;
  const Index count = std::max<Index>(0, sf_readf_double(state_->sound, block.data(), frames));
  state_->position += count;
  if (state_->input.failure) std::rethrow_exception(state_->input.failure);
  if (count < frames && sf_error(state_->sound) != SF_ERR_NO_ERROR) {
    const double at_s = static_cast<double>(state_->position) / state_->info.samplerate;
    std::string_view message = sf_strerror(state_->sound);
    if (message.starts_with("Error : ")) message.remove_prefix(8);
    throw Error(Fault::kInput, state_->input.file->name(), "sound that decodes to its end",
                "a file that is damaged or cut short near " + to_fixed(at_s, 3) + " s (" +
                    std::string(message) + ")");
  }
  return count;
}

Index Decoder::skip(Index frames) {
  const Index begin = state_->position;
  if (state_->encoding.has_fixed_frames) {
    const Index target = std::min(begin + frames, state_->claims.frames);
    if (sf_seek(state_->sound, target, SEEK_SET) == target) {
      state_->position = target;
      return target - begin;
    }
  }
  // Decoding is the one way of getting there that is exact for all formats.
  std::vector<double> block(static_cast<std::size_t>(kSkipFrames * state_->info.channels));
  for (Index left = frames; left > 0;) {
    const Index wanted = std::min(left, kSkipFrames);
    const Index count =
        read(std::span(block).first(static_cast<std::size_t>(wanted * state_->info.channels)));
    if (count == 0) break;
    left -= count;
  }
  return state_->position - begin;
}

bool Decoder::can_seek() const {
  return state_->encoding.has_fixed_frames || (state_->info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC;
}

bool Decoder::seek(Index frame) {
  if (!can_seek() || sf_seek(state_->sound, frame, SEEK_SET) != frame) return false;
  state_->position = frame;
  return true;
}

bool has_known_extension(const std::filesystem::path& path) {
  static constexpr std::array<std::string_view, 34> kKnown{
      ".wav", ".wave", ".rf64", ".w64",   ".aif",  ".aiff", ".aifc",  ".au",   ".snd",
      ".caf", ".flac", ".ogg",  ".oga",   ".opus", ".mp3",  ".mp2",   ".mp1",  ".mpga",
      ".iff", ".svx",  ".8svx", ".16svx", ".voc",  ".sf",   ".ircam", ".nist", ".sph",
      ".mat", ".pvf",  ".xi",   ".htk",   ".sds",  ".sd2",  ".mpc2k"};
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kKnown.begin(), kKnown.end(), extension) != kKnown.end();
}

}  // namespace divisi
