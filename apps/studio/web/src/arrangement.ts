// SPDX-License-Identifier: Apache-2.0
// Which component belongs to which source, and how loud each source plays; with undo, redo and a memory that
// survives a reload.
import { computed, signal } from '@preact/signals';
import type { Routing } from './mix';
import type { Result, Saved, SavedSource } from './server';

export interface Source {
  name: string;
  gain_db: number;
  solo: boolean;
  mute: boolean;
  why?: string; // what grouped it, where a run did
  found?: number[]; // the components that this is said of
}
/** `of[k]`: the source of component k, −1 for the residual. `rest`: how the residual plays. */
export interface Arrangement {
  sources: Source[];
  rest: Source;
  of: number[];
}

export const kMostSources = 9; // a key each
export const kSilentDb = -60; // the fader's lower end, which is silence

// Okabe & Ito, Color universal design (2008): told apart by every kind of colour vision; two more by lightness.
export const kColours = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167],
  [255, 255, 255],
  [130, 90, 50],
] as const;
export const kRestColour = [150, 150, 150] as const;

export const colourOf = (source: number): readonly [number, number, number] => kColours[source % kColours.length] ?? kRestColour;
export const cssColour = (source: number): string => `rgb(${colourOf(source).join(' ')})`;

const newSource = (name: string): Source => ({ name, gain_db: 0, solo: false, mute: false });

export const arrangement = signal<Arrangement>({ sources: [], rest: newSource('residual'), of: [] });
export const selected = signal<ReadonlySet<number>>(new Set());
/** The one component that is heard alone; −1: none. */
export const audition = signal(-1);

/** A state that was, and the words for what was done to it. */
interface Step {
  before: Arrangement;
  what: string;
}
const past = signal<Step[]>([]);
const future = signal<Step[]>([]); // the next one last; `before` is what redoing leads to
export const canUndo = computed(() => past.value.length > 0);
export const canRedo = computed(() => future.value.length > 0);
let key = '';
let lastChange = '';

function remember(): void {
  if (key) localStorage.setItem(key, JSON.stringify(arrangement.value));
}

/** The arrangement of a run: what was kept under `name`, what a project says, or the groups that were found. False:
 *  it was kept. */
export function begin(name: string, components: number, groups: Result['groups'], project: Saved | null = null): boolean {
  key = name;
  past.value = [];
  future.value = [];
  selected.value = new Set();
  audition.value = -1;
  const kept = key ? (JSON.parse(localStorage.getItem(key) ?? 'null') as Arrangement | null) : null;
  if (kept && kept.of.length === components) {
    arrangement.value = kept;
    return false;
  }
  const of = new Array<number>(components).fill(-1);
  const found = groups.map((group, s) => ({
    ...newSource(group.name ?? String(s + 1)),
    why: group.reason,
    found: [...group.components].sort((a, b) => a - b),
  }));
  const put = (s: number, all: number[], first: number): void => all.forEach((k) => k - first < components && (of[k - first] = s));
  if (project) project.sources.slice(0, kMostSources).forEach((source, s) => put(s, source.components, 1));
  else found.forEach((source, s) => put(s, source.found, 0));
  const listened = ({ name: n, gain_db, solo, mute }: SavedSource): Source => ({ name: n, gain_db, solo, mute });
  arrangement.value = {
    sources: project ? project.sources.slice(0, kMostSources).map(listened) : found,
    rest: project ? { ...listened(project.residual), name: 'residual' } : newSource('residual'),
    of,
  };
  remember();
  return true;
}

/** The arrangement while a run goes on: not kept, and begun once. */
export function beginPreview(components: number): void {
  if (key === '' && arrangement.value.of.length === components) return;
  const all = Array.from({ length: components }, (_, k) => k);
  begin('', components, [{ components: all, reason: 'found so far; grouped when the run has ended' }]);
}

/** Makes a change that can be undone; changes in a row with the same `name` (a fader on its way) are one. */
export function change(edit: (draft: Arrangement) => void, name = ''): void {
  const draft = structuredClone(arrangement.value);
  edit(draft);
  if (JSON.stringify(draft) === JSON.stringify(arrangement.value)) return;
  const isOne = name !== '' && name === lastChange;
  const before = isOne ? past.value.at(-1)!.before : arrangement.value;
  past.value = [...past.value.slice(0, isOne ? -1 : undefined), { before, what: wordsFor(before, draft) }];
  lastChange = name;
  future.value = [];
  arrangement.value = draft;
  remember();
}

