// SPDX-License-Identifier: Apache-2.0
#include "divisi/factor/tile_sweep.h"

#include "divisi/compute/threads.h"
#include "divisi/factor/unit_sums.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace divisi {
namespace {

constexpr Index kPanel = 48;  // frames: two multiples of kFrameStep
static_assert(kPanel % kFrameStep == 0);
// Parts of V with sums of their own: as many as V's size asks for, whatever the number of threads.
constexpr Index kFramesOfSlot = 384;
constexpr Index kSlots = 4;       // enough for most machines; more as long as their sums stay below
constexpr Index kMostSlots = 16;  // a twentieth of V

std::size_t size_of(Index value) {
  return static_cast<std::size_t>(value);
}

Index rounded_up(Index value, Index step) {
  return (value + step - 1) / step * step;
}

std::size_t slot_count(const Extent& extent, bool denominators) {
  const Index cheap = extent.frames / (20 * extent.stacked() * (denominators ? 2 : 1));
  const Index wanted = extent.frames / std::max(kFramesOfSlot, extent.time_shifts);
  return size_of(std::clamp<Index>(std::min(wanted, std::max(cheap, kSlots)), 1, kMostSlots));
}

void add(const AlignedFloats& from, AlignedFloats& to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

void scale_up(std::span<float> values, float scale) {
  for (float& x : values) x *= scale;
}

}  // namespace

// What one thread needs for a panel.
struct TileSweep::Scratch {
  Scratch(Index rows, Index padded, bool denominators)
      : v(size_of(kPanel * rows)),
        r(size_of(kPanel * rows)),
        q(size_of(kPanel * rows)),
        numerator(size_of(kPanel * padded)),
        denominator(denominators ? size_of(kPanel * padded) : 0) {}

