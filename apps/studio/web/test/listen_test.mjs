// SPDX-License-Identifier: Apache-2.0
// Playing while something else is done: a stretch is chosen, a button is clicked, one component is heard alone, another
// recording is opened.
import assert from 'node:assert/strict';
import test from 'node:test';
import { browse, recording, shows, soon, start } from './studio.mjs';

const studio = await start();
const { open, complaints, browser } = await browse(studio.address);
await studio.until((s) => s.recording);
await studio.call('api/run', JSON.stringify({ components: '3', sources: '3', fft: '1024', iterations: '30', restarts: '1' }));
const state = await studio.until((s) => s.result);
const all_s = state.recording.frames / state.recording.rate_hz;
const page = await open();
await page.locator('.lane').nth(2).waitFor();
const button = (name) => page.getByRole('button', { name, exact: true });
const clock_s = async () => {
  const [, minutes, seconds] = (await page.locator('.clock').textContent()).match(/^(\d+):([\d.]+)/);
  return 60 * Number(minutes) + Number(seconds);
};
const drag = async (place, from, to) => {
  const box = await place.boundingBox();
  await page.mouse.move(box.x + from * box.width, box.y + box.height / 3);
  await page.mouse.down();
  await page.mouse.move(box.x + to * box.width, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
};
const playsIn = (from, to) => soon(async () => {
  const now = (await clock_s()) / all_s;
  assert.ok(now >= from - 0.01 && now <= to + 0.01, `${now} is not in ${from}–${to}`);
});
/** Looks for so long, more often than a stretch is. */
const staysIn = async (from, to, ms) => {
  for (const end = Date.now() + ms; Date.now() < end; await page.waitForTimeout(20)) {
    const now = (await clock_s()) / all_s;
    assert.ok(now >= from - 0.02 && now <= to + 0.05, `${now} is not in ${from}–${to}`);
  }
};

test('a stretch that is chosen while it plays is what plays, until there is none', async () => {
  await button('Loop').click();
  await button('Play').click();
  await soon(async () => assert.ok((await clock_s()) > 0));
  await drag(page.locator('.spectrogram'), 0.7, 0.75);
  await playsIn(0.7, 0.75);
  await staysIn(0.7, 0.75, 1000 * 0.1 * all_s);
  await drag(page.locator('.lane .curve').first(), 0.4, 0.45);
  await playsIn(0.4, 0.45);
  await staysIn(0.4, 0.45, 1000 * 0.1 * all_s);
  await page.keyboard.press('Escape');
  await playsIn(0.5, 0.7);
  await page.keyboard.press('[');
  await page.waitForTimeout(0.06 * all_s * 1000);
  await page.keyboard.press(']');
  const [from, to] = (await page.locator('.region span').textContent()).match(/[\d.]+/g).map((s) => Number(s) / all_s);
  await playsIn(from, to);
  await staysIn(from, to, 1000 * 0.15 * all_s);
  await button('Pause').click();
  await button('Loop').click();
  await page.keyboard.press('Escape');
});

test('all sources at 0 dB leave nothing out: silent', async () => {
  await button('Play').click();
  await page.getByText('null silent').waitFor();
  await button('Pause').click();
});

test('after a click Space plays, and the keys are heard', async () => {
  const plays = async () => {
    await page.keyboard.press('Space');
    await button('Pause').waitFor();
    await page.keyboard.press('Space');
    await button('Play').waitFor();
  };
  await button('Solo 1').click();
  await plays();
  await shows(() => button('Solo 1').getAttribute('aria-pressed'), 'true');
  await button('Component 2').click();
  await plays();
  await shows(() => button('Component 2').getAttribute('aria-pressed'), 'true');
  await page.getByLabel('log f').click();
  await plays();
  await page.getByLabel('log f').click();
  await page.getByLabel('Level of 2 in dB').click();
  await plays();
  await page.keyboard.press('m');
  await shows(() => page.getByRole('button', { name: /^Mute/, pressed: true }).count(), 1);
  await page.keyboard.press('m');
  await page.getByLabel('Speed').selectOption('0.5');
  await page.getByLabel('Speed').selectOption('1');
  await button('Solo 1').focus(); // by keyboard a button is a button
  await page.keyboard.press('Space');
  await shows(() => button('Solo 1').getAttribute('aria-pressed'), 'false');
  await page.evaluate(() => document.activeElement.blur());
});

test('one component alone moves the meter of its source', async () => {
  const owner = state.result.groups.findIndex((g) => g.components.includes(1)); // from 0
  for (const [key, names] of [[String(owner + 1), String(owner + 1)], ['0', 'residual'], [owner === 1 ? '1' : '2', owner === 1 ? '1' : '2']]) {
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Component 2,' }).click();
    await page.keyboard.press(key);
    await button('Hear component 2 alone').click();
    await button('Play').click();
    const levels = () => page.locator('.source-level').evaluateAll((all) => all.filter((m) => m.value > -59).map((m) => m.getAttribute('aria-label')));
    await shows(levels, [`Level of ${names}, heard now`]);
    await button('Pause').click();
    await button('To the start').click();
    await button('Hear component 2 alone').click();
  }
  await page.keyboard.press('Escape');
});

test('another recording begins at its beginning, whatever played before', async () => {
  for (let n = 0; n < 3; n++) {
    const { id } = (await studio.state()).recording;
    await button('Play').click();
    await soon(async () => assert.ok((await clock_s()) > 0.3));
    await page.getByLabel('Recording', { exact: true }).setInputFiles(recording);
    await studio.until((s) => s.recording.id > id);
    await button('Play').waitFor();
    await shows(clock_s, 0);
    await page.waitForTimeout(300);
    assert.equal(await clock_s(), 0);
  }
});

test.after(async () => {
  await browser.close();
  await studio.end();
});

test('nothing was complained of', () => assert.deepEqual(complaints, []));
