// SPDX-License-Identifier: Apache-2.0
// What was done: undo and redo over changes of the grouping and over runs, and a memory that survives a reload. The
// server has the runs (the last ones; the page asks for them by their id), the page what was done between them.
import { computed, signal } from '@preact/signals';
import {
  arrangement,
  audition,
  kMostSources,
  kSilentDb,
  newSource,
  placeOfColour,
  selected,
  sourceAt,
  type Arrangement,
  type Source,
} from './arrangement';
import { page } from './page';
import { post, server, type Result, type Run, type SavedSource } from './server';
import { colourName, kColours } from './theme';

/** A state that was, and the words for what was done to it. */
interface Step {
  run: number;
  before: Arrangement | null; // null: what is remembered of that run
  what: string;
}
const past = signal<Step[]>([]);
const future = signal<Step[]>([]); // the next one last; what redoing leads to
let recording = ''; // what is remembered is kept under its name and the run's id
/** Whose arrangement it is; 0: none. */
export const run = signal(0);
let newest = 0; // run that was seen
let awaited = 0; // run that was gone back to from here
let lastChange = '';
const previewed = signal(false); // a run shows what it has found so far, which is not kept

const place = (id: number): string => `${recording} ${id}`;
const remembered = (id: number): Arrangement | null =>
  page.remembers ? (JSON.parse(localStorage.getItem(place(id)) ?? 'null') as Arrangement | null) : null;
const remember = (id: number, a: Arrangement): void => {
  if (page.remembers) localStorage.setItem(place(id), JSON.stringify(a));
};

// Of the steps, the next one last, those that lead to runs that the server still has.
const offered = (steps: Step[]): Step[] => {
  const there = new Set(server.value?.runs.map((r) => r.id));
  return steps.slice(steps.map((s) => there.has(s.run)).lastIndexOf(false) + 1);
};
// Another run is fetched when nothing else goes on.
const canStep = (steps: Step[]): boolean => {
  const next = offered(steps).at(-1);
  return next !== undefined && !previewed.value && (next.run === run.value || server.value?.activity === '');
};
export const canUndo = computed(() => canStep(past.value));
export const canRedo = computed(() => canStep(future.value));

/** What was done, the first first, and how much of it is in force. */
export const history = computed(() => {
  const [before, after] = [offered(past.value), offered(future.value)];
  return { steps: [...before.map((s) => s.what), ...after.map((s) => s.what).reverse()], done: before.length };
});

/** Goes to where `done` steps of the history are in force. */
export async function goTo(done: number): Promise<void> {
  let [before, after] = [past.value, future.value];
  let now: Omit<Step, 'what'> = { run: run.value, before: arrangement.value };
  for (let by = done - history.value.done; by !== 0; by -= Math.sign(by)) {
    const [from, to] = by < 0 ? [before, after] : [after, before];
    const next = from.at(-1)!;
    const [less, more] = [from.slice(0, -1), [...to, { ...now, what: next.what }]];
    [before, after] = by < 0 ? [less, more] : [more, less];
    now = next;
  }
  if (now.run !== run.value) {
    if (now.before) remember(now.run, now.before);
    awaited = now.run;
    if (!(await post('api/back', JSON.stringify({ run: now.run })))) {
      awaited = 0;
      return;
    }
  } else if (now.before) {
    arrangement.value = now.before;
    remember(run.value, now.before);
  }
  lastChange = '';
  [past.value, future.value] = [before, after];
}
export const undo = (): void => void (canUndo.value && goTo(history.value.done - 1));
export const redo = (): void => void (canRedo.value && goTo(history.value.done + 1));

// The steps between the runs that the server has, where what was done between them is not known here.
function recount(id: number, runs: Run[]): void {
  const now = runs.findIndex((r) => r.id === id);
  past.value = runs.slice(0, now).map((r, n) => ({ run: r.id, before: null, what: runs[n + 1]!.what }));
  future.value = runs.slice(now + 1).map((r) => ({ run: r.id, before: null, what: r.what })).reverse();
}

/** Begins with a run that has come into sight, new or gone back to, of the recording called `name`: its arrangement is
 *  the one that was remembered, that of a project or of the page before it, or the groups that were found. False: it
 *  was remembered. */
export function begin(name: string, result: Result, runs: Run[]): boolean {
  const { id } = result;
  if (name !== recording) run.value = newest = 0;
  recording = name;
  previewed.value = false;
  const before = remembered(run.value);
  if (id !== run.value && id !== awaited) {
    const isNext = run.value > 0 && id > newest;
    if (isNext) past.value = [...past.value, { run: run.value, before, what: runs.at(-1)?.what ?? 'run' }];
    if (isNext) future.value = [];
    else recount(id, runs);
  }
  if (id !== run.value) {
    selected.value = new Set();
    audition.value = -1;
  }
  run.value = id;
  newest = Math.max(newest, ...runs.map((r) => r.id));
  awaited = 0;
  lastChange = '';
  const kept = remembered(id);
  const isKept = kept?.of.length === result.components;
  arrangement.value = isKept ? kept : arranged(result);
  remember(id, arrangement.value);
  return !isKept;
}

