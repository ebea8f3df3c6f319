// SPDX-License-Identifier: Apache-2.0
// A complex FFT in place, radix 2, in double precision. Two real signals travel in one transform.

export class Fft {
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;
  private readonly reversed: Uint32Array;

  /** `size`: a power of two. */
  constructor(readonly size: number) {
    if (size < 2 || (size & (size - 1)) !== 0) throw new Error(`fft: expected a power of two, got ${size}`);
    this.cos = new Float64Array(size / 2);
    this.sin = new Float64Array(size / 2);
    for (let i = 0; i < size / 2; i++) {
      this.cos[i] = Math.cos((2 * Math.PI * i) / size);
      this.sin[i] = -Math.sin((2 * Math.PI * i) / size);
    }
    const bits = Math.log2(size);
    this.reversed = Uint32Array.from({ length: size }, (_, i) => {
      let r = 0;
      for (let b = 0; b < bits; b++) r |= ((i >> b) & 1) << (bits - 1 - b);
      return r;
    });
  }

  /** X_k = Σ x_n e^(∓2πi nk/size); neither direction divides by the size. */
  transform(re: Float64Array, im: Float64Array, inverse: boolean): void {
    const { size, cos, sin, reversed } = this;
    for (let i = 0; i < size; i++) {
      const j = reversed[i]!;
      if (j > i) {
        const a = re[i]!;
        const b = im[i]!;
        re[i] = re[j]!;
        im[i] = im[j]!;
        re[j] = a;
        im[j] = b;
      }
    }
    const sign = inverse ? -1 : 1;
    for (let span = 2; span <= size; span <<= 1) {
      const half = span >> 1;
      const step = size / span;
      for (let start = 0; start < size; start += span) {
        for (let k = 0, w = 0; k < half; k++, w += step) {
          const c = cos[w]!;
          const s = sign * sin[w]!;
          const a = start + k;
          const b = a + half;
          const xr = re[b]! * c - im[b]! * s;
          const xi = re[b]! * s + im[b]! * c;
          re[b] = re[a]! - xr;
          im[b] = im[a]! - xi;
          re[a]! += xr;
          im[a]! += xi;
        }
      }
    }
  }
}
