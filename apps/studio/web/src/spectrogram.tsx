// SPDX-License-Identifier: Apache-2.0
// The spectrogram, tinted by source; W beside it and H below, on the same axes.
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { arrangement, audition, colourOf, cssColour, gains, selected } from './arrangement';
import { chooseComponent } from './keys';
import { addShape, levelOf, spectrumOf, type Model } from './mix';
import { model, picture, position_s, region, seek, type Picture } from './player';
import { server } from './server';
import { frequencyTicks, heightOf, hzAt, logarithmic, pan, rangeDb, seen_s, timeTicks, zoom } from './view';

const kCellDb = 90 / 255;
const kDim = 0.15; // of what is silent in the live mix
const dark = matchMedia('(prefers-color-scheme: dark)');
const isDark = signal(dark.matches);
dark.addEventListener('change', () => (isDark.value = dark.matches));

/** Seconds between two frames of the picture or of H. */
const hop_s = (): number => (server.value?.result?.hop ?? 512) / (server.value?.recording?.rate_hz ?? 44100);

// What each source makes in a frame, as colour and level of every bin.
function tint(m: Model, frame: number, colour: Float32Array, scratch: Float64Array[]): void {
  const { of, sources } = arrangement.value;
  const loud = gains.value;
  for (const s of scratch) s.fill(0);
  for (let k = 0; k < m.components; k++) addShape(m, k, frame, scratch[of[k]! < 0 ? sources.length : of[k]!]!);
  for (let f = 0; f < m.bins; f++) {
    let total = 1e-30;
    for (const s of scratch) total += s[f]!;
    let r = 0;
    let g = 0;
    let b = 0;
    for (let s = 0; s < scratch.length; s++) {
      const share = (scratch[s]![f]! / total) * (loud[s]! > 0 ? 1 : kDim);
      const c = colourOf(s < sources.length ? s : -1);
      r += share * c[0];
      g += share * c[1];
      b += share * c[2];
    }
    colour[3 * f] = r;
    colour[3 * f + 1] = g;
    colour[3 * f + 2] = b;
  }
}

function paint(canvas: HTMLCanvasElement, p: Picture, m: Model | null): void {
  const width = (canvas.width = Math.max(1, Math.min(canvas.clientWidth, 1400)));
  const height = (canvas.height = Math.max(1, Math.min(canvas.clientHeight, 700)));
  const image = new ImageData(width, height);
  const [a, b] = seen_s.value;
  const rate = server.value!.recording!.rate_hz;
  const usable = m && m.bins === p.bins && m.frames === p.frames ? m : null;
  const scratch = usable ? gains.value.map(() => new Float64Array(p.bins)) : [];
  const colour = new Float32Array(3 * p.bins).fill(200);
  const bins = Int32Array.from({ length: height }, (_, y) =>
    Math.min(p.bins - 1, Math.round((hzAt(1 - (y + 0.5) / height) * 2 * (p.bins - 1)) / rate)),
  );
  const floor = 1 - rangeDb.value / (255 * kCellDb);
  let before = -1;
  for (let x = 0; x < width; x++) {
    const frame = Math.min(p.frames - 1, Math.round((a + ((b - a) * x) / width) / hop_s()));
    if (usable && frame !== before) tint(usable, frame, colour, scratch);
    before = frame;
    for (let y = 0; y < height; y++) {
      const f = bins[y]!;
      const level = Math.max(0, (p.cells[frame * p.bins + f]! / 255 - floor) / (1 - floor));
      const at = 4 * (y * width + x);
      for (let c = 0; c < 3; c++) {
        const full = colour[3 * f + c]!;
        image.data[at + c] = isDark.value ? level * full : 255 - level * (255 - full * 0.75);
      }
      image.data[at + 3] = 255;
    }
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}

// Draws again when a signal that `draw` reads changes, or the size, once a frame of the screen at most.
function useDrawing(draw: (canvas: HTMLCanvasElement) => void, reads: unknown[]): JSX.HTMLAttributes<HTMLCanvasElement> {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current!;
    let asked = requestAnimationFrame(() => draw(canvas));
    const again = new ResizeObserver(() => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => draw(canvas));
    });
    again.observe(canvas.parentElement!);
    return () => {
      cancelAnimationFrame(asked);
      again.disconnect();
    };
  }, reads);
  return { ref } as JSX.HTMLAttributes<HTMLCanvasElement>;
}

