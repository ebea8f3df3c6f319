// SPDX-License-Identifier: Apache-2.0
// Runs that go on from an edited one: split, merge, marks on H; undo across runs; colours; projects of all that.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { browse, differenceDb, readWav, recording, runByHand, shows, soon, start } from './studio.mjs';

const studio = await start();
const { open, noFault, complaints, browser } = await browse(studio.address);
const page = await open();
const button = (name, on = page) => on.getByRole('button', { name, exact: true });
const lanes = (count, on = page) => on.waitForFunction((n) => document.querySelectorAll('.lane').length === n, count);
const chipsOf = (source, on = page) => on.locator('.sources > ul > li').nth(source).locator('.chip').allTextContents();
const factors = async () => new Float32Array(await (await studio.call('api/factors')).arrayBuffer());
const newRun = async (before) => {
  const now = await studio.until((s) => s.result && s.result.id !== before);
  await page.locator(`.lanes[data-run="${now.result.id}"]`).waitFor();
  return now.result;
};
const select = async (...components) => {
  await page.keyboard.press('Escape');
  for (const k of components) await page.getByRole('button', { name: `Component ${k},` }).click({ modifiers: ['Control'] });
};
/** H of a run of nmf: [component][frame]. */
const levelsOf = async (result) => {
  const values = await factors();
  const { bins, components, frames } = result;
  return Array.from({ length: components }, (_, k) => Array.from({ length: frames }, (_f, j) => values[bins * components + j * components + k]));
};
let result;

async function exported() {
  await page.getByRole('button', { name: 'Export…' }).click();
  const before = (await studio.state()).exported?.command;
  await page.getByRole('button', { name: 'Write', exact: true }).click();
  const { command } = (await studio.until((s) => s.exported && s.exported.command !== before)).exported;
  await page.getByRole('button', { name: 'Close' }).click();
  return command;
}
const filesOf = (folder) => fs.readdirSync(path.join(studio.folder, folder)).filter((f) => f.endsWith('.wav')).sort();
function sameSound(folder, other) {
  const files = filesOf(folder);
  assert.deepEqual(filesOf(other), files);
  const bytes = (at, f) => fs.readFileSync(path.join(studio.folder, at, f));
  for (const f of files) assert.ok(bytes(folder, f).equals(bytes(other, f)), f);
}

test('a component is split: two in its source, the others as they were', async () => {
  await page.getByLabel('Components', { exact: true }).fill('3');
  await page.getByRole('button', { name: 'Run' }).click();
  result = await newRun(undefined);
  for (const [component, key] of [[1, '1'], [2, '2'], [3, '1']]) {
    await select(component);
    await page.keyboard.press(key);
  }
  await page.getByLabel('Name of source 2').fill('one note');
  await page.getByLabel('Name of source 2').blur();
  await page.getByRole('button', { name: 'Solo one note' }).click();
  const before = await factors();
  const why = await page.locator('.why').first().textContent();
  await select(2);
  await button('Split 2').click();
  result = await newRun(result.id);
  assert.equal(result.components, 4);
  await page.waitForFunction(() => document.querySelectorAll('.sources > ul > li')[1]?.querySelectorAll('.chip').length === 2);
  await shows(() => Promise.all([chipsOf(0), chipsOf(1)]), [['1', '4'], ['2', '3']]);
  await shows(() => page.getByLabel('Name of source 2').inputValue(), 'one note');
  await shows(() => button('Solo one note').getAttribute('aria-pressed'), 'true');
  await soon(async () => assert.ok((await page.locator('.why').first().textContent()).startsWith(why.split(';')[0])));
  const after = await factors();
  const { bins } = result;
  assert.deepEqual(after.slice(0, bins), before.slice(0, bins));
  assert.deepEqual(after.slice(3 * bins, 4 * bins), before.slice(2 * bins, 3 * bins));
  await shows(() => page.getByLabel('Components', { exact: true }).inputValue(), '3');
});

test('its stems add up to the recording, and the shown command makes the same bytes', async () => {
  const command = await exported();
  assert.match(command, /--init separated\/mix.start-1.npz .*--fixed w1,w4,h1,h4 /);
  const stems = filesOf('separated/mix').map((f) => readWav(path.join(studio.folder, 'separated/mix', f)).data);
  const sum = stems[0].map((_, i) => stems.reduce((s, stem) => s + stem[i], 0));
  assert.ok(differenceDb(readWav(recording).data, sum) < -80);
  runByHand(`${command} -o by-hand`, studio.folder);
  sameSound('separated/mix', 'by-hand/mix');
});

