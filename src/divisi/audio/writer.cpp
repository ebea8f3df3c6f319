// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/writer.h"

#include "divisi/audio/ogg.h"

#include <algorithm>
#include <array>

namespace divisi {
namespace {

constexpr std::uint32_t kOggSerial = 1;

template <typename Writer>
void write_all(const Audio& audio, Writer& writer) {
  constexpr Index kBlockFrames = 4096;
  MemorySource source(audio);
  std::vector<double> block(static_cast<std::size_t>(kBlockFrames * audio.channels));
  while (const Index frames = source.read(block)) {
    writer.write(std::span(block).first(static_cast<std::size_t>(frames * audio.channels)));
  }
}

}  // namespace

class FileWriter::Sink : public ByteSink {
 public:
  explicit Sink(Descriptor opened) : file(std::move(opened)) {}
  [[nodiscard]] std::int64_t size() const override { return file.size(); }
  void write_at(std::span<const std::byte> block, std::int64_t position) override {
    file.write_at(block, position);
  }

  Descriptor file;
};

FileWriter::FileWriter(const std::filesystem::path& path, const WriteFormat& format)
    : container_(format.container) {
  check_writable(format);  // before there is a file
  sink_ = std::make_unique<Sink>(Descriptor::create(path));
  encoder_ = std::make_unique<Encoder>(*sink_, path.string(), format);
}

FileWriter::~FileWriter() = default;

void FileWriter::write(std::span<const double> interleaved) {
  encoder_->write(interleaved);
}

void FileWriter::close() {
  encoder_->close();
  if (container_ == Container::kOgg) set_ogg_serial(sink_->file, kOggSerial);
  sink_->file.close();
}

void write_audio(const std::filesystem::path& path, const Audio& audio, Container container, Depth depth) {
  FileWriter writer(path, {.container = container,
                           .depth = depth,
                           .rate_hz = audio.rate_hz,
                           .channels = audio.channels,
                           .frames_expected = audio.frames()});
  write_all(audio, writer);
  writer.close();
}

class MemoryWriter::Sink : public ByteSink {
 public:
  [[nodiscard]] std::int64_t size() const override { return std::ssize(bytes); }
  void write_at(std::span<const std::byte> block, std::int64_t position) override {
    const auto begin = static_cast<std::size_t>(position);
    bytes.resize(std::max(bytes.size(), begin + block.size()));
    std::copy(block.begin(), block.end(), bytes.begin() + position);
  }

  std::vector<std::byte> bytes;
};

MemoryWriter::MemoryWriter(const WriteFormat& format)
    : sink_(std::make_unique<Sink>()),
      encoder_(std::make_unique<Encoder>(*sink_, extension_of(format.container), format)),
      container_(format.container) {}

MemoryWriter::~MemoryWriter() = default;

void MemoryWriter::write(std::span<const double> interleaved) {
  encoder_->write(interleaved);
}

std::vector<std::byte> MemoryWriter::close() {
  encoder_->close();
  if (container_ == Container::kOgg) set_ogg_serial(sink_->bytes, kOggSerial);
  return std::move(sink_->bytes);
}

std::vector<std::byte> encode_flac(const Audio& audio) {
  MemoryWriter writer({.container = Container::kFlac,
                       .depth = Depth::kS16,
                       .rate_hz = audio.rate_hz,
                       .channels = audio.channels,
                       .frames_expected = audio.frames()});
  write_all(audio, writer);
  return writer.close();
}

}  // namespace divisi