function step(from: typeof past, to: typeof past): void {
  const next = from.value.at(-1);
  if (!next) return;
  lastChange = '';
  from.value = from.value.slice(0, -1);
  to.value = [...to.value, { before: arrangement.value, what: next.what }];
  arrangement.value = next.before;
  remember();
}
export const undo = (): void => step(past, future);
export const redo = (): void => step(future, past);

/** What was done, the first first, and how much of it is in force. */
export const history = computed(() => ({
  steps: [...past.value.map((s) => s.what), ...future.value.map((s) => s.what).reverse()],
  done: past.value.length,
}));
/** Goes to where `done` steps are in force. */
export function goTo(done: number): void {
  while (past.value.length > done && past.value.length > 0) undo();
  while (past.value.length < done && future.value.length > 0) redo();
}

// What was done between two arrangements.
function wordsFor(before: Arrangement, after: Arrangement): string {
  const nameIn = (a: Arrangement, s: number): string => (s < 0 ? 'residual' : a.sources[s]!.name);
  if (after.sources.length < before.sources.length) {
    const gone = before.sources.find((s) => !after.sources.some((t) => t.name === s.name));
    return `${gone?.name ?? 'a source'} removed`;
  }
  const moved = after.of.flatMap((s, k) => (s !== before.of[k] ? [k] : []));
  if (moved.length > 0) return `${moved.map((k) => k + 1).join(', ')} to ${nameIn(after, after.of[moved[0]!]!)}`;
  for (let s = -1; s < after.sources.length; s++) {
    const [a, b] = [s < before.sources.length ? sourceAt(before, s) : undefined, sourceAt(after, s)];
    if (!a) return `${b.name} begun`;
    if (a.name !== b.name) return `${a.name} named ${b.name}`;
    if (a.solo !== b.solo) return `${b.name} ${b.solo ? 'solo' : 'no longer solo'}`;
    if (a.mute !== b.mute) return `${b.name} ${b.mute ? 'muted' : 'no longer muted'}`;
    if (a.gain_db !== b.gain_db) return `${b.name} at ${b.gain_db <= kSilentDb ? 'silence' : `${b.gain_db.toFixed(1)} dB`}`;
  }
  return 'changed';
}

/** Puts components into a source; one past the last makes a new one, −1 is the residual. */
export function send(components: Iterable<number>, source: number): void {
  change((draft) => {
    if (source === draft.sources.length && source < kMostSources) draft.sources.push(newSource(freeName(draft)));
    if (source >= draft.sources.length) return;
    for (const k of components) draft.of[k] = source;
  });
}

function freeName(draft: Arrangement): string {
  let n = draft.sources.length + 1;
  while (draft.sources.some((s) => s.name === String(n))) n++;
  return String(n);
}

/** Takes a source away; its components go to the residual. */
export function remove(source: number): void {
  change((draft) => {
    draft.sources.splice(source, 1);
    draft.of = draft.of.map((s) => (s === source ? -1 : s > source ? s - 1 : s));
  });
}

/** `source` −1: the residual. */
export const sourceAt = (a: Arrangement, source: number): Source => (source < 0 ? a.rest : a.sources[source]!);
export const componentsOf = (a: Arrangement, source: number): number[] =>
  a.of.flatMap((s, k) => (s === source ? [k] : []));

export const gains = computed(() => {
  const { sources, rest } = arrangement.value;
  const all = [...sources, rest];
  const solo = all.some((s) => s.solo);
  return all.map((s) => (s.mute || (solo && !s.solo) || s.gain_db <= kSilentDb ? 0 : 10 ** (s.gain_db / 20)));
});

export const routing = computed<Routing>(() => {
  const alone = audition.value;
  const { of } = arrangement.value;
  if (alone >= 0) return { source: of.map((_, k) => (k === alone ? 0 : -1)), gain: [1, 0] };
  return { source: of, gain: gains.value };
});
