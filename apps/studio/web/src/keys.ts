// SPDX-License-Identifier: Apache-2.0
// Everything by keyboard.
import { signal } from '@preact/signals';
import { arrangement, audition, selected, sourceAt } from './arrangement';
import { kListeningActions, kListeningKeys } from './listening';
import { page } from './page';
import { model, region, toggle, toggleLoop } from './player';
import { change, redo, send, undo } from './steps';
import { pan, panFrequency, showAll, zoom, zoomFrequency } from './view';

export const helpOpen = signal(false);

export const kKeys: [string, string][] = [
  ['Space', 'play, pause'],
  ['↑ ↓', 'select the component before, after'],
  ['1 … 9', 'send the selected components to this source (one past the last makes it)'],
  ['0', 'send them to the residual'],
  ['S  M', 'solo, mute the source of the selected component'],
  ['L', 'hear the selected component alone'],
  ...kListeningKeys,
  ['Ctrl Z, Ctrl Shift Z', 'undo, redo'],
  ['+ −', 'zoom in time (or the wheel)'],
  ['← →', 'earlier, later (or Shift and the wheel)'],
  ['Page ↑ ↓', 'zoom in frequency (or Ctrl and the wheel)'],
  ['Shift ↑ ↓', 'higher, lower (or Ctrl, Shift and the wheel)'],
  ['F', 'all of it in sight'],
  ['Esc', 'nothing selected, no region'],
  ['?', 'these keys'],
];

function step(by: number): void {
  const count = model.value?.components ?? 0;
  if (count === 0) return;
  const now = [...selected.value].at(-1);
  const next = now === undefined ? (by > 0 ? 0 : count - 1) : (now + by + count) % count;
  selected.value = new Set([next]);
  document.querySelectorAll('.lane')[next]?.scrollIntoView({ block: 'nearest' });
}

function flip(what: 'solo' | 'mute'): void {
  const k = [...selected.value].at(-1);
  if (k === undefined) return;
  const source = arrangement.value.of[k]!;
  change((draft) => {
    const s = sourceAt(draft, source);
    s[what] = !s[what];
  });
}

const kActions: Record<string, () => void> = {
  ' ': toggle,
  ArrowUp: () => step(-1),
  ArrowDown: () => step(1),
  ArrowLeft: () => pan(-0.1),
  ArrowRight: () => pan(0.1),
  s: () => flip('solo'),
  m: () => flip('mute'),
  l: () => {
    if (page.plays !== 'mix') return;
    const k = [...selected.value].at(-1) ?? -1;
    audition.value = audition.value === k ? -1 : k;
  },
  'Shift ArrowUp': () => panFrequency(0.1),
  'Shift ArrowDown': () => panFrequency(-0.1),
  PageUp: () => zoomFrequency(0.8),
  PageDown: () => zoomFrequency(1.25),
  r: toggleLoop,
  ...kListeningActions,
  '+': () => zoom(0.8),
  '-': () => zoom(1.25),
  f: showAll,
  '?': () => (helpOpen.value = true),
  Escape: () => {
    selected.value = new Set();
    region.value = null;
    audition.value = -1;
  },
};

const kTyping = 'input:not([type=range], [type=checkbox]), select, textarea';

// After a click what was clicked gives the focus back, so that Space plays; what opens something keeps it for Escape.
function leaveAfterClick(): void {
  let byPointer = false;
  const leave = (event: Event): void => {
    const now = document.activeElement as HTMLElement | null;
    const which = event.type === 'change' ? 'select' : 'button:not([aria-expanded]), input[type=checkbox]';
    if (byPointer && now?.matches(which) && !now.closest('dialog')) now.blur();
  };
  addEventListener('pointerdown', () => (byPointer = true), true);
  addEventListener('keydown', () => (byPointer = false), true);
  addEventListener('click', leave);
  addEventListener('change', leave);
}

/** `more`: keys of this page beside those of every page. */
export function hearKeys(more: Record<string, () => void> = {}): void {
  const actions = { ...kActions, ...more };
  leaveAfterClick();
  addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    const inField = target.matches(kTyping) || document.querySelector('dialog[open]') !== null;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !target.matches('input[type=text]')) {
      event.preventDefault();
      return event.shiftKey ? redo() : undo();
    }
    if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === ' ' && target.matches('button, summary, input[type=checkbox]')) return;
    if (target.matches('input[type=range]') && /^(Arrow|Page)/.test(event.key)) return;
    if (page.regroups && /^[0-9]$/.test(event.key)) return send(selected.value, Number(event.key) - 1);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = actions[`${event.shiftKey ? 'Shift ' : ''}${key}`] ?? actions[key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