  AlignedFloats v, r, q;
  AlignedFloats numerator, denominator;
};

// What is summed over one part of V.
struct TileSweep::Slot {
  AlignedFloats shape_numerator, shape_denominator;  // stacked
  AlignedFloats level_numerator,
      level_denominator;  // T > 1: a frame each, from T − 1 before the slot's first
  double divergence = 0.0;
};

struct TileSweep::Work {
  const Task& task;
  const StackedShapes& shapes;
  const StackedShapes& shapes_of_w;
  bool measure_first;  // the divergence is taken with H's sums, else with W's
  std::vector<Slot> slots;
  Matrix unit_sums = {};  // β = 1: the denominators of H
  std::atomic<bool> left{false};
};

TileSweep::TileSweep(ConstMatrixView V, const Extent& extent, const Objective& objective, int threads,
                     Reading reading)
    : Sweep(extent, objective),
      V_(V),
      threads_(threads),
      reading_(std::move(reading)),
      terms_(terms_of(objective.beta)),
      kernels_(kernels()),
      tile_kernels_(kernels_.height_for(extent.bins)),
      slots_(slot_count(extent, has_denominator(terms_) && !linear())),
      shapes_(extent, kernels_),
      shapes_of_w_(extent, kernels_) {}

Index TileSweep::slot_begin(std::size_t slot) const {
  return extent_.frames * static_cast<Index>(slot) / static_cast<Index>(slots_);
}

Index TileSweep::rows_used(Index tile) const {
  return std::min(tile_kernels_.rows, extent_.bins - tile * tile_kernels_.rows);
}

// The tile's cells of V, and zeros where it reaches beyond V.
void TileSweep::load_data(Index tile, Frames frames, float* to) const {
  const Index rows = tile_kernels_.rows;
  const Index used = rows_used(tile);
  for (Index j = 0; j < rounded_up(frames.count, kFrameStep); ++j, to += rows) {
    Index i = 0;
    if (j < frames.count) {
      const float* from = V_.data() + (frames.first + j) * V_.stride() + tile * rows;
      std::copy(from, from + used, to);
      i = used;
    }
    std::fill(to + i, to + rows, 0.0F);
  }
}

// Kernel A on one tile: r and q in scratch, zero from `frames` to the next whole step.
double TileSweep::fill_terms(const StackedShapes& shapes, const Activations& H, Index tile, Frames frames,
                             bool measure, Scratch& scratch) const {
  const Index first = frames.first;
  const Index count = frames.count;
  const Index rows = tile_kernels_.rows;
  const Index after = (extent_.frames - first - count) * V_.stride();  // values of V behind the panel
  const bool inside = count % 4 == 0 && (rows_used(tile) == rows || after >= rows);
  if (!inside) load_data(tile, frames, scratch.v.data());
  const float* v = V_.data() + first * V_.stride() + tile * rows;
  const Tile arguments{.w = shapes.for_model(tile),
                       .h = H.frame(first - extent_.time_shifts + 1),
                       .h_stride = extent_.levels(),
                       .components = extent_.stacked(),
                       .v = inside ? v : scratch.v.data(),
                       .v_stride = inside ? V_.stride() : rows,
                       .frames = rounded_up(count, 4),
                       .rows_used = rows_used(tile),
                       .frames_used = count,
                       .scale = objective_.scale,
                       .epsilon = objective_.epsilon,
                       .beta = static_cast<float>(objective_.beta),
                       .ahead = V_.data() + (first + count) * V_.stride() + tile * rows * count};
  const double cost =
      tile_kernels_.update_terms(terms_, arguments, measure, scratch.r.data(), scratch.q.data());
  const auto clear = [&](AlignedFloats& terms) {
    std::fill(terms.data() + count * rows, terms.data() + rounded_up(count, kFrameStep) * rows, 0.0F);
  };
  clear(scratch.r);
  clear(scratch.q);
  return cost;
}

double TileSweep::gather_activations(const Work& work, Scratch& scratch, Frames frames,
                                     const LevelSums& sums) const {
  const Index stepped = rounded_up(frames.count, kFrameStep);
  const Index rows = tile_kernels_.rows;
  const bool wanted = static_cast<bool>(work.task.update_columns);
  const bool measure = work.task.measure && work.measure_first;
  double cost = 0.0;
  for (Index tile = 0; tile < work.shapes.tiles(); ++tile) {
    if (!linear() || measure) {
      cost += fill_terms(work.shapes, *work.task.H, tile, frames, measure, scratch);
    }
    if (!wanted) continue;
    const auto correlate = [&](const float* terms, Index terms_stride, float* out) {
      kernels_.accumulate_activations(work.shapes.for_activations(tile), rows, rows_used(tile), terms,
                                      terms_stride, work.shapes.padded(), stepped, out, sums.stride);
    };
    if (linear() && frames.count % kFrameStep == 0) {
      correlate(V_.data() + frames.first * V_.stride() + tile * rows, V_.stride(), sums.numerator);
      continue;
    }
    if (linear()) load_data(tile, frames, scratch.r.data());
    correlate(scratch.r.data(), rows, sums.numerator);
    if (sums.denominator != nullptr) correlate(scratch.q.data(), rows, sums.denominator);
  }
  return cost;
}

double TileSweep::gather_shapes(const Work& work, Slot& slot, Scratch& scratch, Frames frames) const {
  const Index rows = tile_kernels_.rows;
  const bool measure = work.task.measure && !work.measure_first;
  double cost = 0.0;
  for (Index tile = 0; tile < work.shapes_of_w.tiles(); ++tile) {
    if (!linear() || measure) {
      cost += fill_terms(work.shapes_of_w, *work.task.H, tile, frames, measure, scratch);
    }
    if (linear()) load_data(tile, frames, scratch.r.data());
    const auto accumulate = [&](const AlignedFloats& terms, AlignedFloats& out) {
      tile_kernels_.accumulate_shapes(
          terms.data(), rows, work.task.H->frame(frames.first - extent_.time_shifts + 1), extent_.levels(),
          extent_.stacked(), frames.count, out.data() + tile * work.shapes_of_w.padded() * rows);
    };
    accumulate(scratch.r, slot.shape_numerator);
    if (!slot.shape_denominator.empty()) accumulate(scratch.q, slot.shape_denominator);
  }
  return cost;
}

void TileSweep::visit_panel(Work& work, Slot& slot, Scratch& scratch, Frames frames, bool activations,
                            bool shapes) const {
  const auto data_of = [](AlignedFloats& sums, Index offset) {
    return sums.empty() ? nullptr : sums.data() + offset;
  };
  if (activations && extent_.time_shifts == 1) {
    std::ranges::fill(scratch.numerator, 0.0F);
    std::ranges::fill(scratch.denominator, 0.0F);
    const LevelSums sums{scratch.numerator.data(), data_of(scratch.denominator, 0), work.shapes.padded()};
    slot.divergence += gather_activations(work, scratch, frames, sums);
    if (work.task.update_columns) {
      if (linear()) scale_up(scratch.numerator, objective_.scale);
      const Columns columns{.first = frames.first,
                            .frames = frames.count,
                            .numerator = sums.numerator,
                            .numerator_stride = sums.stride,
                            .denominator = sums.denominator,
                            .denominator_stride = sums.stride};
      update_columns(work.task, columns, work.unit_sums);
    }
  } else if (activations) {
    const auto index = static_cast<std::size_t>(&slot - work.slots.data());
    const Index offset = (frames.first - slot_begin(index)) * extent_.levels();
    slot.divergence += gather_activations(
        work, scratch, frames,
        {data_of(slot.level_numerator, offset), data_of(slot.level_denominator, offset), extent_.levels()});
  }
  if (shapes) slot.divergence += gather_shapes(work, slot, scratch, frames);
}

void TileSweep::visit_panels(Work& work, bool activations, bool shapes) const {
  const auto caller = std::this_thread::get_id();
  std::atomic<Index> seen{0};
  parallel_for(static_cast<int>(slots_), threads_, [&](int index) {
    Slot& slot = work.slots[static_cast<std::size_t>(index)];
    Scratch scratch(tile_kernels_.rows, work.shapes.padded(), has_denominator(terms_) && !linear());
    const Index end = slot_begin(static_cast<std::size_t>(index) + 1);
    for (Index first = slot_begin(static_cast<std::size_t>(index)); first < end && !work.left;
         first += kPanel) {
      const Index frames = std::min(kPanel, end - first);
      // Further updates of H while the panel is here; the divergence is that of the first.
      const int updates =
          activations && work.task.update_columns && extent_.time_shifts == 1 ? reading_.inner : 1;
      for (int n = 0; n < updates; ++n) {
        const double before = slot.divergence;
        visit_panel(work, slot, scratch, {first, frames}, activations, shapes && n + 1 == updates);
        if (n > 0 && work.measure_first) slot.divergence = before;
      }
      if (reading_.drop) reading_.drop(first, frames);
      seen += frames;
      const double done = static_cast<double>(seen) / static_cast<double>(extent_.frames);
      if (work.task.go_on && std::this_thread::get_id() == caller && !work.task.go_on(done)) work.left = true;
    }
  });
}

// T > 1: the slots overlap by T − 1 frames.
void TileSweep::update_all_columns(const Work& work) const {
  const Index levels = extent_.levels();
  const auto join = [&](AlignedFloats Slot::*part) {
    AlignedFloats all(size_of(extent_.frames * levels));
    for (std::size_t s = 0; s < slots_; ++s) {
      const Index before = slot_begin(s) - extent_.time_shifts + 1;
      const auto& sums = work.slots[s].*part;
      for (Index j = std::max<Index>(before, 0); j < slot_begin(s + 1); ++j) {
        for (Index l = 0; l < levels; ++l)
          all[size_of(j * levels + l)] += sums[size_of((j - before) * levels + l)];
      }
    }
    return all;
  };
  const AlignedFloats numerator = join(&Slot::level_numerator);
  const bool constant = work.slots.front().level_denominator.empty();
  const AlignedFloats denominator = constant ? AlignedFloats() : join(&Slot::level_denominator);
  const Columns columns{.first = 0,
                        .frames = extent_.frames,
                        .numerator = numerator.data(),
                        .numerator_stride = levels,
                        .denominator = constant ? nullptr : denominator.data(),
                        .denominator_stride = levels};
  update_columns(work.task, columns, work.unit_sums);
}

ShapeSums TileSweep::shape_sums(Work& work) const {
  const Index rows = tile_kernels_.rows;
  const Index padded = shapes_.padded();
  for (std::size_t s = 1; s < slots_; ++s) {
    add(work.slots[s].shape_numerator, work.slots.front().shape_numerator);
    add(work.slots[s].shape_denominator, work.slots.front().shape_denominator);
  }
  ShapeSums sums{.numerator = fold_shapes(extent_, work.slots.front().shape_numerator, rows, padded),
                 .denominator = Matrix()};
  if (linear()) {
    scale_up(sums.numerator.values(), objective_.scale);
    return sums;
  }
  if (!has_denominator(terms_)) {
    sums.denominator = unit_sums_of_activations(extent_, *work.task.H);
    return sums;
  }
  sums.denominator = fold_shapes(extent_, work.slots.front().shape_denominator, rows, padded);
  return sums;
}

std::vector<TileSweep::Slot> TileSweep::slots_for(const Task& task) const {
  const bool update_h = static_cast<bool>(task.update_columns);
  const bool gather_w = task.w_of_shapes != nullptr;
  std::vector<Slot> slots(slots_);
  const bool denominators = has_denominator(terms_) && !linear();
  for (std::size_t s = 0; s < slots_; ++s) {
    Slot& slot = slots[s];
    if (gather_w)
      slot.shape_numerator.resize(size_of(shapes_.tiles() * tile_kernels_.rows * shapes_.padded()));
    if (gather_w && denominators) slot.shape_denominator = slot.shape_numerator;
    if (!update_h || extent_.time_shifts == 1) continue;
    const Index frames = slot_begin(s + 1) - slot_begin(s) + extent_.time_shifts - 1 + kFrameStep;
    slot.level_numerator.resize(size_of(frames * extent_.levels() + shapes_.padded()));
    if (denominators) slot.level_denominator = slot.level_numerator;
  }
  return slots;
}

Sweep::Outcome TileSweep::run(const Task& task) {
  const bool update_h = static_cast<bool>(task.update_columns);
  const bool gather_w = task.w_of_shapes != nullptr;
  const bool elsewhere = gather_w && task.w_of_shapes != task.W;
  shapes_.load(*task.W, update_h);
  if (elsewhere) shapes_of_w_.load(*task.w_of_shapes, false);
  const bool measure_first = update_h || elsewhere || !gather_w;
  Work work{task, shapes_, elsewhere ? shapes_of_w_ : shapes_, measure_first, slots_for(task)};
  if (update_h && !has_denominator(terms_)) work.unit_sums = unit_sums_of_shapes(extent_, *task.W);
  const bool first = update_h || (task.measure && measure_first);
  const bool at_once = extent_.time_shifts == 1 || !update_h;
  visit_panels(work, first, gather_w && at_once);
  if (!work.left && !at_once) {
    update_all_columns(work);
    if (gather_w) visit_panels(work, false, true);
  }
  Outcome outcome{.finished = !work.left};
  for (const Slot& slot : work.slots) outcome.divergence += slot.divergence;
  if (outcome.finished && gather_w) outcome.shapes = shape_sums(work);
  return outcome;
}

double TileSweep::flops(bool update_w, bool update_h) const {
  const double product = 2.0 * static_cast<double>(extent_.bins) * static_cast<double>(extent_.frames) *
                         static_cast<double>(extent_.stacked());
  const double products = linear() ? 1.0 : has_denominator(terms_) ? 3.0 : 2.0;
  return product * products * (static_cast<int>(update_w) + static_cast<int>(update_h));
}

}  // namespace divisi
