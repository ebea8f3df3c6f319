// SPDX-License-Identifier: Apache-2.0
// Which components are selected: one, more with Ctrl, all in between with Shift or by dragging over their numbers.
import { selected } from './arrangement';

/** Selects a component: alone, with Ctrl besides those that are, with Shift all from the last selected one on. */
export function chooseComponent(k: number, event: MouseEvent): void {
  const last = [...selected.value].at(-1);
  if (event.shiftKey && last !== undefined) return chooseRange(last, k);
  const more = event.ctrlKey || event.metaKey;
  const next = new Set(more ? selected.value : []);
  if (selected.value.has(k) && (more || selected.value.size === 1)) next.delete(k);
  else next.add(k);
  selected.value = next;
}

/** Selects `from` (which stays the first), `to` and all between them. */
export function chooseRange(from: number, to: number): void {
  const by = Math.sign(to - from) || 1;
  selected.value = new Set(Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => from + i * by));
}
