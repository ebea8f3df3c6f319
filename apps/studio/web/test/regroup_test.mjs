// SPDX-License-Identifier: Apache-2.0
// Who is which source, and what is said of it: as many as there are keys, in two tabs, after edits, in exports.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { browse, differenceDb, readWav, shows, soon, start } from './studio.mjs';

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

const chips = (on, source) => on.locator('.sources > ul > li').nth(source).locator('.chip').allTextContents();
const why = (source, on = page) => on.locator('.why').nth(source).textContent();
const newRun = async () => {
  const now = await studio.until((s) => s.result.id !== result.id);
  await page.locator(`.lanes[data-run="${now.result.id}"]`).waitFor();
  ({ result } = now);
};
const run = async (settings) => {
  await studio.call('api/run', JSON.stringify({ ...quick, ...settings }));
  await newRun();
};
const select = async (...components) => {
  await page.keyboard.press('Escape');
  for (const k of components) await page.getByRole('button', { name: `Component ${k},` }).click({ modifiers: ['Control'] });
};

test('a second tab follows the grouping, and undoes it', async () => {
  const other = await open();
  await lanes(3, other);
  const [before, own] = [await chips(page, 0), await chips(page, 1)];
  await select(Number(own[0]));
  await page.keyboard.press('1');
  const after = [...before, own[0]].sort();
  await shows(() => chips(other, 0), after);
  await page.getByLabel('Name of source 1').fill('ours');
  await shows(() => other.getByLabel('Name of source 1').inputValue(), 'ours');
  await other.getByRole('button', { name: 'Solo ours' }).click();
  await shows(() => page.getByRole('button', { name: 'Solo ours' }).getAttribute('aria-pressed'), 'true');
  await shows(() => chips(page, 0), after);
  await other.getByRole('button', { name: 'Undo' }).click();
  await other.getByRole('button', { name: 'Undo' }).click(); // what the first one did
  await shows(() => chips(page, 0), before);
  await page.getByRole('button', { name: 'Undo' }).click();
  await shows(() => chips(other, 0), after);
  await other.close();
});

test('it is known why after edits and in projects, and what a person has changed', async () => {
  await run({ components: '4', sources: '2' });
  const [one, two] = result.groups.map((g) => g.reason);
  await shows(() => Promise.all([why(0), why(1)]), [one, two]);
  const place = result.groups[0].components[0] + 1;
  await select(place);
  await page.keyboard.press('x');
  await newRun();
  await shows(() => Promise.all([why(0), why(1)]), [one, two]);
  const [a, b] = [(await chips(page, 0))[0], (await chips(page, 1))[0]];
  await select(Number(a), Number(b));
  await page.keyboard.press('j');
  await newRun();
  await shows(() => Promise.all([why(0), why(1)]), [`${one}; changed by hand since`, `${two}; changed by hand since`]);
  await select(1);
  await page.getByRole('button', { name: 'New source of component 1' }).click();
  await shows(() => why(2), 'put together by hand');
  await page.getByRole('button', { name: 'Save project' }).click();
  await page.getByText('opens it.').waitFor();
  const again = await start([path.join(studio.folder, 'separated/mix.divisi')]);
  const opened = await open(again.address);
  await shows(() => opened.locator('.why').allTextContents(), await page.locator('.why').allTextContents());
  await opened.close();
  await again.end();
});

test('a name is as long as a file can be called, and what was refused is forgotten when it is mended', async () => {
  const name = page.getByLabel('Name of source 1');
  await name.fill('a/b');
  await page.getByRole('button', { name: 'Save project' }).click();
  await page.locator('.message').getByText('names that files can have').waitFor();
  await name.fill('');
  await shows(() => page.locator('.message').textContent(), '');
  await name.pressSequentially('n'.repeat(80));
  await shows(() => name.inputValue(), 'n'.repeat(70));
  await name.blur();
});

test('what is kept and what is found beside it say so', async () => {
  await run({ components: '3', sources: '3' });
  const { reason } = result.groups[0];
  await page.getByLabel('Components', { exact: true }).fill('3');
  await select(1);
  await page.getByRole('button', { name: 'Keep 1, find the rest anew' }).click();
  await newRun();
  await shows(() => page.locator('.why').allTextContents(), [reason, 'found beside what was kept']);
});

test('a grouping that nobody changed is exported as it was found, with the same stems', async () => {
  for (const settings of [{ components: '4' }, { init: 'harmonic', iterations: '20' }]) {
    await run(settings);
    const sources = result.groups.map((g, s) => ({ name: String(s + 1), components: g.components.map((k) => k + 1) }));
    const write = async (names) => {
      const wanted = { sources: sources.map((s, n) => ({ ...s, name: names[n] })), settings: { report: 'false' } };
      const before = (await studio.state()).exported?.command;
      await studio.call('api/export', JSON.stringify(wanted));
      const { command } = (await studio.until((s) => s.exported && s.exported.command !== before)).exported;
      const folder = path.join(studio.folder, 'separated/mix');
      const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
      return { command, stems: manifest.sources, sounds: names.map((n) => readWav(path.join(folder, `${n}.wav`)).data) };
    };
    const found = await write(['1', '2']);
    assert.doesNotMatch(found.command, /--group/);
    for (const [s, { reason, confidence }] of found.stems.slice(0, 2).entries())
      assert.equal(confidence === null ? reason : `${reason}; confidence ${confidence.toFixed(2)}`, result.groups[s].reason);
    sources[0].components.reverse();
    sources.reverse(); // by hand now
    const byHand = await write(['2', '1']);
    assert.match(byHand.command, /--group/);
    for (const s of [0, 1]) assert.ok(differenceDb(found.sounds[s], byHand.sounds[1 - s]) < -60); // rounded in another order
    await assert.rejects(write(['snare, hat', '2']), /names: expected names without a comma, .*, got 'snare, hat'/);
  }
});

test.after(async () => {
  await browser.close();
  await studio.end();
});

test('nothing was complained of', () => assert.deepEqual(complaints, []));
