// SPDX-License-Identifier: Apache-2.0
// The kernels of tiles.h for one instruction set. Included once for each.
#if defined(DIVISI_TILES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef DIVISI_TILES_INL_H
#undef DIVISI_TILES_INL_H
#else
#define DIVISI_TILES_INL_H
#endif

#include "divisi/compute/terms-inl.h"
#include "divisi/compute/tiles.h"

#include <algorithm>
#include <hwy/highway.h>

// NOLINTBEGIN: registers are C arrays and pointers here, written out for the compiler to unroll
HWY_BEFORE_NAMESPACE();
namespace divisi::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr bool kManyRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON;  // 32 instead of 16
constexpr int kColumns = 4;                      // frames (A) or components (C) at a time
constexpr int kTall = kManyRegisters ? 5 : 3;    // vectors of bins: sums fill the registers
constexpr int kOther = kManyRegisters ? 6 : 2;   // where it pads less
constexpr int kSums = kManyRegisters ? 24 : 12;  // of kernel B
constexpr int kWidest = kManyRegisters ? 4 : 3;  // vectors of components of kernel B

template <int kRows>
using Sums = V[kColumns][kRows];

// A column of Λ's tile for each of kColumns frames, in registers.
template <int kRows>
HWY_INLINE void model(const Tile& tile, Index frame, Sums<kRows>& sums) {
  const D d;
  for (auto& column : sums) {
    for (auto& sum : column) sum = hn::Set(d, tile.epsilon);
  }
  const float* HWY_RESTRICT w = tile.w;
  const float* HWY_RESTRICT h = tile.h + frame * tile.h_stride;
  const Index stride = tile.h_stride;
  for (Index k = 0; k < tile.components; ++k, w += kRows * kLanes) {
    V shape[kRows];
    for (int t = 0; t < kRows; ++t) shape[t] = hn::Load(d, w + t * kLanes);
    for (int c = 0; c < kColumns; ++c) {
      const V level = hn::Set(d, h[c * stride + k]);
      for (int t = 0; t < kRows; ++t) sums[c][t] = hn::MulAdd(shape[t], level, sums[c][t]);
    }
  }
}

template <int kRows>
HWY_INLINE void fetch_ahead(const Tile& tile, Index frame) {
  if (tile.ahead == nullptr) return;
  const float* from = tile.ahead + frame * kRows * kLanes;
  for (Index i = 0; i < kColumns * kRows * kLanes; i += 16) __builtin_prefetch(from + i, 0, 2);
}

template <int kRows, Terms kTerms, bool kMeasure>
double update_terms(const Tile& tile, float* HWY_RESTRICT r, float* HWY_RESTRICT q) {
  const D d;
  constexpr Index kPitch = kRows * kLanes;
  const V scale = hn::Set(d, tile.scale);
  const V epsilon = hn::Set(d, tile.epsilon);
  const V beta_minus_2 = hn::Set(d, tile.beta - 2.0F);
  const DivergenceOf<kTerms> divergence_of(tile.beta);
  double total = 0.0;
  for (Index j = 0; j < tile.frames; j += kColumns) {
    fetch_ahead<kRows>(tile, j);
    Sums<kRows> sums;
    model<kRows>(tile, j, sums);
    V cost = hn::Zero(d);
    for (int c = 0; c < kColumns; ++c) {
      const float* v = tile.v + (j + c) * tile.v_stride;
      for (int t = 0; t < kRows; ++t) {
        V ratio = epsilon;
        V weight = epsilon;
        const V data = hn::MulAdd(hn::LoadU(d, v + t * kLanes), scale, epsilon);
        terms<kTerms>(sums[c][t], data, beta_minus_2, ratio, weight);
        hn::Store(ratio, d, r + (j + c) * kPitch + t * kLanes);
        if constexpr (has_denominator(kTerms)) hn::Store(weight, d, q + (j + c) * kPitch + t * kLanes);
        if constexpr (kMeasure) {
          const Index left = j + c < tile.frames_used ? tile.rows_used - t * kLanes : 0;
          const auto used = hn::FirstN(d, static_cast<std::size_t>(std::clamp<Index>(left, 0, kLanes)));
          cost = hn::Add(cost, hn::IfThenElseZero(used, divergence_of(data, sums[c][t])));
        }
      }
    }
    if constexpr (kMeasure) total += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, cost)));
  }
  return total;
}

