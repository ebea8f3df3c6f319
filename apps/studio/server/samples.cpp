// SPDX-License-Identifier: Apache-2.0
#include "samples.h"

#include "divisi/core/error.h"

#include <algorithm>
#include <vector>

namespace divisi::studio {
namespace {

constexpr Index kBlockSamples = 65536;

}  // namespace

std::shared_ptr<Samples> Samples::open(const std::filesystem::path& path,
                                       const std::filesystem::path& temporary_folder,
                                       const Observer& observer) {
  auto source = FileSource::open(path, {.temporary_folder = temporary_folder, .observer = observer});
  if (!source) return nullptr;
  const std::shared_ptr<Samples> samples(new Samples(std::move(source)));
  const bool is_ready = samples->source_->seeks_quickly() || samples->decode(temporary_folder, observer);
  return is_ready ? samples : nullptr;
}

// False where the observer cancels.
bool Samples::decode(const std::filesystem::path& temporary_folder, const Observer& observer) {
  auto file = Descriptor::temporary(temporary_folder);
  std::vector<float> block(
      static_cast<std::size_t>(std::max<Index>(1, kBlockSamples / channels()) * channels()));
  for (Index from = 0; from < frames();) {
    const double share = static_cast<double>(from) / static_cast<double>(frames());
    if (!keep_going(observer, {.stage = "decode", .fraction = share, .cost = {}})) return false;
    const Index count = std::min(std::ssize(block) / channels(), frames() - from);
    const auto part = std::span(block).first(static_cast<std::size_t>(count * channels()));
    read(from, part);
    file.write_at(std::as_bytes(part), from * channels() * static_cast<Index>(sizeof(float)));
    from += count;
  }
  decoded_ = std::move(file);
  return true;
}

const std::string& Samples::sha256() {
  const std::scoped_lock lock(digesting_);
  if (sha256_.empty()) sha256_ = source_->sha256();
  return sha256_;
}

void Samples::read(Index from, std::span<float> block) {
  if (decoded_) {
    const auto bytes = std::as_writable_bytes(block);
    if (decoded_->read_at(bytes, from * channels() * static_cast<Index>(sizeof(float))) < bytes.size())
      throw Error(Fault::kInput, decoded_->name(), "the samples that were written there", "fewer");
    return;
  }
  const std::scoped_lock lock(mutex_);
  if (from != position_) source_->seek(from);
  position_ = -1;  // wherever, should this fail
  std::vector<double> exact(block.size());
  const Index count = source_->read(exact);
  std::ranges::transform(exact, block.begin(), [](double x) { return static_cast<float>(x); });
  position_ = from + count;
}

}  // namespace divisi::studio
