// SPDX-License-Identifier: Apache-2.0
// Runs that go on from the one in sight: a component in two, several in one, good ones kept, stretches marked.
import type { JSX } from 'preact';
import { arrangement, changedSince, componentsOf, kMostSources, selected } from './arrangement';
import { canMark, mark, marks } from './marks';
import { wanted } from './parameters';
import { model } from './player';
import { savedSource } from './project';
import { post, server, type SavedSource } from './server';

type Kind = 'keep' | 'split' | 'merge' | 'marks';
type Arranged = { sources: SavedSource[]; residual: SavedSource };

const chosen = (): number[] => [...selected.value].sort((a, b) => a - b);
const words = (components: number[]): string => components.map((k) => k + 1).join(', ');
const isIdle = (): boolean => server.value?.activity === '' && model.value !== null;
/** A voice that is followed is of another model than the other components, and these are grouped alone. */
const isVoice = (): boolean => !!server.value?.result?.notes.length && !server.value.result.moving;
const isOpen = (): boolean => isIdle() && !isVoice();
/** Marks are of the components in sight: they are run with, or removed, before there are others. */
const isUnmarked = (): boolean => isOpen() && marks.value.length === 0;
const kVoice = 'A voice was followed: group its components instead';
const titled = (title: string): string =>
  isVoice() ? kVoice : marks.value.length > 0 ? 'Run again with the marks first, or remove them' : title;

/** The arrangement when component k has become those of `next(k)`, all from 0; `isOther`: whether a source of these
 *  components is not what it was. */
function renumbered(next: (k: number) => number[], isOther = (_components: number[]): boolean => false): Arranged {
  const saved = (at: number): SavedSource => {
    const before = componentsOf(arrangement.value, at);
    const source = { ...savedSource(at), components: before.flatMap((k) => next(k).map((n) => n + 1)) };
    return source.why && isOther(before) ? { ...source, why: changedSince(source.why) } : source;
  };
  return { sources: arrangement.value.sources.map((_, at) => saved(at)), residual: saved(-1) };
}

function edit(kind: Kind, what: object, { sources, residual }: Arranged): void {
  const result = server.value?.result;
  if (!isOpen() || !result) return;
  void post('api/edit', JSON.stringify({ run: result.id, kind, ...what, arrangement: { sources, residual } }));
}

const canSplit = (): boolean => isUnmarked() && selected.value.size === 1;
function split(): void {
  if (!canSplit()) return;
  const [one] = chosen() as [number];
  const arranged = renumbered((k) => (k === one ? [k, k + 1] : [k < one ? k : k + 1]));
  edit('split', { components: [one + 1] }, arranged);
}

const canMerge = (): boolean => isUnmarked() && selected.value.size > 1;
function merge(): void {
  if (!canMerge()) return;
  const joined = chosen();
  const gone = joined.slice(1);
  const owners = new Set(joined.map((k) => arrangement.value.of[k]));
  const arranged = renumbered(
    (k) => (gone.includes(k) ? [] : [k - gone.filter((g) => g < k).length]),
    (components) => owners.size > 1 && components.some((k) => joined.includes(k)),
  );
  edit('merge', { components: joined.map((k) => k + 1) }, arranged);
}

function runWithMarks(): void {
  if (marks.value.length === 0) return;
  const numbered = marks.value.map((m) => ({ ...m, components: m.components.map((k) => k + 1) }));
  edit('marks', { marks: numbered }, renumbered((k) => [k]));
}

// As many components as Components says, or as there are; those that are found make a source of their own.
function keep(): void {
  const kept = chosen();
  const said = Number(wanted.value['components']);
  const all = said > 0 ? said : model.value!.components;
  const { sources, residual } = renumbered(
    (k) => (kept.includes(k) ? [kept.indexOf(k)] : []),
    (components) => components.some((k) => !kept.includes(k)),
  );
  const left = sources.filter((s) => s.components.length > 0);
  const found = Array.from({ length: Math.max(0, all - kept.length) }, (_, i) => kept.length + i + 1);
  const name = left.some((s) => s.name === 'found') ? `found ${left.length + 1}` : 'found';
  if (left.length < kMostSources) left.push({ name, components: found, gain_db: 0, solo: false, mute: false, why: 'found beside what was kept' });
  edit('keep', { components: kept.map((k) => k + 1), count: String(all) }, { sources: left, residual });
}

function Marks(): JSX.Element {
  const these = words(chosen());
  const title = canMark.value ? '' : 'Select components, and drag over a lane to choose a stretch';
  const isAll = selected.value.size === model.value?.components;
  return (
    <>
      <button disabled={!canMark.value || isAll} title={title || 'Everything else is silent in this stretch'} onClick={() => mark(true)}>
        Only {these || 'these'} here
      </button>
      <button disabled={!canMark.value} title={title || 'Silent in this stretch'} onClick={() => mark(false)}>
        Not {these || 'these'} here
      </button>
      {marks.value.length > 0 && (
        <>
          <button class="primary" disabled={!isOpen()} title={isVoice() ? kVoice : 'From here on, with silence where it is marked'} onClick={runWithMarks}>
            Run again with {marks.value.length === 1 ? 'the mark' : `${marks.value.length} marks`}
          </button>
          <button onClick={() => (marks.value = [])}>Remove marks</button>
        </>
      )}
    </>
  );
}

/** Over the lanes. */
export function EditBar(): JSX.Element | null {
  if (!model.value) return null;
  const these = chosen();
  const isOne = these.length === 1;
  return (
    <div class="edit-bar" role="toolbar" aria-label="Change components">
      <button disabled={!canSplit()} title={titled('Two components in its place; all others stay as they are')} onClick={split}>
        Split{isOne && ` ${words(these)}`}
      </button>
      <button disabled={!canMerge()} title={titled('One component in their place; all others stay as they are')} onClick={merge}>
        Merge{these.length > 1 && ` ${words(these)}`}
      </button>
      <button
        disabled={these.length === 0 || !isUnmarked()}
        title={titled('Their spectra stay as they are; as many components as Components says are found in all')}
        onClick={keep}
      >
        Keep {these.length > 0 ? words(these) : 'the selected'}, find the rest anew
      </button>
      <span class="gap" />
      <Marks />
    </div>
  );
}

export const kEditKeys: [string, string][] = [
  ['X  J', 'split the selected component, join the selected ones'],
  ['O  N', 'in the stretch only, not the selected components'],
  ['E', 'run again with the marks'],
];
export const kEditActions: Record<string, () => void> = {
  x: split,
  j: merge,
  o: () => mark(true),
  n: () => mark(false),
  e: runWithMarks,
};