/** The arrangement while a run goes on: not kept, and begun once. */
export function beginPreview(components: number): void {
  if (previewed.value && arrangement.value.of.length === components) return;
  previewed.value = true;
  selected.value = new Set();
  audition.value = -1;
  const why = 'found so far; grouped when the run has ended';
  const found = Array.from({ length: components }, (_, k) => k);
  arrangement.value = { sources: [{ ...newSource('1'), why, found }], rest: newSource('residual'), of: found.map(() => 0) };
}

function arranged({ components, groups, project }: Result): Arrangement {
  const of = new Array<number>(components).fill(-1);
  const found = groups.map((group, s) => ({
    ...newSource(group.name ?? String(s + 1)),
    why: group.reason,
    found: [...group.components].sort((a, b) => a - b),
  }));
  const put = (s: number, all: number[], first: number): void => all.forEach((k) => k - first < components && (of[k - first] = s));
  if (project) project.sources.forEach((source, s) => put(s, source.components, 1));
  else found.forEach((source, s) => put(s, source.found, 0));
  const listened = ({ name, gain_db, solo, mute, colour, why, components: all }: SavedSource): Source => {
    const known = why ? { why, found: all.map((k) => k - 1).sort((a, b) => a - b) } : {};
    const isColour = colour !== undefined && colour >= 1 && colour <= kColours;
    return { name, gain_db, solo, mute, ...(isColour ? { colour: colour - 1 } : {}), ...known };
  };
  return {
    sources: project ? project.sources.map(listened) : found,
    rest: project ? { ...listened(project.residual), name: 'residual' } : newSource('residual'),
    of,
  };
}

/** Makes a change that can be undone; changes in a row with the same `name` (a fader on its way) are one. */
export function change(edit: (draft: Arrangement) => void, name = ''): void {
  const draft = structuredClone(arrangement.value);
  edit(draft);
  if (JSON.stringify(draft) === JSON.stringify(arrangement.value)) return;
  if (!previewed.value) {
    const isOne = name !== '' && name === lastChange;
    const before = isOne ? past.value.at(-1)!.before! : arrangement.value;
    past.value = [...past.value.slice(0, isOne ? -1 : undefined), { run: run.value, before, what: wordsFor(before, draft) }];
    future.value = [];
    remember(run.value, draft);
  }
  lastChange = name;
  arrangement.value = draft;
}

// Another tab has changed the grouping of the run in sight: all of that in a row is a step here.
const kElsewhere = 'changed in another tab';
function takeOther(event: StorageEvent): void {
  if (!page.remembers || previewed.value || event.key !== place(run.value) || !event.newValue) return;
  if (lastChange !== kElsewhere) past.value = [...past.value, { run: run.value, before: arrangement.value, what: kElsewhere }];
  future.value = [];
  lastChange = kElsewhere;
  arrangement.value = JSON.parse(event.newValue) as Arrangement;
}
addEventListener('storage', takeOther);

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
    if (a.colour !== b.colour) return `${b.name} in ${colourName(placeOfColour(after, s))}`;
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
    if (source === draft.sources.length && source < kMostSources) draft.sources.push({ ...newSource(freeName(draft)), ...freeColour(draft) });
    if (source >= draft.sources.length) return;
    for (const k of components) draft.of[k] = source;
  });
}

function freeName(draft: Arrangement): string {
  let n = draft.sources.length + 1;
  while (draft.sources.some((s) => s.name === String(n))) n++;
  return String(n);
}

// The one of its position, or the first that nobody has.
function freeColour(draft: Arrangement): { colour?: number } {
  const taken = new Set(draft.sources.map((_, s) => placeOfColour(draft, s)));
  if (!taken.has(draft.sources.length)) return {};
  return { colour: Array.from({ length: kColours }, (_, c) => c).find((c) => !taken.has(c))! };
}

/** Gives a source a colour; the one that has it gets the other's. */
export function paintSource(source: number, colour: number): void {
  change((draft) => {
    const before = placeOfColour(draft, source);
    const other = draft.sources.findIndex((_, s) => placeOfColour(draft, s) === colour);
    if (other >= 0) draft.sources[other]!.colour = before;
    draft.sources[source]!.colour = colour;
  });
}

/** Takes a source away; its components go to the residual, and the others keep their colours. */
export function remove(source: number): void {
  change((draft) => {
    draft.sources.forEach((s, at) => at > source && (s.colour = placeOfColour(draft, at)));
    draft.sources.splice(source, 1);
    draft.of = draft.of.map((s) => (s === source ? -1 : s > source ? s - 1 : s));
  });
}
