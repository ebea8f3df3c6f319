// SPDX-License-Identifier: Apache-2.0
#include "picture.h"

#include "divisi/compute/fft.h"
#include "divisi/compute/threads.h"
#include "divisi/core/error.h"
#include "divisi/transform/window.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace divisi::studio {
namespace {

constexpr Index kMostKept = Index{64} << 20U;  // bytes of all levels that stay
constexpr Index kMostTile = Index{1} << 19U;   // bytes of a tile
constexpr Index kMostTileFrames = 1024;
constexpr Index kBlockSamples = Index{1} << 18U;  // that are read at once
constexpr double kSteps = 2.0;                    // a decibel
constexpr int kTasks = 16;

std::size_t size_of(Index value) {
  return static_cast<std::size_t>(value);
}

Index tile_frames_of(Index bins) {
  const auto fit = static_cast<std::uint64_t>(std::clamp(kMostTile / bins, Index{1}, kMostTileFrames));
  return static_cast<Index>(std::bit_floor(fit));
}

double reference_of(const Samples& samples, const StftSpec& spec) {
  const auto window = make_window(spec.window, spec.fft);
  const double most = samples.peak() * std::accumulate(window.begin(), window.end(), 0.0);
  return most > 0.0 ? most : 1.0;
}

// The larger of both, byte by byte, into `to`.
void keep_larger(std::span<const char> from, std::span<char> to) {
  const auto larger = [](char a, char b) {
    return static_cast<char>(std::max(static_cast<unsigned char>(a), static_cast<unsigned char>(b)));
  };
  std::ranges::transform(from, to, to.begin(), larger);
}

Index halved(Index count, int times) {
  return ((count - 1) >> times) + 1;
}

}  // namespace

// What one thread needs to make frames.
struct Picture::Worker {
  explicit Worker(const StftSpec& spec)
      : fft(spec.fft),
        window(make_window(spec.window, spec.fft)),
        frame(size_of(spec.fft)),
        spectrum(size_of(spec.bins())),
        energy(size_of(spec.bins())) {}

  RealFft<float> fft;
  std::vector<float> window;
  std::vector<float> frame;
  std::vector<std::complex<float>> spectrum;
  std::vector<float> energy;
  std::vector<float> samples;
};

Picture::Table Picture::table() {
  Table table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    const auto energy =
        static_cast<double>(std::bit_cast<float>((i << 16U) | 0x8000U));  // amid those it stands for
    const bool is_number = i < 0x7F80U;
    const double steps = is_number ? 255.0 + kSteps * 10.0 * std::log10(std::max(energy, 1e-30)) : 255.0;
    table.at(i) = static_cast<std::uint8_t>(std::clamp(std::round(steps), 0.0, 255.0));
  }
  return table;
}

Picture::Picture(std::shared_ptr<Samples> samples, const StftSpec& spec, int id)
    : samples_(std::move(samples)),
      spec_((check(spec), spec)),
      id_(id),
      frames_(spec.frames(samples_->frames())),
      tile_frames_(tile_frames_of(spec.bins())),
      reference_(reference_of(*samples_, spec)),
      byte_of_(table()) {
  for (Index left = frames_; left > 1; left = halved(left, 1)) levels_.push_back({left, {}});
  levels_.push_back({1, {}});
  Index bytes = 0;
  for (const Level& level : levels_) bytes += level.frames * bins();
  while (bytes > kMostKept && first_kept_ + 1 < static_cast<int>(levels_.size()))
    bytes -= levels_[size_of(first_kept_++)].frames * bins();
  for (std::size_t l = size_of(first_kept_); l < levels_.size(); ++l)
    levels_[l].cells.assign(size_of(levels_[l].frames * bins()), '\0');
}

// `count` frames of level 0 from `first` on, as frames of `level`: each cell of `cells`, which stands for the
// frames from (first >> level) on, becomes the largest. Returns the largest energy against the reference.
float Picture::show(Worker& worker, Index first, Index count, int level, std::span<char> cells) const {
  const Index channels = samples_->channels();
  const Index begin = first * spec_.hop - spec_.fft / 2;
  const Index length = (count - 1) * spec_.hop + spec_.fft;
  const Index from = std::clamp<Index>(begin, 0, samples_->frames());
  const Index to = std::clamp<Index>(begin + length, from, samples_->frames());
  worker.samples.assign(size_of(length * channels), 0.0F);
  if (to > from)
    samples_->read(from, std::span(worker.samples)
                             .subspan(size_of((from - begin) * channels), size_of((to - from) * channels)));
  const auto scale = static_cast<float>(1.0 / reference_);
  float most = 0.0F;
  for (Index j = 0; j < count; ++j) {
    std::ranges::fill(worker.energy, 0.0F);
    for (Index c = 0; c < channels; ++c) {
      const float* sample = worker.samples.data() + j * spec_.hop * channels + c;
      for (std::size_t n = 0; n < worker.frame.size(); ++n, sample += channels)
        worker.frame[n] = *sample * scale * worker.window[n];
      worker.fft.forward(worker.frame, worker.spectrum);
      for (std::size_t f = 0; f < worker.energy.size(); ++f)
        worker.energy[f] += worker.spectrum[f].real() * worker.spectrum[f].real() +
                            worker.spectrum[f].imag() * worker.spectrum[f].imag();
    }
    const float share = 1.0F / static_cast<float>(channels);
    char* cell = cells.data() + (((first + j) >> level) - (first >> level)) * bins();
    for (const float sum : worker.energy) {
      const float energy = sum * share;
      most = std::max(most, energy);
      const std::uint8_t byte = byte_of_[(std::bit_cast<std::uint32_t>(energy) >> 16U) & 0x7FFFU];
      *cell = static_cast<char>(std::max(static_cast<unsigned char>(*cell), byte));
      ++cell;
    }
  }
  return most;
}

