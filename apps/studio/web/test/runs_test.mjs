// SPDX-License-Identifier: Apache-2.0
// The runs that a studio keeps: gone back to with their pictures, forgotten with the files that they began from.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { browse, start } from './studio.mjs';

const studio = await start();
const { open, complaints, browser } = await browse(studio.address);
await studio.until((s) => s.recording);
await studio.call('api/run', JSON.stringify({ components: '4', iterations: '30', restarts: '1' }));
await studio.until((s) => s.result);
const page = await open();
const undo = () => page.getByRole('button', { name: 'Undo', exact: true }).click();
const lanes = (count) => page.waitForFunction((n) => document.querySelectorAll('.lane').length === n, count);
await lanes(4);

test('going back to a run that looked at it otherwise brings its picture back', async () => {
  const before = await studio.state();
  await studio.call('api/run', JSON.stringify({ components: '2', fft: '512', iterations: '10' }));
  const small = await studio.until((s) => s.result.id > before.result.id);
  assert.equal(small.picture.bins, 257);
  await lanes(2);
  await undo();
  await lanes(4);
  const after = await studio.until((s) => s.result.id === before.result.id);
  const { id } = after.picture; // it is made again
  assert.deepEqual(after.picture, { ...before.picture, id });
  assert.deepEqual(after.result, before.result);
});

test('starts that nothing names go with their runs', async () => {
  const starts = () => fs.readdirSync(path.join(studio.folder, 'separated')).filter((f) => f.includes('.start-'));
  const edit = async (kind, components) => {
    const { id } = (await studio.state()).result;
    await studio.call('api/edit', JSON.stringify({ run: id, kind, components }));
    await studio.until((s) => s.result.id !== id);
  };
  await edit('split', [1]);
  assert.deepEqual(starts(), ['mix.start-1.npz']);
  await studio.call('api/export', JSON.stringify({ sources: [{ name: 'one', components: [1] }], settings: {} }));
  await studio.until((s) => s.exported);
  await lanes(5);
  await undo();
  await lanes(4);
  await edit('split', [2]);
  await edit('split', [1]);
  assert.equal(starts().length, 3);
  await lanes(6);
  await undo();
  await lanes(5);
  await edit('merge', [1, 2]);
  assert.equal(starts().length, 3); // that of the run that was gone back from is no more
  for (let i = 0; i < 9; i++) await edit(i % 2 ? 'merge' : 'split', i % 2 ? [1, 2] : [1]);
  assert.equal((await studio.state()).runs.length, 8);
  assert.ok(starts().length <= 8 + 1);
  assert.ok(starts().includes('mix.start-1.npz')); // an export named it
});

test.after(async () => {
  await browser.close();
  await studio.end();
});

test('nothing was complained of', () => assert.deepEqual(complaints, []));
