// SPDX-License-Identifier: Apache-2.0
// A run as by default: what is heard in a recording decides how it is taken apart, and what is heard live is what is
// written, whoever the components are put to.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { browse, liveArithmetic, readWav, recording, runByHand, shows, soon, start, writeWav } from './studio.mjs';

const { LiveMix, modelOf, whole } = await liveArithmetic();
const rate = 16000;
const sound = (seconds, at) => Float32Array.from({ length: seconds * rate }, (_, i) => at(i / rate));
const wave = (hz, t) => Math.sin(2 * Math.PI * hz * t);
const randomly = (seed) => () => (seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5;

// Harmonics whose pitch wanders by a semitone, over plucked chords and a brush.
function voiceAndChords() {
  const noise = randomly(8);
  let phase = 0;
  return sound(6, (t) => {
    const semitones = 4 * Math.floor(t % 3) + wave(2.2, t);
    phase += (2 * Math.PI * 190 * 2 ** (semitones / 12)) / rate;
    let x = 0;
    for (let h = 1; h < 20 && t % 1.5 < 1.2; h++) x += (0.07 / h) * Math.sin(h * phase);
    for (const hz of [98, 147, t % 1.6 > 0.8 ? 233 : 247])
      for (let h = 1; h < 8; h++) x += (0.05 / h) * Math.exp(-4 * (t % 0.4)) * wave(hz * h, t);
    return x + 0.15 * Math.exp(-25 * (t % 0.4)) * noise();
  });
}

function drums() {
  const noise = randomly(3);
  let last = 0;
  return sound(6, (t) => {
    const [kick, snare] = [t % 1, (t + 0.5) % 1];
    const n = noise();
    const bright = n - last;
    last = n;
    return 0.6 * Math.exp(-30 * kick) * Math.sin(60 * (1 - Math.exp(-40 * kick))) + 0.5 * Math.exp(-30 * snare) * n + 0.3 * Math.exp(-80 * (t % 0.25)) * bright;
  });
}

async function studioOf(samples) {
  const folder = fs.mkdtempSync(path.join(process.env.TMPDIR ?? '/tmp', 'auto-test-'));
  const file = path.join(folder, 'mix.wav');
  if (samples) writeWav(file, rate, samples);
  else fs.copyFileSync(recording, file);
  const studio = await start([file]);
  await studio.until((s) => s.recording);
  const work = async (where, body) => {
    const before = (await studio.state()).result?.id;
    await studio.call(where, JSON.stringify(body));
    return (await studio.until((s) => s.result && s.result.id !== before)).result;
  };
  const written = () => path.join(studio.folder, 'separated/mix');
  const bytes = (folder, name) => fs.readFileSync(path.join(folder, `${name}.wav`));
  return {
    ...studio,
    work,
    /** Writes stems s0, s1 … of `groups`, and holds that they are what is heard, and that of the shown command. */
    async holds(groups) {
      const { result } = await studio.state();
      fs.rmSync(written(), { recursive: true, force: true });
      await studio.call('api/export', JSON.stringify({ sources: groups.map((components, s) => ({ name: `s${s}`, components })), settings: { report: 'false' } }));
      const { command } = (await studio.until((s) => s.exported)).exported;
      const model = modelOf(result, new Float32Array(await (await studio.call('api/factors')).arrayBuffer()));
      const samples = new Float32Array(await (await studio.call('api/samples')).arrayBuffer());
      groups.forEach((_, s) => {
        const mix = new LiveMix(whole([samples]), model);
        const source = Array.from({ length: result.components }, (_c, k) => groups.findIndex((g) => g.includes(k + 1)));
        mix.route({ source: source.map((g) => (g < 0 ? groups.length : g)), gain: [...groups, null].map((_g, i) => (i === s ? 1 : 0)) });
        mix.seek(0);
        const live = new Float32Array(samples.length);
        for (let i = 0; i < live.length; i += 128) mix.read([live.subarray(i, Math.min(i + 128, live.length))], 0, Math.min(128, live.length - i));
        const stem = readWav(path.join(written(), `s${s}.wav`)).data;
        const dbfs = 10 * Math.log10(live.reduce((sum, x, i) => sum + (x - stem[i]) ** 2, 0) / live.length);
        assert.ok(dbfs < -90, `s${s}: ${dbfs} dBFS`);
      });
      runByHand(`${command} -o by-hand --force`, studio.folder);
      groups.forEach((_, s) => assert.ok(bytes(written(), `s${s}`).equals(bytes(path.join(studio.folder, 'by-hand/mix'), `s${s}`)), command));
      return command;
    },
    /** Saves a project of `groups`, which were exported, and holds that it renders the same and opens. */
    async keeps(groups) {
      const sources = groups.map((components, s) => ({ name: `s${s}`, components, gain_db: 0, solo: false, mute: false }));
      await studio.call('api/save', JSON.stringify({ sources, residual: { components: [] } }));
      runByHand('divisi separate separated/mix.divisi -o by-project', studio.folder);
      groups.forEach((_, s) => assert.ok(bytes(written(), `s${s}`).equals(bytes(path.join(studio.folder, 'by-project/mix'), `s${s}`)), `s${s}`));
      const again = await start([path.join(studio.folder, 'separated/mix.divisi')]);
      const opened = await again.until((s) => s.result);
      assert.equal(opened.notice, '');
      await again.end();
    },
    async close() {
      await studio.end();
      fs.rmSync(folder, { recursive: true });
    },
  };
}
const groupsOf = (result) => result.groups.map((g) => g.components.map((k) => k + 1));
// The last component of the second source goes to the first.
const moved = ([a, b, ...others]) => [[...a, b.at(-1)], b.slice(0, -1), ...others].filter((g) => g.length > 0);

test('a voice is followed by default, heard as it is written, and grouped anew', async () => {
  const studio = await studioOf(voiceAndChords());
  const result = await studio.work('api/run', {});
  assert.match(result.heard, /a voice is heard/);
  assert.equal(result.components, 21);
  assert.doesNotMatch(await studio.holds(groupsOf(result)), /--init|--group/);
  const groups = moved(groupsOf(result));
  assert.match(await studio.holds(groups), /--init \S+mix.start-1.npz .*--fixed w,h,zeros /);
  await studio.keeps(groups);
  for (const sources of [[7], ['x'], [null], [{ components: ['x'] }], [{ components: [22] }], [{ components: [1e300] }]]) {
    const body = JSON.stringify({ sources, residual: 'x' });
    assert.equal((await fetch(`${studio.address}api/export`, { method: 'POST', body })).status, 400);
    assert.ok((await fetch(`${studio.address}api/save`, { method: 'POST', body })).status < 500);
  }
  for (const edit of [{ kind: 'split', components: [2] }, { kind: 'keep', components: [2] }])
    await assert.rejects(studio.call('api/edit', JSON.stringify({ run: result.id, ...edit })), /expected components of one model, got a voice that was followed: group it instead/);
  await studio.close();
});

for (const [what, samples, wish, words] of [
  ['notes as combs', null, {}, /a component for each pitch/],
  ['notes that are held', null, { sources: '3' }, /each is a source, held to its notes/],
  ['drums', drums(), { sources: '3' }, /drums/],
]) {
  test(`${what}: by default, heard as written, edited as any other`, async () => {
    const studio = await studioOf(samples);
    let result = await studio.work('api/run', wish);
    assert.match(result.heard, words);
    await studio.holds(groupsOf(result));
    const groups = moved(groupsOf(result));
    await studio.holds(groups);
    await studio.keeps(groups);
    const { components } = result;
    result = await studio.work('api/edit', { run: result.id, kind: 'split', components: [2] });
    assert.equal(result.components, components + 1);
    result = await studio.work('api/edit', { run: result.id, kind: 'merge', components: [2, 3] });
    result = await studio.work('api/edit', { run: result.id, kind: 'keep', components: [1], count: '4' });
    assert.equal(result.components, 4);
    await studio.holds([[1], [2, 3, 4]]);
    await studio.close();
  });
}

test('the picture follows what is found on the way, and is as before when that is stopped', async () => {
  const studio = await studioOf(null);
  const before = await studio.until((s) => s.picture?.done === s.picture?.frames);
  await studio.call('api/run', JSON.stringify({ iterations: '1000000', tolerance: '0' }));
  await soon(async () => {
    const { preview, picture } = await studio.state();
    assert.ok(preview);
    assert.deepEqual([preview.bins, preview.hop, preview.frames], [picture.bins, picture.hop, picture.frames]);
    assert.notEqual(picture.bins, before.picture.bins);
  });
  await studio.call('api/stop', '');
  assert.deepEqual((await studio.until(() => true)).picture, before.picture);
  await studio.close();
});

test('as many components as there are is found out', async () => {
  const studio = await studioOf(null);
  const result = await studio.work('api/run', { components: 'auto' });
  assert.ok(result.components >= 2);
  assert.equal(result.groups.length, 2);
  await studio.work('api/edit', { run: result.id, kind: 'keep', components: [1], count: 'auto' });
  await studio.close();
});

test('silence is said to be silence', async () => {
  const studio = await studioOf(new Float32Array(2 * rate));
  const result = await studio.work('api/run', {});
  assert.match((await studio.state()).notice, /^The recording is digital silence/);
  assert.deepEqual(result.groups.map((g) => g.reason), ['silence', 'silence']);
  await studio.close();
});

test('the page begins with it, says what was heard, and runs as the drawer says after an edit', async () => {
  const studio = await studioOf(null);
  const { open, browser, complaints } = await browse(studio.address);
  const page = await open();
  const chosen = (name) => page.getByLabel(name, { exact: true });
  await page.getByText('More').click();
  await shows(() => chosen('model').inputValue(), 'auto');
  assert.equal(await chosen('Components').getAttribute('placeholder'), 'any');
  assert.match(await chosen('Components').getAttribute('title'), /empty: 8 a source/);
  await page.getByText('More').click();
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('a component for each pitch').waitFor();
  const { result } = await studio.until((s) => s.result);
  await page.locator(`.lanes[data-run="${result.id}"]`).waitFor();
  await page.getByRole('button', { name: 'Component 1,' }).click();
  await page.getByRole('button', { name: 'Split 1', exact: true }).click();
  const split = await studio.until((s) => s.result.id !== result.id);
  await page.locator(`.lanes[data-run="${split.result.id}"]`).waitFor();
  await shows(() => chosen('Components').inputValue(), '');
  await page.getByRole('button', { name: 'Run' }).click();
  const again = await studio.until((s) => s.result.id !== split.result.id);
  assert.equal(again.result.components, result.components);
  assert.equal(again.result.heard, result.heard);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await page.locator(`.lanes[data-run="${split.result.id}"]`).waitFor();
  await shows(() => chosen('Components').inputValue(), '');
  assert.deepEqual(complaints, []);
  await browser.close();
  await studio.close();
});
