// SPDX-License-Identifier: Apache-2.0
// The recording's samples over its picture, from so near that a frame of the STFT is wider than what is seen.
import { effect, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { origin } from './origin';
import { server } from './server';
import { seen_s } from './view';

const kNear_s = 0.05;

/** The mean of the channels from sample `first` on; null from afar and until it is there. */
interface Stretch {
  recording: number;
  first: number;
  values: Float32Array;
}
const stretch = signal<Stretch | null>(null);

/** Fetches what is in sight whenever that is near enough. */
export function followSamples(): void {
  let asked = 0;
  effect(() => {
    const recording = server.value?.recording;
    const [a, b] = seen_s.value;
    const mine = ++asked;
    if (!recording || b - a > kNear_s) {
      stretch.value = null;
      return;
    }
    const first = Math.max(0, Math.floor(a * recording.rate_hz) - 1);
    const count = Math.min(recording.frames, Math.ceil(b * recording.rate_hz) + 2) - first;
    void origin()
      .samples(first, count)
      .then((all) => {
        if (mine !== asked) return;
        const channels = all.length / count;
        const values = new Float32Array(count);
        for (let i = 0; i < count; i++) {
          for (let c = 0; c < channels; c++) values[i]! += all[i * channels + c]! / channels;
        }
        stretch.value = { recording: recording.id, first, values };
      })
      .catch(() => undefined); // of a recording that is no longer open
  });
}

export function Waveform(): JSX.Element | null {
  const recording = server.value?.recording;
  const near = stretch.value;
  if (!recording || near?.recording !== recording.id) return null;
  const [a, b] = seen_s.value;
  const most = near.values.reduce((x, y) => Math.max(x, Math.abs(y)), 1e-6);
  const x = (i: number): number => ((near.first + i) / recording.rate_hz - a) / (b - a);
  const points = Array.from(near.values, (v, i) => `${x(i).toFixed(5)},${(0.5 - (0.4 * v) / most).toFixed(4)}`);
  return (
    <svg class="waveform" viewBox="0 0 1 1" preserveAspectRatio="none" role="img" aria-label="Waveform: the mean of the channels, as high as its largest sample">
      <polyline points={points.join(' ')} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