export function Spectrogram(): JSX.Element {
  const p = picture.value;
  const drag = useRef<[number, number] | null>(null);
  const canvas = useDrawing(
    (c) => p && server.value?.recording && paint(c, p, model.value),
    [p, model.value, arrangement.value, seen_s.value, logarithmic.value, rangeDb.value, isDark.value],
  );
  const [a, b] = seen_s.value;
  const where = (event: PointerEvent | WheelEvent): [number, number] => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return [
      a + ((b - a) * Math.min(Math.max(event.clientX - box.left, 0), box.width)) / box.width,
      hzAt(1 - Math.min(Math.max(event.clientY - box.top, 0), box.height) / box.height),
    ];
  };
  const move = (event: PointerEvent): void => {
    if (!drag.current) return;
    const [t, hz] = where(event);
    const [t0, hz0] = drag.current;
    if (Math.abs(t - t0) < (b - a) * 0.01) return;
    region.value = { from_s: Math.min(t, t0), to_s: Math.max(t, t0), low_hz: Math.min(hz, hz0), high_hz: Math.max(hz, hz0) };
  };
  const r = region.value;
  const x = (s: number): string => `${(100 * (s - a)) / (b - a)}%`;
  return (
    <div
      class="spectrogram"
      onPointerDown={(e) => {
        e.currentTarget.setPointerCapture(e.pointerId);
        drag.current = where(e);
        region.value = null;
      }}
      onPointerMove={move}
      onPointerUp={(e) => {
        if (!region.value) seek(where(e)[0]);
        drag.current = null;
      }}
      onWheel={(e) => {
        e.preventDefault();
        if (e.shiftKey) pan(e.deltaY > 0 ? 0.1 : -0.1);
        else zoom(e.deltaY > 0 ? 1.25 : 0.8, where(e)[0]);
      }}
    >
      <canvas {...canvas} role="img" aria-label="Spectrogram of the recording, tinted by source" />
      {r && (
        <div
          class="region"
          style={{
            left: x(r.from_s),
            width: `${(100 * (r.to_s - r.from_s)) / (b - a)}%`,
            bottom: `${100 * heightOf(r.low_hz)}%`,
            height: `${100 * (heightOf(r.high_hz) - heightOf(r.low_hz))}%`,
          }}
        />
      )}
      <div class="playhead" style={{ left: x(position_s.value) }} hidden={position_s.value < a || position_s.value > b} />
      <div class="times" aria-hidden="true">
        {timeTicks.value.map((t) => (
          <span key={t} style={{ left: x(t) }}>
            {t} s
          </span>
        ))}
      </div>
    </div>
  );
}

export function Shapes(): JSX.Element {
  const m = model.value;
  const canvas = useDrawing(
    (c) => {
      const width = (c.width = Math.max(1, c.clientWidth));
      const height = (c.height = Math.max(1, c.clientHeight));
      const draw = c.getContext('2d')!;
      if (!m) return;
      const rate = server.value!.recording!.rate_hz;
      const chosen = selected.value.size > 0 ? [...selected.value] : Array.from({ length: m.components }, (_, k) => k);
      for (const k of chosen) {
        const shape = spectrumOf(m, k);
        draw.strokeStyle = cssColour(arrangement.value.of[k] ?? -1);
        draw.globalAlpha = selected.value.size > 0 ? 1 : 0.5;
        draw.beginPath();
        for (let f = 1; f < m.bins; f++) {
          const y = height * (1 - heightOf((f * rate) / m.fft));
          const level = Math.max(0, 1 + (20 * Math.log10(shape[f]! + 1e-9)) / 60);
          draw.lineTo(width * (1 - level), y);
        }
        draw.stroke();
      }
    },
    [m, selected.value, arrangement.value, logarithmic.value, isDark.value],
  );
  return (
    <div class="shapes">
      <canvas {...canvas} role="img" aria-label="W: the spectrum of each component" />
      {frequencyTicks.value.map((hz) => (
        <span key={hz} style={{ bottom: `${100 * heightOf(hz)}%` }} aria-hidden="true">
          {hz >= 1000 ? `${hz / 1000}k` : hz}
        </span>
      ))}
    </div>
  );
}

function Lane({ m, k }: { m: Model; k: number }): JSX.Element {
  const source = arrangement.value.of[k] ?? -1;
  const canvas = useDrawing(
    (c) => {
      const width = (c.width = Math.max(1, c.clientWidth));
      const height = (c.height = Math.max(1, c.clientHeight));
      const draw = c.getContext('2d')!;
      let most = 1e-30;
      for (let j = 0; j < m.frames; j++) most = Math.max(most, levelOf(m, k, j));
      const [a, b] = seen_s.value;
      draw.fillStyle = cssColour(source);
      for (let x = 0; x < width; x++) {
        const from = Math.round((a + ((b - a) * x) / width) / hop_s());
        const to = Math.max(from + 1, Math.round((a + ((b - a) * (x + 1)) / width) / hop_s()));
        let level = 0;
        for (let j = from; j < Math.min(to, m.frames); j++) level = Math.max(level, levelOf(m, k, j) / most);
        draw.fillRect(x, height * (1 - level), 1, height * level);
      }
    },
    [m, k, source, seen_s.value],
  );
  const isSelected = selected.value.has(k);
  return (
    <div class={`lane ${isSelected ? 'selected' : ''}`}>
      <button
        class={`listen ${audition.value === k ? 'on' : ''}`}
        aria-pressed={audition.value === k}
        aria-label={`Hear component ${k + 1} alone`}
        title="Hear it alone"
        onClick={() => (audition.value = audition.value === k ? -1 : k)}
      >
        ♪
      </button>
      <button
        class="number"
        aria-pressed={isSelected}
        aria-label={`Component ${k + 1}, ${source < 0 ? 'residual' : `source ${arrangement.value.sources[source]?.name}`}`}
        onClick={(e) => chooseComponent(k, e.shiftKey || e.ctrlKey)}
      >
        {k + 1}
      </button>
      <div class="curve" onClick={(e) => chooseComponent(k, e.shiftKey || e.ctrlKey)}>
        <canvas {...canvas} role="img" aria-label={`When component ${k + 1} sounds`} />
      </div>
    </div>
  );
}

export function Lanes(): JSX.Element {
  const m = model.value;
  if (!m) return <p class="empty">When each component sounds will stand here. Press Run to find them.</p>;
  return (
    <div class="lanes" role="region" aria-label="H: when each component sounds" tabIndex={0}>
      {Array.from({ length: m.components }, (_, k) => (
        <Lane key={k} m={m} k={k} />
      ))}
    </div>
  );
}
