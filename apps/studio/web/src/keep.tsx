// SPDX-License-Identifier: Apache-2.0
// Components that are good stay as they are, and a new run finds the rest.
import type { JSX } from 'preact';
import { arrangement, kMostSources, selected } from './arrangement';
import { wanted } from './parameters';
import { model } from './player';
import { savedSource } from './project';
import { post, server } from './server';

function keep(kept: number[], all: string): void {
  const a = arrangement.value;
  const renumbered = (at: number): number[] => kept.flatMap((k, i) => (a.of[k] === at ? [i + 1] : []));
  const sources = a.sources.map((_, at) => ({ ...savedSource(at), components: renumbered(at) })).filter((s) => s.components.length > 0);
  const found = Array.from({ length: Math.max(0, Number(all) - kept.length) }, (_, i) => kept.length + i + 1);
  const name = sources.some((s) => s.name === 'found') ? `found ${sources.length + 1}` : 'found';
  if (sources.length < kMostSources) sources.push({ name, components: found, gain_db: 0, solo: false, mute: false });
  const residual = { ...savedSource(-1), components: renumbered(-1) };
  const body = { ...wanted.value, components: all, keep: kept.map((k) => k + 1), arrangement: { sources, residual } };
  void post('api/run', JSON.stringify(body));
}

export function Keep(): JSX.Element {
  const kept = [...selected.value].sort((x, y) => x - y);
  const all = wanted.value['components'] ?? String(model.value!.components);
  const words = kept.length > 0 ? kept.map((k) => k + 1).join(', ') : 'the selected';
  return (
    <button
      disabled={kept.length === 0 || server.value?.activity !== ''}
      title="Their spectra stay as they are; as many components as Components says are found in all"
      onClick={() => keep(kept, all)}
    >
      Keep {words}, find the rest anew
    </button>
  );
}