template <int kRows, Terms kTerms>
double update_terms(const Tile& tile, bool measure, float* r, float* q) {
  return measure ? update_terms<kRows, kTerms, true>(tile, r, q)
                 : update_terms<kRows, kTerms, false>(tile, r, q);
}

template <int kRows>
double update_terms_any(Terms which, const Tile& tile, bool measure, float* r, float* q) {
  switch (which) {
    case Terms::kKullbackLeibler:
      return update_terms<kRows, Terms::kKullbackLeibler>(tile, measure, r, q);
    case Terms::kItakuraSaito:
      return update_terms<kRows, Terms::kItakuraSaito>(tile, measure, r, q);
    case Terms::kHalf:
      return update_terms<kRows, Terms::kHalf>(tile, measure, r, q);
    case Terms::kEuclidean:
      return update_terms<kRows, Terms::kEuclidean>(tile, measure, r, q);
    case Terms::kGeneral:
      return update_terms<kRows, Terms::kGeneral>(tile, measure, r, q);
  }
  return 0.0;
}

template <int kRows>
void accumulate_shapes(const float* r, Index r_stride, const float* h, Index h_stride, Index components,
                       Index frames, float* HWY_RESTRICT out) {
  const D d;
  constexpr Index kPitch = kRows * kLanes;
  for (Index k = 0; k < components; k += kColumns) {
    Sums<kRows> sums;
    for (int c = 0; c < kColumns; ++c) {
      for (int t = 0; t < kRows; ++t) sums[c][t] = hn::Load(d, out + (k + c) * kPitch + t * kLanes);
    }
    for (Index j = 0; j < frames; ++j) {
      V data[kRows];
      for (int t = 0; t < kRows; ++t) data[t] = hn::LoadU(d, r + j * r_stride + t * kLanes);
      for (int c = 0; c < kColumns; ++c) {
        const V level = hn::Set(d, h[j * h_stride + k + c]);
        for (int t = 0; t < kRows; ++t) sums[c][t] = hn::MulAdd(data[t], level, sums[c][t]);
      }
    }
    for (int c = 0; c < kColumns; ++c) {
      for (int t = 0; t < kRows; ++t) hn::Store(sums[c][t], d, out + (k + c) * kPitch + t * kLanes);
    }
  }
}

// One block of kVectors vectors of components, kSums / kVectors frames at a time.
template <int kVectors>
void accumulate_activations(const float* HWY_RESTRICT w, Index rows, const float* HWY_RESTRICT r,
                            Index r_stride, Index frames, float* HWY_RESTRICT out, Index out_stride) {
  const D d;
  constexpr int kFrames = std::min(kSums / kVectors, 12);  // more strides than that thrash the first cache
  static_assert(kFrameStep % kFrames == 0);
  for (Index j = 0; j < frames; j += kFrames) {
    V sums[kFrames][kVectors];
    for (auto& frame : sums) {
      for (auto& sum : frame) sum = hn::Zero(d);
    }
    const float* data = r + j * r_stride;
    for (Index i = 0; i < rows; ++i) {
      V shape[kVectors];
      for (int t = 0; t < kVectors; ++t) shape[t] = hn::Load(d, w + (i * kVectors + t) * kLanes);
      for (int c = 0; c < kFrames; ++c) {
        const V level = hn::Set(d, data[c * r_stride + i]);
        for (int t = 0; t < kVectors; ++t) sums[c][t] = hn::MulAdd(shape[t], level, sums[c][t]);
      }
    }
    for (int c = 0; c < kFrames; ++c) {
      float* to = out + (j + c) * out_stride;
      for (int t = 0; t < kVectors; ++t) {
        hn::StoreU(hn::Add(hn::LoadU(d, to + t * kLanes), sums[c][t]), d, to + t * kLanes);
      }
    }
  }
}

