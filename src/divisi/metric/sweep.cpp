// SPDX-License-Identifier: Apache-2.0
#include "divisi/metric/sweep.h"

#include "divisi/compute/threads.h"

#include <algorithm>

namespace divisi {
namespace {

// The frames of all signals from `start()` on, as far as they are held.
class Buffer {
 public:
  Buffer(Index rows, Index columns)
      : values_(static_cast<std::size_t>(rows * columns)), all_(values_.data(), rows, columns, rows) {}

  [[nodiscard]] Signals rows(Index first, Index count) const {
    return {all_.data() + first, count, all_.cols(), all_.stride()};
  }
  void read(Comparison& comparison, Index first, Index count) {
    comparison.read({all_.data() + first, count, all_.cols(), all_.stride()});
  }
  // Rows [first, first + rows) become rows [0, rows).
  void move_to_front(Index first, Index rows) {
    for (Index column = 0; column < all_.cols(); ++column) {
      const auto values = all_.col(column);
      std::copy_n(values.begin() + first, rows, values.begin());
    }
  }

 private:
  std::vector<double> values_;
  BasicMatrixView<double> all_;
};

bool report(const Observer& observer, Index done, Index all) {
  Progress progress;
  progress.stage = "score";
  progress.fraction = static_cast<double>(done) / static_cast<double>(all);
  return keep_going(observer, progress);
}

// Windows held at a time: enough for all threads, and not above 256 MiB where one alone is less.
Index batch_size(const WindowSweepOptions& options, Index columns) {
  constexpr Index kValues = Index{1} << 25;
  const Index threads = options.threads > 0 ? options.threads : available_threads();
  const Index room = (kValues / columns - options.window) / options.hop + 1;
  return std::clamp<Index>(room, 1, std::min(4 * threads, options.count));
}

}  // namespace

bool sweep(Comparison& comparison, const SweepOptions& options,
           const std::function<void(Index, const Stretch&)>& visit, const Observer& observer) {
  const Index history = options.history;
  Buffer buffer(history + kLanes * options.rows, comparison.columns());
  comparison.rewind();
  for (Index position = 0; position < comparison.frames();) {
    const Index count = std::min(kLanes * options.rows, comparison.frames() - position);
    buffer.read(comparison, history, count);
    position += count;
    const Signals signals = buffer.rows(0, history + count);
    const int lanes = static_cast<int>((count + options.rows - 1) / options.rows);
    parallel_for(lanes, options.threads, [&](int lane) {
      const Index begin = lane * options.rows;
      const bool last = position == comparison.frames() && lane + 1 == lanes;
      visit(lane,
            {signals, history + begin, std::min(options.rows, count - begin) + (last ? options.tail : 0)});
    });
    buffer.move_to_front(count, history);
    if (!report(observer, position, comparison.frames())) return false;
  }
  return true;
}

bool sweep_windows(Comparison& comparison, const WindowSweepOptions& options,
                   const std::function<void(Index, const Signals&)>& visit, const Observer& observer) {
  const Index batch = batch_size(options, comparison.columns());
  Buffer buffer(options.window + (batch - 1) * options.hop, comparison.columns());
  comparison.rewind();
  Index held = 0;  // rows, from the start of the first window of the batch on
  for (Index first = 0; first < options.count; first += batch) {
    const Index windows = std::min(batch, options.count - first);
    const Index needed = options.window + (windows - 1) * options.hop;
    buffer.read(comparison, held, needed - held);
    parallel_for(static_cast<int>(windows), options.threads,
                 [&](int i) { visit(first + i, buffer.rows(i * options.hop, options.window)); });
    if (!report(observer, first + windows, options.count)) return false;
    const Index next = windows * options.hop;
    if (first + windows == options.count) break;
    held = std::max<Index>(0, needed - next);
    buffer.move_to_front(std::min(next, needed), held);
    for (Index gap = next - needed; gap > 0;) {
      // Between windows that do not touch: read into what the next ones will overwrite.
      const Index count = std::min(gap, options.window);
      buffer.read(comparison, 0, count);
      gap -= count;
    }
  }
  return true;
}

}  // namespace divisi
