// SPDX-License-Identifier: Apache-2.0
// The spectrogram, tinted by source; W beside it and H below, on the same axes.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { arrangement, audition, colourOf, routing, selected } from './arrangement';
import { drawNotes, moving } from './lasting';
import { levelFor, levelsOf } from './levels';
import { hop_s, paint, resize, shown } from './look';
import { LaneMarks } from './marks';
import { levels, type Model } from './mix';
import type { Shown } from './painter';
import { page } from './page';
import { drawing, model, picture, position_s, region, seek } from './player';
import { chooseComponent, chooseRange } from './selection';
import { server } from './server';
import { run } from './steps';
import { isDark } from './theme';
import { heightOf, hzAt, logarithmic, rangeDb, seen_s, timeLabel, timeTicks, wheel } from './view';
import { Waveform } from './waveform';

// Draws again when a signal that `draw` reads changes, or the size, in the next frame of the screen.
export function useDrawing(draw: (canvas: HTMLCanvasElement) => void, reads: unknown[]): JSX.HTMLAttributes<HTMLCanvasElement> {
  const ref = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);
  const asked = useRef(0);
  latest.current = draw;
  const ask = (): void => {
    asked.current ||= requestAnimationFrame(() => {
      asked.current = 0;
      latest.current(ref.current!);
    });
  };
  useLayoutEffect(ask, reads);
  useLayoutEffect(() => {
    const sizes = new ResizeObserver(ask);
    sizes.observe(ref.current!.parentElement!);
    return () => {
      cancelAnimationFrame(asked.current);
      sizes.disconnect();
    };
  }, []);
  return { ref } as JSX.HTMLAttributes<HTMLCanvasElement>;
}

const kNames: Record<Shown, string> = {
  original: 'Spectrogram of the recording, tinted by source',
  model: 'Spectrogram of the model, as it is mixed now',
  missed: 'Spectrogram of what the model misses',
};

export function Spectrogram(): JSX.Element {
  const p = picture.value;
  const drag = useRef<[number, number] | null>(null);
  const canvas = useDrawing(
    (c) => p && server.value?.recording && paint(c, p, model.value),
    [p, p?.tiles.arrived.value, model.value, routing.value, seen_s.value, hzAt(0), hzAt(1), logarithmic.value, rangeDb.value, shown.value, isDark.value],
  );
  const [a, b] = seen_s.value;
  const where = (event: PointerEvent | WheelEvent): [number, number] => {
    const place = event.currentTarget as HTMLElement;
    const [box, width] = [place.getBoundingClientRect(), place.clientWidth]; // without the scroll bar's room
    return [
      a + ((b - a) * Math.min(Math.max(event.clientX - box.left, 0), width)) / width,
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
        drawing.value = true;
        region.value = null;
      }}
      onPointerMove={move}
      onPointerUp={(e) => {
        if (!region.value) seek(where(e)[0]);
        drag.current = null;
      }}
      onLostPointerCapture={() => (drawing.value = false)}
      onWheel={(e) => {
        const [t, hz] = where(e);
        wheel(e, t, heightOf(hz));
      }}
    >
      <canvas {...canvas} role="img" aria-label={kNames[shown.value]} aria-busy={(p?.tiles.awaited.value ?? 1) > 0} />
      <Waveform />
      {r && (
        <div
          class="region"
          style={{
            left: x(r.from_s),
            width: `${(100 * (r.to_s - r.from_s)) / (b - a)}%`,
            bottom: `${100 * heightOf(r.low_hz)}%`,
            height: `${100 * (heightOf(r.high_hz) - heightOf(r.low_hz))}%`,
          }}
        >
          <span>
            {r.from_s.toFixed(2)}–{r.to_s.toFixed(2)} s, {Math.round(r.low_hz)}–{Math.round(r.high_hz)} Hz
          </span>
        </div>
      )}
      <div class="playhead" style={{ left: x(position_s.value) }} hidden={position_s.value < a || position_s.value > b} />
      <div class="times" aria-hidden="true">
        {timeTicks.value.map((t) => (
          <span key={t} style={{ left: x(t) }}>
            {timeLabel(t)}
          </span>
        ))}
      </div>
    </div>
  );
}

const loudest = new WeakMap<Model, Float32Array>();
function loudestOf(m: Model): Float32Array {
  const most = loudest.get(m) ?? new Float32Array(m.components).fill(1e-30);
  if (!loudest.has(m)) levels(m).forEach((h, i) => (most[i % m.components] = Math.max(most[i % m.components]!, h)));
  loudest.set(m, most);
  return most;
}

