// SPDX-License-Identifier: Apache-2.0
// r, q and the divergence, element by element, for one instruction set. Included once for each.
#if defined(DIVISI_TERMS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef DIVISI_TERMS_INL_H
#undef DIVISI_TERMS_INL_H
#else
#define DIVISI_TERMS_INL_H
#endif

#include "divisi/compute/tiles.h"
#include "divisi/compute/vector_math-inl.h"

#include <algorithm>
#include <hwy/highway.h>

// NOLINTBEGIN: registers are C arrays and pointers here, written out for the compiler to unroll
HWY_BEFORE_NAMESPACE();
namespace divisi::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr Index kLanes = hn::MaxLanes(D());
constexpr float kLargest = 1e30F;  // of a term: sums of it stay finite for strongly negative β

// r and q of one vector of Λ and v.
template <Terms kTerms>
HWY_INLINE void terms(V lambda, V v, V beta_minus_2, V& r, V& q) {
  const D d;
  if constexpr (kTerms == Terms::kKullbackLeibler) {
    r = hn::Mul(v, reciprocal(lambda));
  } else if constexpr (kTerms == Terms::kItakuraSaito) {
    q = reciprocal(lambda);
    r = hn::Mul(hn::Mul(v, q), q);
  } else if constexpr (kTerms == Terms::kHalf) {
    q = reciprocal_root(lambda);
    r = hn::Mul(hn::Mul(v, q), hn::Mul(q, q));
  } else if constexpr (kTerms == Terms::kEuclidean) {
    q = lambda;
    r = v;
  } else {
    const V power = exp2_of(hn::Mul(log2_of(lambda), beta_minus_2));
    const V largest = hn::Set(d, kLargest);
    r = hn::Min(hn::Mul(v, power), largest);
    q = hn::Min(hn::Mul(lambda, power), largest);
  }
}

// d_β(v|λ) = λ^β g(v/λ). Near v = λ, where the closed forms cancel, g(1 + t) is its binomial series
// Σ_{n≥2} c_n t^n, c_2 = ½, c_n = c_{n−1} (β − n + 1)/n, for every β.
template <Terms kTerms>
class DivergenceOf {
 public:
  explicit DivergenceOf(float beta) : beta_(beta) {
    float c = 0.5F;
    for (int n = 0; n < kSeries; ++n) {
      coefficients_[n] = c;
      c *= (beta - static_cast<float>(n + 2)) / static_cast<float>(n + 3);
    }
  }

  HWY_INLINE V operator()(V v, V lambda) const {
    const D d;
    if constexpr (kTerms == Terms::kEuclidean) {
      const V error = hn::Sub(v, lambda);
      return hn::Mul(hn::Mul(error, error), hn::Set(d, 0.5F));
    }
    const V inverse = reciprocal(lambda);
    const V t = hn::Mul(hn::Sub(v, lambda), inverse);
    V series = hn::Set(d, coefficients_[kSeries - 1]);
    for (int n = kSeries - 2; n >= 0; --n) series = hn::MulAdd(series, t, hn::Set(d, coefficients_[n]));
    series = hn::Mul(series, hn::Mul(t, t));
    const V closed = closed_form(hn::Mul(v, inverse), t);
    const V shape = hn::IfThenElse(hn::Lt(hn::Abs(t), hn::Set(d, 0.125F)), series, closed);
    if constexpr (kTerms == Terms::kItakuraSaito) return shape;
    if constexpr (kTerms == Terms::kKullbackLeibler) return hn::Mul(shape, lambda);
    return hn::Mul(shape, exp2_of(hn::Mul(log2_of(lambda), hn::Set(d, beta_))));
  }

 private:
  HWY_INLINE V closed_form(V x, V t) const {
    const D d;
    const V log2_x = log2_of(hn::Max(x, hn::Set(d, 1e-37F)));
    const V ln_x = hn::Mul(log2_x, hn::Set(d, 0.69314718F));
    if constexpr (kTerms == Terms::kItakuraSaito) return hn::Sub(t, ln_x);
    if constexpr (kTerms == Terms::kKullbackLeibler) return hn::MulSub(x, ln_x, t);
    const V power = exp2_of(hn::Mul(log2_x, hn::Set(d, beta_)));
    const V sum = hn::NegMulAdd(hn::Set(d, beta_), x, hn::Add(power, hn::Set(d, beta_ - 1.0F)));
    return hn::Mul(sum, hn::Set(d, 1.0F / (beta_ * (beta_ - 1.0F))));
  }

  static constexpr int kSeries = 8;
  float beta_;
  float coefficients_[kSeries];
};

template <Terms kTerms>
double terms_of_model(const float* lambda, const float* v, float scale, float epsilon, float beta,
                      bool measure, Index count, float* HWY_RESTRICT r, float* HWY_RESTRICT q) {
  const D d;
  const DivergenceOf<kTerms> divergence_of(beta);
  double total = 0.0;
  for (Index i = 0; i < count; i += kLanes) {
    const auto used = static_cast<std::size_t>(std::min(kLanes, count - i));
    HWY_ALIGN float model_part[kLanes];
    HWY_ALIGN float data_part[kLanes];
    const bool whole = used == kLanes;
    if (!whole) {
      std::fill_n(model_part, kLanes, 1.0F);
      std::fill_n(data_part, kLanes, 0.0F);
      std::copy_n(lambda + i, used, model_part);
      std::copy_n(v + i, used, data_part);
    }
    const V model = whole ? hn::LoadU(d, lambda + i) : hn::Load(d, model_part);
    const V data = hn::MulAdd(whole ? hn::LoadU(d, v + i) : hn::Load(d, data_part), hn::Set(d, scale),
                              hn::Set(d, epsilon));
    V ratio = model;
    V weight = model;
    terms<kTerms>(model, data, hn::Set(d, beta - 2.0F), ratio, weight);
    if (measure) {
      const V cost = hn::IfThenElseZero(hn::FirstN(d, used), divergence_of(data, model));
      total += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, cost)));
    }
    hn::Store(ratio, d, model_part);
    hn::Store(weight, d, data_part);
    std::copy_n(model_part, used, r + i);
    if constexpr (has_denominator(kTerms)) std::copy_n(data_part, used, q + i);
  }
  return total;
}

inline double terms_of_model_any(Terms which, const float* lambda, const float* v, float scale, float epsilon,
                                 float beta, bool measure, Index count, float* r, float* q) {
  const auto run = [&](auto function) {
    return function(lambda, v, scale, epsilon, beta, measure, count, r, q);
  };
  switch (which) {
    case Terms::kKullbackLeibler:
      return run(&terms_of_model<Terms::kKullbackLeibler>);
    case Terms::kItakuraSaito:
      return run(&terms_of_model<Terms::kItakuraSaito>);
    case Terms::kHalf:
      return run(&terms_of_model<Terms::kHalf>);
    case Terms::kEuclidean:
      return run(&terms_of_model<Terms::kEuclidean>);
    case Terms::kGeneral:
      return run(&terms_of_model<Terms::kGeneral>);
  }
  return 0.0;
}

}  // namespace divisi::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
// NOLINTEND

#endif
