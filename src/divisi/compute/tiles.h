// SPDX-License-Identifier: Apache-2.0
// The kernels of the engine: what is computed of one tile of V (some neighbouring bins × some neighbouring
// frames) while it is in the processor's first cache. Written once in Highway's vectors, built for several
// instruction sets, chosen at run time.
//
// All three models share them. Column j of the stacked activations is the run of `components` floats at
// h + j · h_stride: for NMF the frame's own column, for the convolutive models a window that begins T − 1
// frames earlier, since H's frames lie one behind the other. Only the shapes are stacked in memory.
#pragma once

#include "divisi/core/matrix.h"

#include <array>
#include <string_view>

namespace divisi {

/// Which powers of Λ a multiplicative update needs: r = v Λ^(β−2), q = Λ^(β−1).
enum class Terms { kKullbackLeibler, kItakuraSaito, kHalf, kEuclidean, kGeneral };

Terms terms_of(double beta);

/// q is 1 everywhere for β = 1 and is then not written.
constexpr bool has_denominator(Terms terms) {
  return terms != Terms::kKullbackLeibler;
}

/// A tile of the model and of the data: Λ = Σ_x w_x h_x + epsilon, v = scale · V + epsilon.
struct Tile {
  const float* w = nullptr;  ///< `rows` values of each component, one component behind the other; aligned
  const float* h = nullptr;
  Index h_stride = 0;
  Index components = 0;
  const float* v = nullptr;  ///< `rows` values of each frame
  Index v_stride = 0;
  Index frames = 0;     ///< a multiple of 4
  Index rows_used = 0;  ///< the divergence is summed over these alone
  Index frames_used = 0;
  float scale = 1.0F;
  float epsilon = 0.0F;
  float beta = 1.0F;
  const float* ahead = nullptr;  ///< fetched into the second cache meanwhile: as many values as the tile has
};

/// Kernels for one height of tiles.
struct TileKernels {
  Index rows = 0;

  /// Kernel A: Λ, and at once r and q (rows × frames, aligned). Where `measure`, returns Σ d_β(v|Λ).
  double (*update_terms)(Terms terms, const Tile& tile, bool measure, float* r, float* q) = nullptr;

  /// Kernel C: out_x += Σ_j r_j h_xj; out: `rows` values of each component, aligned. `components` is rounded
  /// up to a multiple of 4: what stands behind the last of H and of out is read and written.
  void (*accumulate_shapes)(const float* r, Index r_stride, const float* h, Index h_stride, Index components,
                            Index frames, float* out) = nullptr;
};

/// The kernels of one instruction set.
struct KernelSet {
  std::string_view name;
  Index lanes = 0;         ///< floats in a vector
  Index most_vectors = 0;  ///< of components that kernel B takes at a time
  std::array<TileKernels, 2> heights{};

  /// Kernel B: out_j += Σ_i w_i r_ij over `rows` bins; out has a column every out_stride floats, columns may
  /// overlap. `components`: a multiple of `lanes`; w as pack_rows() lays it out for `pitch` rows. `frames`: a
  /// multiple of kFrameStep.
  void (*accumulate_activations)(const float* w, Index pitch, Index rows, const float* r, Index r_stride,
                                 Index components, Index frames, float* out, Index out_stride) = nullptr;

  /// What kernel A does, for a model that is known: r and q of `count` values of Λ and V.
  double (*update_terms)(Terms terms, const float* lambda, const float* v, float scale, float epsilon,
                         float beta, bool measure, Index count, float* r, float* q) = nullptr;

  /// x ← max(x · (numerator / denominator)^exponent, 1e-30), but 0 stays 0, `count` times.
  void (*multiply_by_ratio)(float* x, const float* numerator, const float* denominator, float exponent,
                            Index count) = nullptr;

  /// s_j −= Σ_l g_l h_lj for `count` j; the rows of h are `stride` floats apart.
  void (*subtract_combination)(const float* g, const float* h, Index stride, Index rows, float* s,
                               Index count) = nullptr;

  /// The height that pads `bins` least.
  [[nodiscard]] const TileKernels& height_for(Index bins) const;
};

/// Frames that kernel B works on at a time.
constexpr Index kFrameStep = 24;

/// The kernels of the best instruction set that this processor has and that the environment variable
/// DIVISI_SIMD, where it is set (AVX3, AVX2, SSE4 …: Highway's names), allows.
const KernelSet& kernels();

/// Lays out `components` (a multiple of lanes) × `pitch` values, given component by component, as kernel B
/// reads them: blocks of at most most_vectors · lanes components, in each the bins one behind the other.
void pack_rows(const KernelSet& set, const float* w, Index components, Index pitch, float* packed);

}  // namespace divisi
