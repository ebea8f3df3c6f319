// SPDX-License-Identifier: Apache-2.0
// What a person does with the studio besides listening: parameters, runs, exports, projects.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { browse, runByHand, start } from './studio.mjs';

const studio = await start();
const { open, noFault, complaints, browser } = await browse(studio.address);
const page = await open();
const entry = (name) => page.locator('.drawer .entry').filter({ has: page.getByLabel(name, { exact: true }) });
const closed = async () => {
  await studio.until(() => true);
  await page.waitForFunction(() => document.querySelector('.status').textContent.match(/^\d+ iterations$/));
};

test('the drawer has what the table has, and no file', async () => {
  const offered = (await (await studio.call('api/parameters')).json()).filter((p) => p.for === 'run');
  await page.locator('.spectrogram canvas').waitFor();
  await page.getByText('More').click();
  const names = await page.locator('.drawer .parameter').allTextContents();
  assert.deepEqual([...names, 'components', 'sources', 'beta'].sort(), offered.map((p) => p.name).sort());
  for (const p of offered) assert.ok(!/FILE|TEMPLATE/.test([...p.choices, p.choices.length ? '' : p.value].join()), p.name);
  await noFault(page, 'the drawer');
});

test('a wrong value is told beside its field, in the words of the program', async () => {
  await page.getByLabel('iterations', { exact: true }).fill('-3');
  await entry('iterations').getByText('expected a whole number 1..1000000, got -3').waitFor();
  await page.getByLabel('iterations', { exact: true }).fill('20');
  await page.getByLabel('fft', { exact: true }).fill('1000');
  await entry('fft').getByText('expected a power of two').waitFor();
  await page.getByLabel('fft', { exact: true }).fill('');
  await page.getByLabel('pitch-shifts', { exact: true }).fill('4');
  await entry('pitch-shifts').getByText('--model nmf2d beside it').waitFor();
  await page.getByLabel('model', { exact: true }).selectOption('nmf2d');
  await page.waitForFunction(() => document.querySelector('.drawer .wrong') === null);
  await page.getByText('More').click();
  await page.locator('input[name=sources]').fill('0');
  await page.waitForFunction(() => document.querySelector('input[name=sources]').getAttribute('aria-invalid') === 'true');
  await page.locator('input[name=sources]').fill('');
});

test('nmf2d runs, is drawn, and says why', async () => {
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.lane').nth(1).waitFor();
  await closed();
  assert.equal(await page.locator('.lane').count(), 2);
  assert.match(await page.locator('.why').first().textContent(), /\w/);
  await page.reload();
  await page.getByText('More').click();
  assert.equal(await page.getByLabel('iterations', { exact: true }).inputValue(), '20');
  await page.getByRole('button', { name: 'All as by default' }).click();
  assert.equal(await page.getByLabel('model', { exact: true }).inputValue(), 'nmf');
  await page.getByText('More').click();
});

test('the export dialog writes what is asked for, and its command lines the same bytes', async () => {
  await page.getByLabel('Components', { exact: true }).fill('3');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.lane').nth(2).waitFor();
  await closed();
  await page.getByLabel('Name of source 1').fill("Anna's piano");
  await page.getByLabel('Name of source 1').blur();
  await page.getByRole('button', { name: 'Export…' }).click();
  await page.getByLabel('format', { exact: true }).selectOption('flac');
  await page.getByLabel('gain', { exact: true }).fill('999');
  await page.getByRole('button', { name: 'Write' }).click();
  await page.locator('dialog .warning').getByText('gain: expected a number -120..120').waitFor();
  await page.getByLabel('gain', { exact: true }).fill('-1.5');
  await page.getByLabel('factors', { exact: true }).check();
  await page.getByLabel('report', { exact: true }).uncheck();
  await page.getByLabel('MIDI', { exact: true }).check();
  await page.getByRole('button', { name: 'Write' }).click();
  const command = await page.locator('.export textarea').inputValue();
  await noFault(page, 'the export dialog');
  await page.keyboard.press('Escape');
  const folder = path.join(studio.folder, 'separated/mix');
  const kept = fs.readdirSync(folder).sort();
  assert.deepEqual(kept, ["Anna's piano.flac", "Anna's piano.mid", '2.flac', '2.mid', 'factors.npz', 'manifest.json'].sort());
  assert.deepEqual((await studio.state()).exported.files.map((f) => path.basename(f)).sort(), kept);
  fs.renameSync(folder, path.join(studio.folder, 'by-studio'));
  runByHand(command, studio.folder);
  assert.deepEqual(fs.readdirSync(folder).sort(), kept);
  for (const file of kept) {
    if (file !== 'manifest.json') assert.ok(fs.readFileSync(path.join(folder, file)).equals(fs.readFileSync(path.join(studio.folder, 'by-studio', file))), file);
  }
});

test('notes of somebody else are not replaced', async () => {
  const theirs = path.join(studio.folder, 'separated/mix/theirs.mid');
  fs.writeFileSync(theirs, 'not ours');
  const body = JSON.stringify({ sources: [{ name: 'theirs', components: [1] }], notes: 'true' });
  await assert.rejects(studio.call('api/export', body), /expected a free place/);
  assert.equal(fs.readFileSync(theirs, 'utf8'), 'not ours');
});

test.after(async () => {
  await browser.close();
  await studio.end();
});

test('nothing was complained of', () => assert.deepEqual(complaints, []));
