// SPDX-License-Identifier: Apache-2.0
// The worklet's arithmetic against the C++ library: the same stems from the same factors.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { differenceDb, liveArithmetic, readWav, start } from './studio.mjs';

const { Fft, LiveMix, modelOf, whole } = await liveArithmetic();

test('Fft is the sum of its definition, and its inverse undoes it', () => {
  const n = 16;
  const fft = new Fft(n);
  const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i * i));
  const re = x.slice();
  const im = new Float64Array(n);
  fft.transform(re, im, false);
  for (let k = 0; k < n; k++) {
    let sr = 0;
    let si = 0;
    for (let i = 0; i < n; i++) {
      sr += x[i] * Math.cos((2 * Math.PI * i * k) / n);
      si -= x[i] * Math.sin((2 * Math.PI * i * k) / n);
    }
    assert.ok(Math.abs(re[k] - sr) < 1e-12 && Math.abs(im[k] - si) < 1e-12);
  }
  fft.transform(re, im, true);
  for (let i = 0; i < n; i++) assert.ok(Math.abs(re[i] / n - x[i]) < 1e-12);
});

for (const settings of [
  { components: '4', beta: '1', fft: '1024' },
  { components: '3', model: 'nmfd', 'time-shifts': '4', fft: '1024', iterations: '30', restarts: '1' },
  { components: '3', model: 'nmf2d', 'pitch-shifts': '12', fft: '2048', iterations: '30', restarts: '1' },
  { components: '4', mask: 'binary', window: 'blackman', power: '2', fft: '1024' },
]) {
  test(`The live mix is what the program writes: ${JSON.stringify(settings)}`, async () => {
    const studio = await start();
    try {
      const { recording } = await studio.until((s) => s.recording);
      await studio.call('api/run', JSON.stringify(settings));
      const { result } = await studio.until((s) => s.result);
      const K = result.components;
      const groups = [K > 3 ? [1, K] : [1], [2]]; // 3 is left to the residual
      await studio.call('api/export', JSON.stringify({ sources: groups.map((components, s) => ({ name: `s${s}`, components })) }));
      await studio.until((s) => s.exported);

      const values = new Float32Array(await (await studio.call('api/factors')).arrayBuffer());
      const model = modelOf(result, values);
      const samples = new Float32Array(await (await studio.call('api/samples')).arrayBuffer());
      assert.equal(samples.length, recording.frames * recording.channels);
      const play = (gain, from = 0, count = samples.length) => {
        const mix = new LiveMix(whole([samples]), model);
        const source = Array.from({ length: K }, (_, k) => groups.findIndex((g) => g.includes(k + 1)));
        mix.route({ source, gain });
        mix.seek(from);
        const out = new Float32Array(count);
        for (let i = 0; i < count; i += 128) mix.read([out.subarray(i, Math.min(i + 128, count))], 0, Math.min(128, count - i));
        return out;
      };

      const folder = path.join(studio.folder, 'separated/mix');
      assert.deepEqual(fs.readdirSync(folder).filter((f) => f.endsWith('.wav')).sort(), ['residual.wav', 's0.wav', 's1.wav']);
      const quantum = 1 / 32768 / Math.sqrt(3); // a stem of 16 bits is rounded, the last of them twice
      ['s0', 's1', 'residual'].forEach((name, s) => {
        const written = readWav(path.join(folder, `${name}.wav`)).data;
        const live = play([0, 1, 2].map((i) => (i === s ? 1 : 0)));
        const rms = Math.sqrt(live.reduce((sum, x, i) => sum + (x - written[i]) ** 2, 0) / live.length);
        assert.ok(rms < 1.5 * quantum, `${name}: ${20 * Math.log10(rms)} dBFS`);
      });
      assert.ok(differenceDb(samples, play([1, 1, 1])) < -120, 'all sources together are the recording');
      const from = 100001;
      assert.ok(differenceDb(play([1, 0, 0]).subarray(from, from + 9000), play([1, 0, 0], from, 9000)) < -140, 'from any sample on');
    } finally {
      await studio.end();
    }
  });
}
