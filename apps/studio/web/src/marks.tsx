// SPDX-License-Identifier: Apache-2.0
// Stretches of H that a person marks: only these components sound here, or these do not. They take effect with the
// next run that goes on from this one.
import { computed, effect, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { selected } from './arrangement';
import { drawing, model, region } from './player';
import { chooseComponent } from './selection';
import { server } from './server';
import { seen_s, top_hz } from './view';

export interface Mark {
  components: number[]; // from 0
  only: boolean;
  from_s: number;
  to_s: number;
}
/** Of the run in sight. */
export const marks = signal<Mark[]>([]);
const run = computed(() => server.value?.result?.id ?? 0);
effect(() => {
  if (run.value >= 0) marks.value = [];
});

const kDrag = 4; // pixels from which on it is no click

/** Whether there is a stretch to mark, and components that it is said of. */
export const canMark = computed(() => region.value !== null && selected.value.size > 0 && model.value !== null);

/** Marks the region's time for the selected components; what they were marked there before is forgotten. */
export function mark(only: boolean): void {
  const r = region.value;
  const components = [...selected.value].sort((a, b) => a - b);
  if (!canMark.value || !r || (only && components.length === model.value!.components)) return;
  const next = { components, only, from_s: r.from_s, to_s: r.to_s };
  const isSame = (m: Mark): boolean => m.components.join() === components.join() && m.from_s === r.from_s && m.to_s === r.to_s;
  marks.value = [...marks.value.filter((m) => !isSame(m)), next];
}

const numbers = (m: Mark): string => m.components.map((k) => k + 1).join(', ');
const wordsOf = (m: Mark): string => `${m.only ? `only ${numbers(m)}` : `not ${numbers(m)}`}, ${m.from_s.toFixed(2)}–${m.to_s.toFixed(2)} s`;

interface Span {
  from_s: number;
  to_s: number;
}
function styleOf({ from_s, to_s }: Span): JSX.CSSProperties {
  const [a, b] = seen_s.value;
  return { left: `${(100 * (from_s - a)) / (b - a)}%`, width: `${(100 * (to_s - from_s)) / (b - a)}%` };
}

function OneMark({ m, k }: { m: Mark; k: number }): JSX.Element | null {
  const isOf = m.components.includes(k);
  const look = `mark ${isOf !== m.only ? 'silent' : ''}`;
  if (!isOf && !m.only) return null;
  if (m.components[0] !== k) return <div class={look} style={styleOf(m)} />;
  return (
    <button
      class={look}
      style={styleOf(m)}
      aria-label={`Remove the mark: ${wordsOf(m)}`}
      title={`${wordsOf(m)}. Click removes it`}
      onClick={() => (marks.value = marks.value.filter((other) => other !== m))}
    >
      {m.only ? 'only' : 'not'}
    </button>
  );
}

/** Over the lane of component k: its marks, and the stretch that would be marked. Dragging over it chooses one. */
export function LaneMarks({ k, children }: { k: number; children: JSX.Element }): JSX.Element {
  const begun = useRef<{ x: number; dragged: boolean } | null>(null);
  const r = region.value;
  const timeAt = (event: PointerEvent, x: number): number => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [a, b] = seen_s.value;
    return a + ((b - a) * Math.min(Math.max(x - box.left, 0), box.width)) / box.width;
  };
  const move = (event: PointerEvent): void => {
    const drag = begun.current;
    if (!drag || (!drag.dragged && Math.abs(event.clientX - drag.x) < kDrag)) return;
    if (!drag.dragged && !selected.value.has(k)) selected.value = new Set([k]);
    drag.dragged = drawing.value = true;
    const ends = [timeAt(event, drag.x), timeAt(event, event.clientX)];
    region.value = { from_s: Math.min(...ends), to_s: Math.max(...ends), low_hz: 0, high_hz: top_hz.value };
  };
  return (
    <div
      class="curve"
      onPointerDown={(e) => {
        if ((e.target as HTMLElement).matches('button')) return;
        e.currentTarget.setPointerCapture(e.pointerId);
        begun.current = { x: e.clientX, dragged: false };
      }}
      onPointerMove={move}
      onPointerUp={(e) => {
        if (begun.current && !begun.current.dragged) chooseComponent(k, e);
        begun.current = null;
      }}
      onLostPointerCapture={() => (drawing.value = false)}
    >
      {children}
      {r && selected.value.has(k) && <div class="stretch" style={styleOf(r)} />}
      {marks.value.map((m, n) => (
        <OneMark key={n} m={m} k={k} />
      ))}
    </div>
  );
}