// A column for each pixel, as bytes: a path of as many corners takes four times as long to fill.
function drawLane(c: HTMLCanvasElement, m: Model, k: number, [red, green, blue]: readonly [number, number, number]): void {
  const { width, height } = c;
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const opaque = (255 << 24) | (blue << 16) | (green << 8) | red;
  const [a, b] = seen_s.value;
  const inPixel = (b - a) / hop_s() / width;
  const level = levelFor(inPixel);
  const H = levelsOf(levels(m), m.components);
  const frames = H.frames(level);
  const values = H.window(level, 0, frames);
  const most = loudestOf(m)[k]!;
  for (let x = 0; x < width; x++) {
    const from = Math.min(frames - 1, Math.floor((a / hop_s() + 0.5 + x * inPixel) / 2 ** level));
    const to = Math.min(frames - 1, Math.floor((a / hop_s() + 0.5 + (x + 1) * inPixel) / 2 ** level));
    let h = 0;
    for (let j = from; j <= to; j++) h = Math.max(h, values[j * m.components + k]!);
    const top = height * (1 - h / most);
    const whole = Math.ceil(top);
    for (let y = whole; y < height; y++) pixels[y * width + x] = opaque;
    if (whole > top) pixels[(whole - 1) * width + x] = (opaque & 0xffffff) | (Math.round(255 * (whole - top)) << 24);
  }
  c.getContext('2d')!.putImageData(image, 0, 0);
}

let pressed = -1; // the number that a drag over the numbers began at
addEventListener('pointerup', () => (pressed = -1));

function Lane({ m, k }: { m: Model; k: number }): JSX.Element {
  const source = arrangement.value.of[k] ?? -1;
  const colour = colourOf(source);
  const row = useRef<HTMLDivElement>(null);
  const [inSight, setInSight] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver((changes) => setInSight(changes.at(-1)!.isIntersecting));
    watch.observe(row.current!);
    return () => watch.disconnect();
  }, []);
  const isSelected = selected.value.has(k);
  const notes = moving.value && moving.value.pitchShifts > 1 ? moving.value : null;
  const canvas = useDrawing(
    (c) => {
      if (!inSight) return;
      resize(c, c.clientWidth, c.clientHeight);
      const [a, b] = seen_s.value;
      if (notes) drawNotes(c, notes, k, colour, a / hop_s() + 0.5, (b - a) / hop_s() / c.width);
      else drawLane(c, m, k, colour);
    },
    [m, k, colour, notes, isSelected, inSight && seen_s.value],
  );
  return (
    <div ref={row} class={`lane ${isSelected ? 'selected' : ''} ${notes ? 'moving' : ''} ${page.plays === 'mix' ? '' : 'silent'}`}>
      {page.plays === 'mix' && (
      <button
        class={`listen ${audition.value === k ? 'on' : ''}`}
        aria-pressed={audition.value === k}
        aria-label={`Hear component ${k + 1} alone`}
        title="Hear it alone"
        onClick={() => (audition.value = audition.value === k ? -1 : k)}
      >
        ♪
      </button>
      )}
      <button
        class="number"
        aria-pressed={isSelected}
        aria-label={`Component ${k + 1}, ${source < 0 ? 'residual' : `source ${arrangement.value.sources[source]?.name}`}`}
        onClick={(e) => chooseComponent(k, e)}
        onPointerDown={() => (pressed = k)}
        onPointerEnter={(e) => e.buttons === 1 && pressed >= 0 && chooseRange(pressed, k)}
      >
        {k + 1}
      </button>
      <LaneMarks k={k}>
        <canvas {...canvas} role="img" aria-label={notes ? `What component ${k + 1} plays: pitch upwards, in steps of a bin, over time` : `When component ${k + 1} sounds`} />
      </LaneMarks>
    </div>
  );
}

export function Lanes(): JSX.Element {
  const m = model.value;
  if (!m) return <p class="empty">When each component sounds will stand here. Press Run to find them.</p>;
  return (
    <div class="lanes" data-run={run.value} role="region" aria-label="H: when each component sounds" tabIndex={0}>
      {Array.from({ length: m.components }, (_, k) => (
        <Lane key={k} m={m} k={k} />
      ))}
    </div>
  );
}
