// SPDX-License-Identifier: Apache-2.0
// What a person does with the studio besides listening: parameters, runs, exports, projects.
import assert from 'node:assert/strict';
import test from 'node:test';
import { browse, start } from './studio.mjs';

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

test.after(async () => {
  await browser.close();
  await studio.end();
});

test('nothing was complained of', () => assert.deepEqual(complaints, []));