inline void accumulate_activations_any(const float* w, Index pitch, Index rows, const float* r,
                                       Index r_stride, Index components, Index frames, float* out,
                                       Index out_stride) {
  const auto block = [&]<int kVectors>() {
    accumulate_activations<kVectors>(w, rows, r, r_stride, frames, out, out_stride);
    w += kVectors * kLanes * pitch;
    out += kVectors * kLanes;
    components -= kVectors * kLanes;
  };
  while (components >= kWidest * kLanes) block.template operator()<kWidest>();
  if (kWidest > 3 && components == 3 * kLanes) block.template operator()<3>();
  if (components == 2 * kLanes) block.template operator()<2>();
  if (components == kLanes) block.template operator()<1>();
}

inline void multiply_by_ratio(float* x, const float* numerator, const float* denominator, float exponent,
                              Index count) {
  const auto step = [&](auto d, Index i) {
    const auto floor = hn::Set(d, 1e-30F);
    auto ratio = hn::Div(hn::LoadU(d, numerator + i), hn::Max(hn::LoadU(d, denominator + i), floor));
    if (exponent == 0.5F) {
      ratio = hn::Sqrt(ratio);
    } else if (exponent != 1.0F) {
      ratio = exp2_of(hn::Mul(log2_of(hn::Max(ratio, floor)), hn::Set(d, exponent)));
    }
    const auto before = hn::LoadU(d, x + i);
    const auto after = hn::Max(hn::Mul(before, ratio), floor);
    hn::StoreU(hn::IfThenZeroElse(hn::Eq(before, hn::Zero(d)), after), d, x + i);
  };
  Index i = 0;
  for (; i + kLanes <= count; i += kLanes) step(D(), i);
  for (; i < count; ++i) step(hn::CappedTag<float, 1>(), i);
}

inline void subtract_combination(const float* HWY_RESTRICT g, const float* HWY_RESTRICT h, Index stride,
                                 Index rows, float* HWY_RESTRICT s, Index count) {
  const D d;
  constexpr int kBlock = 6;
  Index j = 0;
  const auto block = [&]<int kVectors>() {
    V sums[kVectors];
    for (int t = 0; t < kVectors; ++t) sums[t] = hn::LoadU(d, s + j + t * kLanes);
    for (Index l = 0; l < rows; ++l) {
      const V factor = hn::Set(d, g[l]);
      const float* from = h + l * stride + j;
      for (int t = 0; t < kVectors; ++t) {
        sums[t] = hn::NegMulAdd(factor, hn::LoadU(d, from + t * kLanes), sums[t]);
      }
    }
    for (int t = 0; t < kVectors; ++t) hn::StoreU(sums[t], d, s + j + t * kLanes);
    j += kVectors * kLanes;
  };
  while (j + kBlock * kLanes <= count) block.template operator()<kBlock>();
  while (j + 3 * kLanes <= count) block.template operator()<3>();
  while (j + kLanes <= count) block.template operator()<1>();
  for (; j < count; ++j) {
    for (Index l = 0; l < rows; ++l) s[j] -= g[l] * h[l * stride + j];
  }
}

template <int kRows>
constexpr TileKernels height() {
  return {.rows = kRows * kLanes,
          .update_terms = &update_terms_any<kRows>,
          .accumulate_shapes = &accumulate_shapes<kRows>};
}

inline const KernelSet* kernel_set() {
  static const KernelSet set{.name = hwy::TargetName(HWY_TARGET),
                             .lanes = kLanes,
                             .most_vectors = kWidest,
                             .heights = {height<kTall>(), height<kOther>()},
                             .accumulate_activations = &accumulate_activations_any,
                             .update_terms = &terms_of_model_any,
                             .multiply_by_ratio = &multiply_by_ratio,
                             .subtract_combination = &subtract_combination};
  return &set;
}

}  // namespace divisi::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
// NOLINTEND

#endif
