// SPDX-License-Identifier: Apache-2.0
// W, left of the spectrogram on the same frequency axis, with the pitch and the partials of the component pointed at.
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { arrangement, colourOf, cssColour, selected } from './arrangement';
import { drawShape, lastingOf, moving, semitones } from './lasting';
import { resize } from './look';
import { spectrumOf, type Model } from './mix';
import { pitchOf, type Pitch } from './pitch';
import { model } from './player';
import { server } from './server';
import { useDrawing } from './spectrogram';
import { isDark } from './theme';
import { analysed_hz, frequencyTicks, heightOf, hzAt, logarithmic, wheel } from './view';

interface Voice {
  shape: Float64Array;
  pitch: Pitch | null;
}
const voices = new WeakMap<Model, Voice[]>();
function voicesOf(m: Model): Voice[] {
  const found =
    voices.get(m) ??
    Array.from({ length: m.components }, (_, k) => {
      const shape = spectrumOf(m, k);
      return { shape, pitch: pitchOf(shape, analysed_hz.value / m.fft) };
    });
  voices.set(m, found);
  return found;
}

const pointed = signal(-1); // the component under the pointer

function draw(canvas: HTMLCanvasElement, m: Model, marked: number): void {
  const { width, height } = canvas;
  const pen = canvas.getContext('2d')!;
  const rate = analysed_hz.value;
  const all = voicesOf(m);
  const chosen = new Set(selected.value.size > 0 ? selected.value : all.keys());
  if (marked >= 0) chosen.add(marked);
  for (const k of chosen) {
    const { shape } = all[k]!;
    pen.strokeStyle = cssColour(arrangement.value.of[k] ?? -1);
    pen.globalAlpha = k === marked ? 1 : marked >= 0 ? 0.2 : selected.value.size > 0 ? 1 : 0.5;
    pen.lineWidth = k === marked ? 2 : 1;
    pen.beginPath();
    for (let f = 1; f < m.bins; f++) {
      const level = Math.max(0, 1 + (20 * Math.log10(shape[f]! + 1e-9)) / 60);
      pen.lineTo(width * (1 - level), height * (1 - heightOf((f * rate) / m.fft)));
    }
    pen.stroke();
  }
  pen.globalAlpha = 1;
  pen.fillStyle = getComputedStyle(canvas).color;
  for (const hz of marked >= 0 ? (all[marked]!.pitch?.partials_hz ?? []) : [])
    pen.fillRect(width - 9, height * (1 - heightOf(hz)) - 1, 9, 2);
}

export function Shapes(): JSX.Element {
  const m = model.value;
  const chosen = selected.value.size === 1 ? [...selected.value][0]! : -1;
  const wanted = pointed.value >= 0 ? pointed.value : chosen;
  const marked = m && wanted < m.components ? wanted : -1;
  const canvas = useDrawing(
    (c) => {
      resize(c, c.clientWidth, c.clientHeight);
      c.getContext('2d')!.clearRect(0, 0, c.width, c.height);
      if (!m || !server.value?.recording) return;
      const lasting = moving.value ?? lastingOf(m, analysed_hz.value);
      if (lasting && marked >= 0) drawShape(c, lasting, marked, colourOf(arrangement.value.of[marked] ?? -1));
      else draw(c, m, marked);
    },
    [m, moving.value, marked, selected.value, arrangement.value, hzAt(0), hzAt(1), logarithmic.value, isDark.value],
  );
  const heightIn = (event: MouseEvent): number => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return 1 - (event.clientY - box.top) / box.height;
  };
  const point = (event: PointerEvent): void => {
    if (!m) return;
    const bin = Math.round((hzAt(heightIn(event)) * m.fft) / analysed_hz.value);
    const near = ({ shape }: Voice): number => Math.max(shape[bin - 1] ?? 0, shape[bin] ?? 0, shape[bin + 1] ?? 0);
    pointed.value = voicesOf(m).reduce((best, voice, k, all) => (near(voice) > near(all[best]!) ? k : best), 0);
  };
  const pitch = m && marked >= 0 && !moving.value ? voicesOf(m)[marked]!.pitch : null;
  const words = moving.value && moving.value.pitchShifts > 1 ? `moves over ${semitones(moving.value).toFixed(1)} semitones` : 'no pitch';
  return (
    <div class="shapes" onPointerMove={point} onPointerLeave={() => (pointed.value = -1)} onWheel={(e) => wheel(e, 0, heightIn(e), true)}>
      <canvas {...canvas} role="img" aria-label="W: the spectrum of each component" />
      {frequencyTicks.value.map((hz) => (
        <span key={hz} style={{ bottom: `${100 * heightOf(hz)}%` }} aria-hidden="true">
          {hz >= 1000 ? `${Number((hz / 1000).toFixed(3))}k` : Number(hz.toFixed(1))}
        </span>
      ))}
      {marked >= 0 && (
        <output class="pitch">
          {marked + 1}: {pitch ? `${pitch.name} (${pitch.hz.toFixed(0)} Hz)` : words}
        </output>
      )}
    </div>
  );
}
