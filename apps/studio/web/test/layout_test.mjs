// SPDX-License-Identifier: Apache-2.0
// What stands where, and in which colour: with scroll bars that take room, in a small window, in the dark and in light.
import assert from 'node:assert/strict';
import test from 'node:test';
import { browse, shows, soon, start } from './studio.mjs';

const studio = await start();
const { open, noFault, complaints, browser } = await browse(studio.address, { ignoreDefaultArgs: ['--hide-scrollbars'] });
await studio.until((s) => s.recording);
await studio.call('api/run', JSON.stringify({ components: '9', sources: '9', fft: '1024', iterations: '20', restarts: '1' }));
await studio.until((s) => s.result);
const page = await open();
await page.locator('.lane').nth(8).waitFor();

test('H is under the spectrogram, also where scroll bars take room', async () => {
  await soon(async () => assert.ok(await page.locator('.lanes').evaluate((l) => l.offsetWidth > l.clientWidth && l.scrollHeight > l.clientHeight)));
  const ends = (place) => page.locator(place).first().evaluate((c) => [c.getBoundingClientRect().left, c.getBoundingClientRect().right].map(Math.round));
  await soon(async () => assert.deepEqual(await ends('.curve canvas'), await ends('.spectrogram canvas')));
  const [left, right] = await ends('.spectrogram canvas');
  const { y } = await page.locator('.spectrogram').boundingBox();
  await page.mouse.move(left + 50, y + 50);
  await page.mouse.down();
  await page.mouse.move(right - 20, y + 100, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.press('ArrowDown');
  await page.locator('.stretch').waitFor();
  const [region, stretch] = await Promise.all([ends('.region'), ends('.stretch')]);
  for (const end of [0, 1]) {
    assert.ok(Math.abs(region[end] - [left + 50, right - 20][end]) <= 1, `${region}`);
    assert.ok(Math.abs(stretch[end] - region[end]) <= 1, `${stretch}, ${region}`);
  }
  await page.keyboard.press('Escape');
});

test('every colour is seen on its ground, dark and light', async () => {
  const luminance = (rgb) => {
    const [r, g, b] = rgb.match(/\d+/g).map((x) => (x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = (place, what) => page.locator(place).evaluateAll((all, name) => all.map((e) => getComputedStyle(e)[name]), what);
  for (const [colorScheme, named] of [['light', ['olive', 'black']], ['dark', ['yellow', 'white']]]) {
    await page.emulateMedia({ colorScheme });
    for (const name of named) await page.getByRole('button', { name: new RegExp(`^Colour of .*: ${name}$`) }).waitFor();
    await soon(async () => {
      const [ground] = await style('body', 'backgroundColor');
      const colours = await style('.sources .swatch', 'backgroundColor');
      assert.equal(new Set(colours).size, 9);
      for (const colour of colours) {
        const [low, high] = [luminance(ground), luminance(colour)].sort((a, b) => a - b);
        assert.ok((high + 0.05) / (low + 0.05) > 2, `${colour} on ${ground}`);
      }
    });
    await noFault(page, colorScheme);
  }
});

test('in a small window what opens is inside of it, and closes by its button', async () => {
  await page.setViewportSize({ width: 1000, height: 700 });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('2');
  await page.locator('.cost summary').click();
  await page.locator('.curve-panel').waitFor();
  await page.locator('.cost summary').click();
  await page.locator('.curve-panel').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'History' }).click();
  const box = await page.locator('.history').boundingBox();
  assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= 1000 && box.y + box.height <= 700, JSON.stringify(box));
  await page.getByRole('button', { name: 'History' }).click();
  await shows(() => page.locator('.history').count(), 0);
});

test.after(async () => {
  await browser.close();
  await studio.end();
});

test('nothing was complained of', () => assert.deepEqual(complaints, []));
