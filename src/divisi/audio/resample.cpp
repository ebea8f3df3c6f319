// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/resample.h"

#include "divisi/core/error.h"

#include <algorithm>
#include <cassert>
#include <new>
#include <soxr.h>
#include <string>

namespace divisi {
namespace {

constexpr std::size_t kBlockFrames = 8192;

}  // namespace

Index resampled_frames(Index frames, int from_hz, int to_hz) {
  // In two parts, since frames × rate may pass the largest integer.
  const Index whole = frames / from_hz;
  const Index rest = frames % from_hz;
  return whole * to_hz + (rest * to_hz + from_hz - 1) / from_hz;
}

struct StreamResampler::State {
  State(int from, int to, int width) : from_hz(from), to_hz(to), channels(width) {
    const auto check = [](const char* name, int value) {
      if (value < 1) throw InvalidInput(name, "1 or more", std::to_string(value));
    };
    check("rate", from_hz);
    check("rate", to_hz);
    check("channels", channels);
    if (from_hz == to_hz) return;
    const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT64_I, SOXR_FLOAT64_I);
    // The precise clock, since the plain one drifts by 30 ns in 20 minutes where the rates are odd.
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ | SOXR_LINEAR_PHASE, SOXR_HI_PREC_CLOCK);
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_error_t error = nullptr;
    soxr = soxr_create(from_hz, to_hz, static_cast<unsigned>(channels), &error, &io, &quality, &runtime);
    if (error != nullptr) {
      throw InvalidInput("rate", "one that soxr reaches from " + std::to_string(from_hz) + " Hz",
                         std::to_string(to_hz) + " Hz (" + error + ")");
    }
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { soxr_delete(soxr); }

  // Appends what `frames` of `in` make ready; without `in`, what is left.
  void push(const double* in, Index frames, std::vector<double>& out) {
    const auto width = static_cast<std::size_t>(channels);
    for (auto left = static_cast<std::size_t>(frames);;) {
      std::size_t used = 0;
      std::size_t count = 0;
      const std::size_t old = out.size();
      out.resize(old + kBlockFrames * width);
      const soxr_error_t error = soxr_process(soxr, in, left, &used, out.data() + old, kBlockFrames, &count);
      out.resize(old + count * width);
      if (error != nullptr) throw std::bad_alloc();  // the only way in which it fails once it is made
      made += static_cast<Index>(count);
      left -= used;
      if (in != nullptr) in += used * width;
      if (count == 0 && (left == 0 || used == 0)) return;
    }
  }

  int from_hz;
  int to_hz;
  int channels;
  soxr_t soxr = nullptr;
  Index taken = 0;  // frames in
  Index made = 0;   // frames out
};

StreamResampler::StreamResampler(int from_hz, int to_hz, int channels)
    : state_(std::make_unique<State>(from_hz, to_hz, channels)) {}
StreamResampler::StreamResampler(StreamResampler&&) noexcept = default;
StreamResampler& StreamResampler::operator=(StreamResampler&&) noexcept = default;
StreamResampler::~StreamResampler() = default;

void StreamResampler::process(std::span<const double> in, std::vector<double>& out) {
  if (state_->soxr == nullptr) {
    out.insert(out.end(), in.begin(), in.end());
    return;
  }
  const Index frames = std::ssize(in) / state_->channels;
  if (frames == 0) return;
  state_->taken += frames;
  state_->push(in.data(), frames, out);
}

void StreamResampler::finish(std::vector<double>& out) {
  if (state_->soxr == nullptr || state_->taken == 0) return;
  const Index total = resampled_frames(state_->taken, state_->from_hz, state_->to_hz);
  // soxr rounds the length to the nearest frame: a little silence behind the end makes it long enough.
  const Index extra = state_->from_hz / state_->to_hz + 2;
  const std::vector<double> silence(static_cast<std::size_t>(extra * state_->channels));
  state_->push(silence.data(), extra, out);
  state_->push(nullptr, 0, out);
  assert(state_->made >= total);
  out.resize(out.size() - static_cast<std::size_t>((state_->made - total) * state_->channels));
}

ResampledSource::ResampledSource(AudioSource& source, int rate_hz)
    : source_(source),
      rate_hz_(rate_hz),
      resampler_(source.rate_hz(), rate_hz, source.channels()),
      in_(kBlockFrames * static_cast<std::size_t>(source.channels())) {}

Index ResampledSource::frames() const {
  return resampled_frames(source_.frames(), source_.rate_hz(), rate_hz_);
}

void ResampledSource::refill() {
  ready_.clear();
  taken_ = 0;
  while (ready_.empty() && !at_end_) {
    const Index frames = source_.read(in_);
    at_end_ = frames == 0;
    if (at_end_) {
      resampler_.finish(ready_);
    } else {
      resampler_.process(std::span(in_).first(static_cast<std::size_t>(frames * channels())), ready_);
    }
  }
}

Index ResampledSource::read(std::span<double> block) {
  std::size_t done = 0;
  while (done < block.size()) {
    if (taken_ == ready_.size()) refill();
    if (ready_.empty()) break;
    const std::size_t count = std::min(block.size() - done, ready_.size() - taken_);
    std::copy_n(ready_.begin() + static_cast<Index>(taken_), count, block.begin() + static_cast<Index>(done));
    done += count;
    taken_ += count;
  }
  return static_cast<Index>(done) / channels();
}

void ResampledSource::rewind() {
  source_.rewind();
  resampler_ = StreamResampler(source_.rate_hz(), rate_hz_, channels());
  ready_.clear();
  taken_ = 0;
  at_end_ = false;
}

}  // namespace divisi
