// SPDX-License-Identifier: Apache-2.0
// Which stretch of time is in sight, and where a frequency stands. Shared by the spectrogram, W and H.
import { computed, signal } from '@preact/signals';
import { server } from './server';

export const logarithmic = signal(true);
export const rangeDb = signal(70);
const span = signal<[number, number] | null>(null); // seconds; null: all
/** What of the whole frequency axis is in sight. */
export const band = signal<[number, number]>([0, 1]);

const kLowHz = 40; // the logarithmic axis begins here
const kShortest = 0.002; // seconds in sight
const kNarrowest = 0.02; // of the whole frequency axis

const total = computed(() => {
  const r = server.value?.recording;
  return r ? r.frames / r.rate_hz : 0;
});
/** The rate at which the recording was analysed. */
export const analysed_hz = computed(() => server.value?.picture?.rate_hz ?? server.value?.recording?.rate_hz ?? 0);
export const top_hz = computed(() => analysed_hz.value / 2);
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
/** The wheel over the picture, at `around_s` and `height`: zoom in time; with Ctrl or Alt (and by a pinch) in
 *  frequency; with Shift it moves instead. */
export function wheel(event: WheelEvent, around_s: number, height: number, frequencyOnly = false): void {
  event.preventDefault();
  const turned = Math.max(-1, Math.min(1, (event.deltaY || event.deltaX) / 100));
  const inFrequency = frequencyOnly || event.ctrlKey || event.altKey;
  if (event.shiftKey) return inFrequency ? panFrequency(-0.1 * turned) : pan(0.1 * turned);
  return inFrequency ? zoomFrequency(1.25 ** turned, height) : zoom(1.25 ** turned, around_s);
}
export const showAll = (): void => {
  span.value = null;
  band.value = [0, 1];
};

/** The same for the frequency; `around`: a height in sight, 0 … 1. */
export function zoomFrequency(factor: number, around = 0.5): void {
  const [low, high] = band.value;
  const width = Math.min(Math.max((high - low) * factor, kNarrowest), 1);
  const at = low + around * (high - low);
  const from = Math.min(Math.max(0, at - around * width), 1 - width);
  band.value = [from, from + width];
}
export function panFrequency(share: number): void {
  const [low, high] = band.value;
  const by = Math.min(Math.max(share * (high - low), -low), 1 - high);
  band.value = [low + by, high + by];
}

/** Where a frequency stands: 0 at the bottom of what is in sight, 1 at its top; and back. */
export function heightOf(hz: number): number {
  const whole = logarithmic.value
    ? Math.log(Math.max(hz, kLowHz) / kLowHz) / Math.log(top_hz.value / kLowHz)
    : hz / top_hz.value;
  return (whole - band.value[0]) / (band.value[1] - band.value[0]);
}
export function hzAt(height: number): number {
  const whole = band.value[0] + height * (band.value[1] - band.value[0]);
  return logarithmic.value ? kLowHz * (top_hz.value / kLowHz) ** whole : whole * top_hz.value;
}

const round = (x: number): number => {
  const power = 10 ** Math.floor(Math.log10(x));
  return power * ([1, 2, 5, 10].find((m) => m * power >= x * 0.999) ?? 10);
};
export const frequencyTicks = computed<number[]>(() => {
  const [low, high] = [hzAt(0), hzAt(1)];
  const ticks: number[] = [];
  if (logarithmic.value && high / low > 8) {
    for (let decade = 10; decade < high; decade *= 10) ticks.push(decade, 2 * decade, 5 * decade);
  } else {
    const step = round((high - low) / 8);
    for (let i = Math.ceil(low / step); i * step < high; i++) ticks.push(i * step);
  }
  return ticks.filter((hz) => heightOf(hz) >= 0.01 && heightOf(hz) < 0.97);
});
/** In seconds, of a recording from a minute on in minutes too, as the clock. */
export function timeLabel(s: number): string {
  if (total.value < 60) return `${s} s`;
  const [whole, part] = String(Number((s % 60).toFixed(5))).split('.');
  return `${Math.floor(s / 60)}:${whole!.padStart(2, '0')}${part ? `.${part}` : ''}`;
}
export const timeTicks = computed<number[]>(() => {
  const [a, b] = seen_s.value;
  const step = round((b - a) / 8);
  const ticks = [];
  for (let i = Math.ceil(a / step); i * step < b - step / 4; i++) ticks.push(Number((i * step).toFixed(5)));
  return ticks;
});
