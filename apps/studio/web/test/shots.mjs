// SPDX-License-Identifier: Apache-2.0
// node test/shots.mjs PROGRAM RECORDING FOLDER: pictures of the main states, to be looked at.
import path from 'node:path';
import { chromium } from 'playwright-core';
import { start } from './studio.mjs';

const folder = process.argv[4] ?? '.';
const studio = await start();
const empty = await start([]);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [width, height, colorScheme] of [[1280, 800, 'dark'], [1920, 1080, 'light']]) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  const shot = (name) => page.screenshot({ path: path.join(folder, `${name}-${width}.png`) });
  await page.goto(empty.address);
  await page.getByText('Drop a recording').waitFor();
  await shot('empty');
  await page.goto(studio.address);
  await page.locator('.spectrogram').waitFor();
  await page.waitForTimeout(500);
  await shot('open');
  await page.getByLabel('Components', { exact: true }).fill('6');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.lane').nth(5).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('3');
  await page.waitForTimeout(500);
  await shot('grouped');
  await page.getByText('More').click();
  await shot('more');
  await page.getByText('More').click();
  await page.getByRole('button', { name: 'Export…' }).click();
  await shot('export');
  await page.getByRole('button', { name: 'Write' }).click();
  await page.locator('.export textarea').waitFor();
  await page.locator('.export textarea').scrollIntoViewIfNeeded();
  await shot('exported');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await shot('keys');
  await page.close();
}
await browser.close();
await studio.end();
await empty.end();
