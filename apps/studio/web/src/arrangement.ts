// SPDX-License-Identifier: Apache-2.0
// Which component belongs to which source, and how loud each source plays. What changes it: steps.ts.
import { computed, signal } from '@preact/signals';
import type { Routing } from './mix';
import { colourAt, kColours, type Colour } from './theme';

export interface Source {
  name: string;
  gain_db: number;
  solo: boolean;
  mute: boolean;
  colour?: number; // of the palette; by its position where there is none
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

const kRestColour: Colour = [150, 150, 150];

export const newSource = (name: string): Source => ({ name, gain_db: 0, solo: false, mute: false });

export const arrangement = signal<Arrangement>({ sources: [], rest: newSource('residual'), of: [] });
export const selected = signal<ReadonlySet<number>>(new Set());
/** The place of a source's colour in the palette; −1: it is the residual. */
export const placeOfColour = (a: Arrangement, source: number): number => a.sources[source]?.colour ?? (source < 0 ? source : source % kColours);
export const colourOf = (source: number): Colour => colourAt(placeOfColour(arrangement.value, source)) ?? kRestColour;
export const cssColour = (source: number): string => `rgb(${colourOf(source).join(' ')})`;
/** The one component that is heard alone; −1: none. */
export const audition = signal(-1);

/** `source` −1: the residual. */
export const sourceAt = (a: Arrangement, source: number): Source => (source < 0 ? a.rest : a.sources[source]!);
export const componentsOf = (a: Arrangement, source: number): number[] =>
  a.of.flatMap((s, k) => (s === source ? [k] : []));

/** What else a person has done to what was found. */
export const changedSince = (why: string): string => `${why.replace(kChanged, '')}${kChanged}`;
const kChanged = '; changed by hand since';
/** What put the components of a source together; nothing: a person did. */
export function whyOf(a: Arrangement, source: number): string | undefined {
  const { why, found } = sourceAt(a, source);
  return why && (componentsOf(a, source).join() === found?.join() ? why : changedSince(why));
}

export const gains = computed(() => {
  const { sources, rest } = arrangement.value;
  const all = [...sources, rest];
  const solo = all.some((s) => s.solo);
  return all.map((s) => (s.mute || (solo && !s.solo) || s.gain_db <= kSilentDb ? 0 : 10 ** (s.gain_db / 20)));
});

export const routing = computed<Routing>(() => {
  const alone = audition.value;
  const { sources, of } = arrangement.value;
  if (alone >= 0) {
    const rest = Math.max(1, sources.length);
    const [owner, others] = of[alone]! < 0 ? [rest, 0] : [of[alone]!, rest]; // where the meters look for it
    return { source: of.map((_, k) => (k === alone ? owner : others)), gain: Array.from({ length: rest + 1 }, (_, s) => (s === owner ? 1 : 0)) };
  }
  return { source: of, gain: gains.value };
});