test('undo brings the run before back at once, redo the one after', async () => {
  const { id } = result;
  await soon(async () => assert.match(await page.locator('.status').textContent(), /iterations/));
  await button('Undo').click();
  await lanes(3);
  await shows(() => Promise.all([chipsOf(0), chipsOf(1)]), [['1', '3'], ['2']]);
  assert.equal((await studio.state()).result.id, id - 1);
  const command = await exported();
  assert.match(command, /--components 3 /);
  assert.doesNotMatch(command, /--init/);
  runByHand(`${command} -o before`, studio.folder);
  sameSound('separated/mix', 'before/mix');
  await button('Undo').click(); // the solo
  await shows(() => button('Solo one note').getAttribute('aria-pressed'), 'false');
  await button('History').click();
  await button('2 split').click();
  await lanes(4);
  assert.equal((await studio.state()).result.id, id);
  await shows(() => Promise.all([chipsOf(0), chipsOf(1)]), [['1', '4'], ['2', '3']]);
  await shows(() => button('Solo one note').getAttribute('aria-pressed'), 'true');
  await button('History').click();
});

test('another tab follows, and after a reload the runs can still be gone back to', async () => {
  const other = await open();
  await lanes(4, other);
  await button('Undo', other).click();
  await lanes(3);
  await lanes(3, other);
  await shows(() => chipsOf(0), ['1', '3']);
  await button('Redo').click();
  await lanes(4, other);
  await shows(() => chipsOf(1, other), ['2', '3']);
  await other.close();
  await page.reload();
  await lanes(4);
  await button('Undo').click();
  await lanes(3);
  await button('Redo').click();
  await lanes(4);
});

test('components are merged where the first of them is', async () => {
  const before = await levelsOf(result);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Component 2,' }).click();
  await page.getByRole('button', { name: 'Component 3,' }).click({ modifiers: ['Shift'] });
  await button('Merge 2, 3').click();
  const merged = await newRun(result.id);
  assert.equal(merged.components, 3);
  await shows(() => Promise.all([chipsOf(0), chipsOf(1)]), [['1', '3'], ['2']]);
  const after = await levelsOf(merged);
  assert.deepEqual(after[0], before[0]);
  assert.deepEqual(after[2], before[3]);
  await button('Undo').click();
  await lanes(4);
});

