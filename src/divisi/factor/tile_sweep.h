// SPDX-License-Identifier: Apache-2.0
// The sweep by tiles: V is read once from memory; a panel of frames stays in the second cache while H is
// updated from it and W's sums are taken of it, a tile of it in the first. Nothing as large as V is ever
// made.
#pragma once

#include "divisi/factor/stacked_shapes.h"
#include "divisi/factor/sweep.h"

namespace divisi {

class TileSweep final : public Sweep {
 public:
  TileSweep(ConstMatrixView V, const Extent& extent, const Objective& objective, int threads,
            Reading reading = {});

  Outcome run(const Task& task) override;
  [[nodiscard]] double flops(bool update_w, bool update_h) const override;

 private:
  struct Frames {
    Index first, count;
  };
  struct LevelSums {  // where the sums for H go: columns every `stride` values
    float* numerator;
    float* denominator;
    Index stride;
  };
  struct Scratch;
  struct Slot;
  struct Work;

  void visit_panels(Work& work, bool activations, bool shapes) const;
  void visit_panel(Work& work, Slot& slot, Scratch& scratch, Frames frames, bool activations,
                   bool shapes) const;
  [[nodiscard]] double gather_activations(const Work& work, Scratch& scratch, Frames frames,
                                          const LevelSums& sums) const;
  [[nodiscard]] double gather_shapes(const Work& work, Slot& slot, Scratch& scratch, Frames frames) const;
  [[nodiscard]] double fill_terms(const StackedShapes& shapes, const Activations& H, Index tile,
                                  Frames frames, bool measure, Scratch& scratch) const;
  void load_data(Index tile, Frames frames, float* to) const;
  [[nodiscard]] std::vector<Slot> slots_for(const Task& task) const;
  void update_all_columns(const Work& work) const;
  [[nodiscard]] ShapeSums shape_sums(Work& work) const;

  [[nodiscard]] Index slot_begin(std::size_t slot) const;
  [[nodiscard]] Index rows_used(Index tile) const;

  ConstMatrixView V_;
  int threads_;
  Reading reading_;
  Terms terms_;
  const KernelSet& kernels_;
  const TileKernels& tile_kernels_;
  std::size_t slots_;
  StackedShapes shapes_;
  StackedShapes shapes_of_w_;  // where W's sums are taken elsewhere than H's
};

}  // namespace divisi