bool Picture::make(const Observer& observer) {
  std::vector<Worker> workers;
  workers.reserve(kTasks);
  for (int i = 0; i < kTasks; ++i) workers.emplace_back(spec_);
  const Index unit = Index{1} << first_kept_;  // of a frame that stays; a part never shares one with another
  const Index fit = kBlockSamples / (spec_.hop * samples_->channels());
  const Index part = std::max<Index>(unit, std::min<Index>(fit, tile_frames_) / unit * unit);
  std::vector<std::string> cells(kTasks);
  std::vector<float> most(kTasks);
  for (Index first = done(); first < frames_; first += kTasks * part) {
    const double share = static_cast<double>(first) / static_cast<double>(frames_);
    if (!keep_going(observer, {.stage = "transform", .fraction = share, .cost = {}})) return false;
    const Index count = std::min(kTasks * part, frames_ - first);
    parallel_for(static_cast<int>((count + part - 1) / part), 0, [&](int task) {
      const Index begin = first + task * part;
      const Index some = std::min(part, first + count - begin);
      cells[size_of(task)].assign(size_of(halved(some, first_kept_) * bins()), '\0');
      most[size_of(task)] = show(workers[size_of(task)], begin, some, first_kept_, cells[size_of(task)]);
    });
    for (Index begin = first; begin < first + count; begin += part) {
      const auto task = size_of((begin - first) / part);
      take(begin, std::min(part, first + count - begin), cells[task], most[task]);
    }
  }
  return true;
}

// What show() made of these frames at the first level that stays: there, and at all that are coarser.
void Picture::take(Index first, Index count, const std::string& cells, float most) {
  const std::scoped_lock lock(mutex_);
  Level& finest = levels_[size_of(first_kept_)];
  std::ranges::copy(cells, finest.cells.begin() + (first >> first_kept_) * bins());
  for (auto l = size_of(first_kept_) + 1; l < levels_.size(); ++l) {
    const std::string& below = levels_[l - 1].cells;
    const Index last = (first + count - 1) >> (l - 1);
    for (Index j = first >> (l - 1); j <= last; ++j)
      keep_larger(std::span(below).subspan(size_of(j * bins()), size_of(bins())),
                  std::span(levels_[l].cells).subspan(size_of((j >> 1) * bins()), size_of(bins())));
  }
  done_ = first + count;
  most_energy_ = std::max(most_energy_, most);
}

Index Picture::done() const {
  const std::scoped_lock lock(mutex_);
  return done_;
}

double Picture::most() const {
  const std::scoped_lock lock(mutex_);
  return std::sqrt(static_cast<double>(most_energy_)) * reference_;
}

double Picture::top_db() const {
  const double most_now = most();
  return most_now > 0.0 ? 20.0 * std::log10(reference_ / most_now) : 0.0;
}

std::string Picture::tile(int level, Index index) const {
  const auto all = static_cast<int>(levels_.size());
  if (level < 0 || level >= all)
    throw InvalidInput("level", "one of 0.." + std::to_string(all - 1), std::to_string(level));
  const Level& wanted = levels_[size_of(level)];
  const Index tiles = (wanted.frames - 1) / tile_frames_ + 1;
  if (index < 0 || index >= tiles)
    throw InvalidInput("tile", "one of 0.." + std::to_string(tiles - 1), std::to_string(index));
  const Index begin = index * tile_frames_;
  const Index end = std::min(begin + tile_frames_, wanted.frames);
  if (level >= first_kept_) {
    const std::scoped_lock lock(mutex_);
    return wanted.cells.substr(size_of(begin * bins()), size_of((end - begin) * bins()));
  }
  std::string cells(size_of((end - begin) * bins()), '\0');
  Worker worker(spec_);
  const Index last = std::min(end << level, frames_);
  const Index unit = Index{1} << level;
  const Index part = std::max<Index>(unit, kBlockSamples / (spec_.hop * samples_->channels()) / unit * unit);
  for (Index first = begin << level; first < last; first += part)
    show(worker, first, std::min(part, last - first), level,
         std::span(cells).subspan(size_of(((first >> level) - begin) * bins())));
  return cells;
}

}  // namespace divisi::studio
