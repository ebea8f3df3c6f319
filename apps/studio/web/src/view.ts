// SPDX-License-Identifier: Apache-2.0
// Which stretch of time is in sight, and where a frequency stands. Shared by the spectrogram, W and H.
import { computed, signal } from '@preact/signals';
import { duration_s, picture } from './player';
import { server } from './server';

export const logarithmic = signal(true);
export const rangeDb = signal(70);
const span = signal<[number, number] | null>(null); // seconds; null: all

const kLowHz = 40; // the logarithmic axis begins here
const kShortest = 0.05; // seconds in sight

const total = computed(() => {
  const r = server.value?.recording;
  return r ? r.frames / r.rate_hz : 0;
});
export const top_hz = computed(() => (server.value?.recording?.rate_hz ?? 0) / 2);
export const seen_s = computed<[number, number]>(() => span.value ?? [0, Math.max(total.value, 1e-3)]);

export function zoom(factor: number, around_s = (seen_s.value[0] + seen_s.value[1]) / 2): void {
  const [a, b] = seen_s.value;
  const width = Math.min(Math.max((b - a) * factor, kShortest), total.value);
  const from = Math.min(Math.max(0, around_s - ((around_s - a) / (b - a)) * width), total.value - width);
  span.value = width >= total.value ? null : [from, from + width];
}
export function pan(share: number): void {
  const [a, b] = seen_s.value;
  const by = Math.min(Math.max(share * (b - a), -a), total.value - b);
  if (span.value) span.value = [a + by, b + by];
}
export const showAll = (): void => {
  span.value = null;
};

/** 0 (bottom) … 1 (top) for a frequency, and back. */
export function heightOf(hz: number): number {
  if (!logarithmic.value) return hz / top_hz.value;
  return Math.max(0, Math.log(Math.max(hz, kLowHz) / kLowHz) / Math.log(top_hz.value / kLowHz));
}
export function hzAt(height: number): number {
  if (!logarithmic.value) return height * top_hz.value;
  return kLowHz * (top_hz.value / kLowHz) ** height;
}

export const frequencyTicks = computed<number[]>(() => {
  const all = logarithmic.value
    ? [50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000]
    : [0, 1, 2, 3, 4].map((i) => Math.round((top_hz.value * i) / 5000) * 1000);
  return [...new Set(all)].filter((hz) => hz < top_hz.value * 0.97);
});
export const timeTicks = computed<number[]>(() => {
  const [a, b] = seen_s.value;
  const raw = (b - a) / 8;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= raw) ?? 10);
  const ticks = [];
  for (let t = Math.ceil(a / step) * step; t < b - step / 4; t += step) ticks.push(Number(t.toFixed(3)));
  return ticks;
});

/** Frames of the picture in a second. */
export const frameRate = computed(() => (picture.value ? (picture.value.frames - 1) / Math.max(duration_s(), 1e-9) : 0));