test('what is marked is silent after the next run, and so it sounds', async () => {
  await select(1);
  const box = await page.locator('.lane .curve').nth(1).boundingBox();
  const x = (s) => box.x + (box.width * s) / (readWav(recording).data.length / readWav(recording).rate);
  await page.mouse.move(x(1), box.y + 10);
  await page.mouse.down();
  await page.mouse.move(x(2), box.y + 12, { steps: 4 });
  await page.mouse.up();
  await page.locator('.lane .stretch').waitFor();
  await button('Not 2 here').click();
  await page.getByRole('button', { name: /^Remove the mark: not 2, 1\.0\d–(1\.9|2\.0)\d s$/ }).waitFor();
  await noFault(page, 'a mark');
  await shows(() => button('Split 2').isEnabled(), false); // it would take the mark away
  await page.mouse.move(x(3), box.y + 10);
  await page.mouse.down();
  await page.mouse.move(x(4), box.y + 12, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.press('n');
  await shows(() => page.locator('.lane button.mark').count(), 2);
  await page.getByRole('button', { name: /^Remove the mark: not 2, 3/ }).click();
  await shows(() => page.locator('.lane button.mark').count(), 1);
  await page.keyboard.press('n');
  await page.keyboard.press('o'); // in its place
  await shows(() => page.locator('.lane button.mark').count(), 2);
  await shows(() => page.locator('.lane .mark').count(), 1 + result.components);
  await button('Run again with 2 marks').click();
  result = await newRun(result.id);
  await shows(() => page.locator('.lane .mark').count(), 0);
  const H = await levelsOf(result);
  const hop_s = result.hop / readWav(recording).rate;
  H.forEach((row, k) =>
    row.forEach((h, j) => {
      const t = j * hop_s;
      const held = (k === 1 && t > 1.05 && t < 1.9) || (k !== 1 && t > 3.05 && t < 3.9);
      if (held) assert.equal(h, 0, `component ${k + 1} at ${t} s`);
    }),
  );
  assert.ok(H.every((row) => row.some((h) => h > 0)));
  await select(2);
  await page.keyboard.press('3');
  const command = await exported();
  assert.match(command, /--fixed zeros /);
  const { data, rate } = readWav(path.join(studio.folder, 'separated/mix/3.wav'));
  const loudest = (from_s, to_s) => Math.max(...data.slice(from_s * rate, to_s * rate).map(Math.abs));
  assert.equal(loudest(1.1, 1.85), 0);
  assert.ok(loudest(3.1, 3.85) > 0.01);
  runByHand(`${command} -o marked`, studio.folder);
  sameSound('separated/mix', 'marked/mix');
});

test('a stretch is marked by keyboard alone', async () => {
  await page.keyboard.press('Escape');
  for (const key of ['ArrowDown', '[', 'n']) await page.keyboard.press(key);
  const mark = page.getByRole('button', { name: /^Remove the mark: not 1, 0.00–\d/ });
  await mark.focus();
  await page.keyboard.press('Enter');
  await mark.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
});

test('a split of what was marked keeps the silence', async () => {
  await select(2);
  await shows(() => button('Split 2').isEnabled(), true);
  await page.keyboard.press('x');
  const now = await newRun(result.id);
  const hop_s = now.hop / readWav(recording).rate;
  const H = await levelsOf(now);
  for (const k of [1, 2]) H[k].forEach((h, j) => j * hop_s > 1.05 && j * hop_s < 1.9 && assert.equal(h, 0));
  await button('Undo').click();
  await lanes(4);
});

test('every model goes on from an edited run, by every way that its values move', async () => {
  const other = await start();
  await other.until((s) => s.recording);
  const quick = { components: '2', fft: '1024', iterations: '20', restarts: '1' };
  for (const settings of [{ model: 'nmfd' }, { model: 'nmf2d' }, { beta: '2' }, { beta: '0', solver: 'mu' }]) {
    const work = async (where, body) => {
      const before = (await other.state()).result?.id;
      await other.call(where, JSON.stringify(body));
      return (await other.until((s) => s.result && s.result.id !== before)).result;
    };
    let run = await work('api/run', { ...quick, ...settings });
    run = await work('api/edit', { run: run.id, kind: 'split', components: [2] });
    const marks = [{ components: [1], only: false, from_s: 1, to_s: 2 }];
    run = await work('api/edit', { run: run.id, kind: 'marks', marks });
    const values = new Float32Array(await (await other.call('api/factors')).arrayBuffer());
    const owners = run.notes.length > 0 ? run.notes : [...Array(run.components).keys()];
    const first = run.bins * owners.length * run.time_shifts;
    for (let j = Math.ceil((1 * 44100) / run.hop); j * run.hop <= 2 * 44100; j++)
      owners.forEach((k, n) => k === 0 && assert.equal(values[first + j * owners.length + n], 0, JSON.stringify(settings)));
    run = await work('api/edit', { run: run.id, kind: 'merge', components: [2, 3] });
    assert.equal(run.components, 2);
    run = await work('api/edit', { run: run.id, kind: 'keep', components: [2], count: '3' }); // and looks at it as this run does
    assert.equal(run.components, 3);
    await other.call('api/export', JSON.stringify({ sources: [{ name: 'a', components: [1] }], settings: { report: 'false' } }));
    const { command } = (await other.until((s) => s.exported)).exported;
    const bytes = () => fs.readFileSync(path.join(other.folder, 'separated/mix/a.wav'));
    const before = bytes();
    runByHand(`${command} --force`, other.folder);
    assert.ok(bytes().equals(before), command);
  }
  await other.end();
});

test('marks that leave nothing to sound are refused in words', async () => {
  const of = (kind, more) => studio.call('api/edit', JSON.stringify({ run: result.id, kind, ...more }));
  const all = { components: [1, 2, 3, 4], only: false, from_s: 5, to_s: 6 };
  await assert.rejects(of('marks', { marks: [all] }), /a component that may sound at every time, got none at 5/);
  await assert.rejects(of('marks', { marks: [{ ...all, to_s: 1e300 }] }), /a stretch within/);
  await assert.rejects(of('marks', { marks: Array(501).fill(all) }), /at most 500/);
  await assert.rejects(of('split', { components: [1e300] }), /components 1..4/);
  await assert.rejects(of('split', { components: [1, 2] }), /expected a component, got 2/);
  await assert.rejects(of('melt', { components: [1] }), /keep, split, merge or marks/);
  await assert.rejects(studio.call('api/edit', JSON.stringify({ run: 1, kind: 'split', components: [1] })), /the run in sight/);
  for (const run of [99, 'x', -1, 1e300, null]) await assert.rejects(studio.call('api/back', JSON.stringify({ run })), /one that is still there/);
});

test('a source has a colour, two never the same', async () => {
  await page.getByRole('button', { name: 'Colour of 1: orange' }).click();
  await noFault(page, 'the palette');
  await button('vermilion').click();
  await page.getByRole('button', { name: 'Colour of 1: vermilion' }).waitFor();
  await page.getByRole('button', { name: 'Colour of one note: sky blue' }).focus();
  await page.keyboard.press('Enter');
  await button('vermilion').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Colour of one note: vermilion' }).waitFor();
  await page.getByRole('button', { name: 'Colour of 1: sky blue' }).waitFor();
  await button('Undo').click();
  await page.getByRole('button', { name: 'Colour of 1: vermilion' }).waitFor();
});

test('a drag over the numbers selects components', async () => {
  await page.keyboard.press('Escape');
  const boxes = await Promise.all([0, 2].map((k) => page.locator('.lane .number').nth(k).boundingBox()));
  await page.mouse.move(boxes[0].x + 20, boxes[0].y + 10);
  await page.mouse.down();
  await page.mouse.move(boxes[1].x + 20, boxes[1].y + 10, { steps: 4 });
  await page.mouse.up();
  await button('Merge 1, 2, 3').waitFor();
  await page.keyboard.press('Escape');
});

const project = path.join(studio.folder, 'separated/mix.divisi');

test('a project of an edited run is opened and rendered as it was', async () => {
  await page.keyboard.press('Control+s');
  await page.getByText('In separated/mix.divisi').waitFor();
  const saved = JSON.parse(fs.readFileSync(project, 'utf8'));
  assert.equal(saved.start.fixed, 'zeros');
  assert.equal(saved.sources[0].colour, 6);
  runByHand('divisi separate separated/mix.divisi -o by-project', studio.folder);
  sameSound('separated/mix', 'by-project/mix');
  const again = await start([project]);
  const opened = await open(again.address);
  await lanes(4, opened);
  await opened.getByRole('button', { name: 'Colour of 1: vermilion' }).waitFor();
  const state = await again.until((s) => s.result);
  assert.equal(state.notice, '');
  const values = new Float32Array(await (await again.call('api/factors')).arrayBuffer());
  assert.deepEqual(values, await factors());
  await opened.close();
  await again.end();
});

test('a start that is missing or has changed is told in a line', () => {
  const saved = JSON.parse(fs.readFileSync(project, 'utf8'));
  const file = path.join(studio.folder, 'separated', saved.start.path);
  const bytes = fs.readFileSync(file);
  const told = (words) => {
    for (const command of ['divisi separate separated/mix.divisi', 'divisi studio separated/mix.divisi --no-browser'])
      assert.throws(
        () => runByHand(`${command} 2>&1`, studio.folder),
        (error) => {
          assert.match(String(error.stdout).trim(), words);
          return true;
        },
      );
  };
  fs.writeFileSync(file, 'another');
  told(/^divisi: error: separated\/mix.divisi: expected separated\/mix.start-\d.npz as it was, got one that has changed$/);
  fs.rmSync(file);
  told(/^divisi: error: separated\/mix.divisi: expected its start separated\/mix.start-\d.npz, got no such file$/);
  fs.writeFileSync(file, bytes);
});

test('a dropped project may name no start', async () => {
  await assert.rejects(studio.call('api/project?name=x.divisi', fs.readFileSync(project)), /expected a project without a start/);
});

test.after(async () => {
  await browser.close();
  await studio.end();
});

test('nothing was complained of', () => assert.deepEqual(complaints, []));
