// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/render.h"

#include "divisi/compute/threads.h"
#include "divisi/mask/mask.h"
#include "divisi/pipeline/analysis_source.h"
#include "divisi/pipeline/model.h"

#include <algorithm>

namespace divisi {
namespace {

constexpr Index kBlockFrames = 64;
constexpr Index kTaskFrames = 16;

std::size_t size_of(Index value) {
  return static_cast<std::size_t>(value);
}

// A source that remembers what was read from it, until it is taken.
class RecordingSource : public AudioSource {
 public:
  explicit RecordingSource(AudioSource& source) : source_(source) {}

  [[nodiscard]] int rate_hz() const override { return source_.rate_hz(); }
  [[nodiscard]] int channels() const override { return source_.channels(); }
  [[nodiscard]] Index frames() const override { return source_.frames(); }
  Index read(std::span<double> block) override {
    const Index frames = source_.read(block);
    recorded_.insert(recorded_.end(), block.begin(), block.begin() + frames * channels());
    return frames;
  }
  void rewind() override {
    source_.rewind();
    recorded_.clear();
  }

  std::vector<double>& recorded() { return recorded_; }
  [[nodiscard]] const std::vector<double>& recorded() const { return recorded_; }

 private:
  AudioSource& source_;
  std::vector<double> recorded_;
};

// One for all channels, or one for each.
std::vector<Masks> masks_of(const Separation& separation, const Settings& settings) {
  const MaskOptions options{
      .kind = settings.mask, .exponent = *settings.mask_exponent, .power = *settings.power};
  std::vector<Masks> masks;
  const auto& refinement = separation.refinement;
  const Grouping& groups = refinement ? refinement->groups : separation.groups;
  for (const Factors& factors : separation.channel_factors) masks.emplace_back(factors, groups, options);
  if (masks.empty())
    masks.emplace_back(refinement ? refinement->factors : separation.fit.factors, groups, options);
  return masks;
}

class Renderer {
 public:
  Renderer(AudioSource& mixture, const Separation& separation, const Settings& settings, StemSink& sink)
      : recording_(mixture),
        analysis_(recording_, static_cast<int>(separation.rate_hz)),
        reader_(analysis_.get(), separation.spec, settings.threads),
        axis_(separation.refinement ? std::nullopt : separation.axis),
        masks_(masks_of(separation, with_model(settings))),
        demixing_(separation.demixing),
        settings_(with_model(settings)),
        sink_(sink),
        last_is_remainder_(masks_.front().complete() && !analysis_.is_resampled()),
        stems_(size_of(masks_.front().sources())),
        channels_(size_of(mixture.channels())) {
    const std::size_t inverted = stems_.size() - (last_is_remainder_ ? 1 : 0);
    for (std::size_t i = 0; i < inverted * channels_; ++i) {
      inverses_.emplace_back(separation.spec, analysis_.get().frames());
    }
    signals_.resize(inverses_.size());
    for (std::size_t s = 0; s < inverted && analysis_.is_resampled(); ++s) {
      back_.emplace_back(analysis_.get().rate_hz(), mixture.rate_hz(), mixture.channels());
    }
  }

  bool run(const Observer& observer) {
    Index first = 0;
    for (Spectrum block = reader_.read(kBlockFrames); block.frames() > 0;
         block = reader_.read(kBlockFrames)) {
      const double done = static_cast<double>(first) / static_cast<double>(reader_.frames());
      if (!keep_going(observer, {.stage = "write", .fraction = done})) return false;
      const auto parts = parts_of(block, first);
      sink_.spectrum(magnitudes(block, 1.0));
      invert(parts);
      collect();
      deliver(std::min(available(), std::ssize(recording_.recorded())));
      first += block.frames();
    }
    finish();
    return true;
  }

 private:
  // The sources' masks of a block that V is of, on the STFT's bins, whatever the axis on which they are
  // decided.
  [[nodiscard]] std::vector<Matrix> masks_at(const Masks& shares, Index first, const Matrix& V) const {
    std::vector<Matrix> masks(stems_.size(), Matrix(V.rows(), V.cols()));
    const auto parts = static_cast<int>((V.cols() + kTaskFrames - 1) / kTaskFrames);
    parallel_for(parts, settings_.threads, [&](int part) {
      const Index begin = part * kTaskFrames;
      const ConstMatrixView some = V.view().cols(begin, std::min(kTaskFrames, V.cols() - begin));
      const auto found =
          axis_ ? shares.at(first + begin, axis_->to_log(some)) : shares.at(first + begin, some);
      for (std::size_t s = 0; s < masks.size(); ++s) {
        const Matrix linear = axis_ ? axis_->to_linear(found[s]) : found[s];
        std::ranges::copy(linear.values(), masks[s].col(begin).begin());
      }
    });
    return masks;
  }

