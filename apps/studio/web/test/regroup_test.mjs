// SPDX-License-Identifier: Apache-2.0
// Who is which source, and what is said of it: as many as there are keys, in two tabs, after edits, in exports.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { browse, shows, soon, start } from './studio.mjs';

const studio = await start();
const { open, complaints, browser } = await browse(studio.address);
await studio.until((s) => s.recording);
const quick = { fft: '1024', iterations: '30', restarts: '1' };
const lanes = (count, on = page) => on.waitForFunction((n) => document.querySelectorAll('.lane').length === n, count);
await studio.call('api/run', JSON.stringify({ ...quick, components: '3' }));
let { result } = await studio.until((s) => s.result);
const page = await open();
await lanes(3);

test('a run that is stopped leaves the cost curve of the one in sight', async () => {
  const { costs } = await studio.state();
  await studio.call('api/run', JSON.stringify({ fft: '1024', components: '4', iterations: '1000000', tolerance: '0' }));
  await soon(async () => assert.ok((await studio.state()).costs.at(-1)?.[0] > 100));
  await studio.call('api/stop', '');
  const now = await studio.until((s) => s.result.id === result.id);
  assert.deepEqual(now.costs, costs);
});

test('more sources than the page has keys for are refused in words', async () => {
  const words = /sources: expected at most 9 sources here .*, got 10/;
  await assert.rejects(studio.call('api/run', JSON.stringify({ ...quick, components: '10', sources: '10' })), words);
  const source = (s) => ({ name: `s${s}`, components: [s + 1], gain_db: 0, solo: false, mute: false });
  const sources = Array.from({ length: 3 }, (_, s) => source(s));
  await studio.call('api/save', JSON.stringify({ sources, residual: { ...source(0), name: 'residual', components: [] } }));
  const project = JSON.parse(fs.readFileSync(path.join(studio.folder, 'separated/mix.divisi'), 'utf8'));
  project.parameters.components = '10';
  project.sources = Array.from({ length: 10 }, (_, s) => ({ ...project.sources[0], name: `s${s}`, components: [s + 1] }));
  await assert.rejects(studio.call('api/project?name=x.divisi', JSON.stringify(project)), /x.divisi: expected at most 9 sources/);
});

test.after(async () => {
  await browser.close();
  await studio.end();
});

test('nothing was complained of', () => assert.deepEqual(complaints, []));
