// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/comparison.h"

#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace divisi {
namespace {

std::string count_of(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::string length_of(Index frames) {
  return std::to_string(frames) + " frames";
}

}  // namespace

Comparison::Comparison(std::span<AudioSource* const> references, std::span<AudioSource* const> estimates)
    : sounds_(references.begin(), references.end()), sources_(std::ssize(references)) {
  sounds_.insert(sounds_.end(), estimates.begin(), estimates.end());
  check();
}

Comparison::Comparison(std::span<const Audio> references, std::span<const Audio> estimates)
    : sources_(std::ssize(references)) {
  for (const auto sounds : {references, estimates}) {
    for (const Audio& audio : sounds) {
      owned_.push_back(std::make_unique<MemorySource>(audio));
      sounds_.push_back(owned_.back().get());
    }
  }
  check();
}

void Comparison::check() {
  if (sources_ == 0) throw InvalidInput("references", "1 or more", "none");
  const auto sources = static_cast<std::size_t>(sources_);
  if (sounds_.size() != 2 * sources) {
    throw InvalidInput("estimates", "as many as there are references (" + std::to_string(sources) + ")",
                       std::to_string(sounds_.size() - sources));
  }
  const AudioSource& first = *sounds_.front();
  for (std::size_t sound = 0; sound < sounds_.size(); ++sound) {
    const AudioSource& other = *sounds_[sound];
    if (other.channels() < 1)
      throw InvalidInput(name(sound), "1 or more channels", std::to_string(other.channels()));
    const auto require = [&](bool same, const std::string& expected, const std::string& got) {
      if (!same) throw InvalidInput(name(sound), expected + " as reference 1", got);
    };
    require(other.channels() == first.channels(),
            count_of(static_cast<std::size_t>(first.channels()), "channel"),
            count_of(static_cast<std::size_t>(other.channels()), "channel"));
    require(other.rate_hz() == first.rate_hz(), std::to_string(first.rate_hz()) + " Hz",
            std::to_string(other.rate_hz()) + " Hz");
    require(other.frames() == first.frames(), length_of(first.frames()), length_of(other.frames()));
  }
  channels_ = first.channels();
  frames_ = first.frames();
}

std::string Comparison::name(std::size_t sound) const {
  const auto sources = static_cast<std::size_t>(sources_);
  return sound < sources ? "reference " + std::to_string(sound + 1)
                         : "estimate " + std::to_string(sound - sources + 1);
}

void Comparison::rewind() {
  for (AudioSource* sound : sounds_) sound->rewind();
  position_ = 0;
}

void Comparison::read(BasicMatrixView<double> out) {
  assert(out.cols() == columns());
  for (std::size_t sound = 0; sound < sounds_.size(); ++sound) {
    read_sound(sound, out.cols(static_cast<Index>(sound) * channels_, channels_));
  }
  position_ += out.rows();
}

void Comparison::read_sound(std::size_t sound, BasicMatrixView<double> out) {
  interleaved_.resize(static_cast<std::size_t>(out.rows() * channels_));
  Index done = 0;
  while (done < out.rows()) {
    const Index count =
        sounds_[sound]->read(std::span(interleaved_).subspan(static_cast<std::size_t>(done * channels_)));
    if (count == 0) throw InvalidInput(name(sound), length_of(frames_), length_of(position_ + done));
    done += count;
  }
  for (Index frame = 0; frame < out.rows(); ++frame) {
    for (Index channel = 0; channel < channels_; ++channel) {
      const double value = interleaved_[static_cast<std::size_t>(frame * channels_ + channel)];
      if (!std::isfinite(value)) {
        throw InvalidInput(name(sound), "finite samples",
                           to_text(value) + " at frame " + std::to_string(position_ + frame) + ", channel " +
                               std::to_string(channel + 1));
      }
      out(frame, channel) = value;
    }
  }
}

}  // namespace divisi
