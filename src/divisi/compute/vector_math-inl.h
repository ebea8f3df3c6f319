// SPDX-License-Identifier: Apache-2.0
// log2, exp2, 1/x and 1/√x of vectors of float32, for positive normal x; relative error below 3e-7. Included
// once for each instruction set.
#if defined(DIVISI_VECTOR_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef DIVISI_VECTOR_MATH_INL_H
#undef DIVISI_VECTOR_MATH_INL_H
#else
#define DIVISI_VECTOR_MATH_INL_H
#endif

#include <hwy/highway.h>

// NOLINTBEGIN: registers are C arrays and pointers here, written out for the compiler to unroll
HWY_BEFORE_NAMESPACE();
namespace divisi::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class V>
HWY_INLINE V reciprocal(V x) {
  const hn::DFromV<V> d;
  const V one = hn::Set(d, 1.0F);
  V y = hn::ApproximateReciprocal(x);
#if HWY_TARGET != HWY_AVX3  // 12 bits elsewhere, 14 there: Newton doubles them
  y = hn::MulAdd(y, hn::NegMulAdd(x, y, one), y);
#endif
  return hn::MulAdd(y, hn::NegMulAdd(x, y, one), y);
}

template <class V>
HWY_INLINE V reciprocal_root(V x) {
  const hn::DFromV<V> d;
  const V half = hn::Set(d, 0.5F);
  V y = hn::ApproximateReciprocalSqrt(x);
  const auto step = [&](V guess) {
    const V error = hn::NegMulAdd(hn::Mul(x, guess), guess, hn::Set(d, 1.0F));
    return hn::MulAdd(hn::Mul(guess, half), error, guess);
  };
#if HWY_TARGET != HWY_AVX3
  y = step(y);
#endif
  return step(y);
}

// x = 2^e m with m in [√½, √2); ln m = 2 artanh((m − 1)/(m + 1)), its series cut at the ninth power.
template <class V>
HWY_INLINE V log2_of(V x) {
  const hn::DFromV<V> d;
  const hn::RebindToSigned<decltype(d)> di;
  const auto bits = hn::BitCast(di, x);
  const auto exponent = hn::ShiftRight<23>(hn::Sub(bits, hn::Set(di, 0x3F3504F3)));
  const V m = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(exponent)));
  const V f = hn::Sub(m, hn::Set(d, 1.0F));
  const V s = hn::Mul(f, reciprocal(hn::Add(f, hn::Set(d, 2.0F))));
  const V z = hn::Mul(s, s);
  V p = hn::Set(d, 0.3205989F);
  p = hn::MulAdd(p, z, hn::Set(d, 0.41219859F));
  p = hn::MulAdd(p, z, hn::Set(d, 0.57707802F));
  p = hn::MulAdd(p, z, hn::Set(d, 0.96179669F));
  p = hn::MulAdd(p, z, hn::Set(d, 2.88539008F));
  return hn::MulAdd(p, s, hn::ConvertTo(d, exponent));
}

// 2^n times the Taylor series of 2^f, |f| ≤ ½. Results below 2^−126 and above 2^127 are held there.
template <class V>
HWY_INLINE V exp2_of(V x) {
  const hn::DFromV<V> d;
  const hn::RebindToSigned<decltype(d)> di;
  x = hn::Min(hn::Max(x, hn::Set(d, -126.0F)), hn::Set(d, 127.0F));
  const V n = hn::Round(x);
  const V f = hn::Sub(x, n);
  V p = hn::Set(d, 1.5403530e-4F);
  p = hn::MulAdd(p, f, hn::Set(d, 1.3333558e-3F));
  p = hn::MulAdd(p, f, hn::Set(d, 9.6181291e-3F));
  p = hn::MulAdd(p, f, hn::Set(d, 5.5504109e-2F));
  p = hn::MulAdd(p, f, hn::Set(d, 0.24022651F));
  p = hn::MulAdd(p, f, hn::Set(d, 0.69314718F));
  p = hn::MulAdd(p, f, hn::Set(d, 1.0F));
  const auto scale = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(di, n), hn::Set(di, 127)));
  return hn::Mul(p, hn::BitCast(d, scale));
}

}  // namespace divisi::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
// NOLINTEND

#endif