  // The sources' spectra of a block.
  [[nodiscard]] std::vector<Spectrum> parts_of(const Spectrum& block, Index first) const {
    std::vector<Spectrum> parts;
    if (!demixing_.empty()) {
      for (Index s = 0; s < std::ssize(stems_); ++s) parts.push_back(demixing_.apply(s, block));
      return parts;
    }
    const bool each = masks_.size() > 1;
    parts.assign(stems_.size(), Spectrum(block.bins(), block.channels(), block.frames()));
    std::vector<Matrix> masks;
    for (Index c = 0; c < block.channels(); ++c) {
      if (each || c == 0) {
        const Matrix V = magnitudes(each ? block.channel(c) : block, *settings_.power);
        masks = masks_at(masks_[each ? size_of(c) : 0], first, V);
      }
      for (std::size_t s = 0; s < parts.size(); ++s) {
        for (Index j = 0; j < block.frames(); ++j)
          std::ranges::transform(block.at(j, c), masks[s].col(j), parts[s].at(j, c).begin(),
                                 std::multiplies<>());
      }
    }
    return parts;
  }

  void invert(const std::vector<Spectrum>& parts) {
    parallel_for(static_cast<int>(inverses_.size()), settings_.threads, [&](int task) {
      const auto i = static_cast<std::size_t>(task);
      const Spectrum& part = parts[i / channels_];
      for (Index j = 0; j < part.frames(); ++j)
        inverses_[i].add(part.at(j, static_cast<Index>(i % channels_)), signals_[i]);
    });
  }

  // Moves the channels' new samples, interleaved and at the mixture's rate, to the end of the stems.
  void collect() {
    for (std::size_t s = 0; s * channels_ < signals_.size(); ++s) {
      std::vector<double> block(signals_[s * channels_].size() * channels_);
      for (std::size_t c = 0; c < channels_; ++c) {
        auto& signal = signals_[s * channels_ + c];
        for (std::size_t n = 0; n < signal.size(); ++n)
          block[n * channels_ + c] = static_cast<double>(signal[n]);
        signal.clear();
      }
      if (back_.empty()) {
        stems_[s].insert(stems_[s].end(), block.begin(), block.end());
      } else {
        back_[s].process(block, stems_[s]);
      }
    }
  }

  // Values of every stem that wait to be handed over.
  [[nodiscard]] Index available() const {
    return last_is_remainder_ && stems_.size() == 1 ? std::ssize(recording_.recorded())
                                                    : std::ssize(stems_.front());
  }

  void deliver(Index values) {
    if (values <= 0) return;
    auto& mixture = recording_.recorded();
    const std::span<const double> now(mixture.data(), size_of(values));
    std::vector<std::vector<double>> blocks;
    for (auto& stem : stems_) {
      if (&stem == &stems_.back() && last_is_remainder_) break;
      blocks.emplace_back(stem.begin(), stem.begin() + values);
      stem.erase(stem.begin(), stem.begin() + values);
    }
    if (last_is_remainder_) {
      std::vector<double> remainder(now.begin(), now.end());
      for (const auto& block : blocks)
        std::ranges::transform(remainder, block, remainder.begin(), std::minus<>());
      blocks.push_back(std::move(remainder));
    }
    sink_.samples(now, blocks);
    mixture.erase(mixture.begin(), mixture.begin() + values);
  }

  // The resamplers' tails, cut or filled to the mixture's length.
  void finish() {
    for (std::size_t s = 0; s < back_.size(); ++s) back_[s].finish(stems_[s]);
    std::vector<double> rest(4096 * channels_);
    while (recording_.read(rest) > 0) {
    }
    const Index left = std::ssize(recording_.recorded());
    if (!last_is_remainder_) {
      for (auto& stem : stems_) stem.resize(size_of(left), 0.0);
    }
    deliver(left);
  }

  RecordingSource recording_;
  AnalysisSource analysis_;
  StftReader reader_;
  std::optional<LogAxis> axis_;
  std::vector<Masks> masks_;  // one for all channels, or one for each
  const Demixing& demixing_;
  Settings settings_;
  StemSink& sink_;
  bool last_is_remainder_;
  std::vector<std::vector<double>> stems_;  // what is not handed over yet, interleaved
  std::size_t channels_;
  std::vector<OverlapAdd> inverses_;         // source by source, channel by channel
  std::vector<std::vector<float>> signals_;  // what they gave
  std::vector<StreamResampler> back_;
};

}  // namespace

bool render(AudioSource& mixture, const Separation& separation, const Settings& settings, StemSink& sink,
            const Observer& observer) {
  return Renderer(mixture, separation, settings, sink).run(observer);
}

}  // namespace divisi
