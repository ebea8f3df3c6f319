// SPDX-License-Identifier: Apache-2.0
// The rules that keep everybody else out, each by the attack that it is there for.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import test from 'node:test';
import { start } from './studio.mjs';

const studio = await start();
const url = new URL(studio.address);
await studio.until((s) => s.recording);

function ask(path, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: url.port, path, method, headers, agent: false, setHost: !('Host' in headers) }, (response) => {
      let text = '';
      response.on('data', (d) => (text += d));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}
const at = (path) => url.pathname + path;
const api = ['', 'app.js', 'worklet.js', 'api/state', 'api/events', 'api/factors', 'api/picture/1/0/0', 'api/samples'];
const work = ['api/recording', 'api/run', 'api/edit', 'api/back', 'api/stop', 'api/export'];

test('without the token, or with another, nothing is answered', async () => {
  const wrong = '/' + (url.pathname[1] === '0' ? '1' : '0') + url.pathname.slice(2);
  for (const prefix of ['/', wrong, url.pathname.slice(0, -2) + '/']) {
    for (const path of api) assert.equal((await ask(prefix + path)).status, 403, prefix + path);
    for (const path of work) assert.equal((await ask(prefix + path, { method: 'POST', body: '{}' })).status, 403, prefix + path);
  }
});

test('under another name (DNS rebinding) nothing is answered', async () => {
  for (const Host of ['evil.example', `evil.example:${url.port}`, '127.0.0.1', 'localhost:1', `127.0.0.1:${url.port}.evil.example`]) {
    for (const path of api) assert.equal((await ask(at(path), { headers: { Host } })).status, 403, Host);
  }
  assert.equal((await ask(at('api/state'), { headers: { Host: `localhost:${url.port}` } })).status, 200);
});

test('a page of another site cannot call', async () => {
  for (const Origin of ['http://evil.example', 'null', `https://${url.host}`, 'http://127.0.0.1:1', `http://${url.host}.evil.example`]) {
    for (const path of work) assert.equal((await ask(at(path), { method: 'POST', headers: { Origin }, body: '{}' })).status, 403, Origin);
    assert.equal((await ask(at('api/state'), { headers: { Origin } })).status, 403, Origin);
  }
  const { headers } = await ask(at(''), { headers: { Origin: url.origin } });
  assert.equal(headers['access-control-allow-origin'], undefined);
  assert.match(headers['content-security-policy'], /default-src 'self'.*frame-ancestors 'none'/);
  assert.equal(headers['referrer-policy'], 'no-referrer');
});

test('no path leads to the disk', async () => {
  for (const path of ['../etc/passwd', '../../../../etc/passwd', '%2e%2e/%2e%2e/etc/passwd', '..%2f..%2fetc%2fpasswd', '/etc/passwd', 'api/../../../etc/passwd', 'api/samples/../../etc/passwd', 'api/picture%00.png', '....//etc/passwd']) {
    const { status, text } = await ask(at(path));
    assert.ok(status === 403 || status === 404, `${path}: ${status}`);
    assert.ok(!text.includes('root:'), path);
  }
});

test('no parameter leads to the disk', async () => {
  for (const init of ['/etc/passwd.npz', '/etc/passwd', 'FILE.npz']) {
    const { status, text } = await ask(at('api/run'), { method: 'POST', body: JSON.stringify({ init }) });
    assert.equal(status, 400);
    assert.match(text, /init: expected auto, random/);
  }
  for (const wish of [{ dictionary: '/etc/passwd.npz', score: '/etc/passwd' }, { 'fix-w': '/etc/passwd' }, { name: '/tmp/{stem}.{ext}' }, { output: '/tmp' }, { only: '../x' }]) {
    await studio.call('api/run', JSON.stringify({ components: '2', iterations: '5', restarts: '1', fft: '1024', ...wish }));
    await studio.until((s) => s.result); // not taken, so it does no harm
  }
  for (const name of ['../evil', '/tmp/evil', '..', '.hidden', '', 'a/b', 'manifest']) {
    const { status } = await ask(at('api/export'), { method: 'POST', body: JSON.stringify({ sources: [{ name, components: [1] }] }) });
    assert.equal(status, 400, name);
  }
  assert.deepEqual(fs.readdirSync(studio.folder), []);
});

test('a dropped file keeps no path in its name', async () => {
  await studio.call(`api/recording?name=${encodeURIComponent('../../evil\n/etc/x.wav')}`, Buffer.from('RIFF'));
  for (;;) {
    const { activity, error, recording } = await studio.state();
    if (activity !== '') continue;
    assert.match(error, /expected/);
    assert.ok(!error.includes('/etc'));
    assert.match(recording.name, /mix\.wav$/); // what was open stays open
    break;
  }
});

const raw = (head) =>
  new Promise((resolve, reject) => {
    const socket = net.connect(Number(url.port), '127.0.0.1', () => socket.write(head));
    let text = '';
    socket.on('data', (d) => {
      text += d;
      socket.destroy();
      resolve(text);
    });
    socket.on('error', reject);
    setTimeout(() => reject(new Error('no answer')), 30000).unref();
  });

test('too large an upload is refused before it is read', async () => {
  const head = (path, length) => `POST ${at(path)} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: ${length}\r\n\r\n`;
  assert.match(await raw(head('api/recording?name=x.wav', 2 ** 31)), /^HTTP\/1.1 413/);
  assert.match(await raw(head('api/recording?name=x.wav', '99999999999999999999999')), /^HTTP\/1.1 413/);
  assert.match(await raw(head('api/run', 2 ** 21)), /^HTTP\/1.1 413/);
  assert.match(await raw(`POST ${at('api/run')} HTTP/1.1\r\nHost: ${url.host}\r\nTransfer-Encoding: chunked\r\n\r\n`), /^HTTP\/1.1 411/);
  assert.match(await raw(`GET ${at('api/state')} HTTP/1.1\r\nHost: ${url.host}\r\nHost: evil.example\r\n\r\n`), /^HTTP\/1.1 403/);
});

test('garbage is refused in words', async () => {
  for (const body of ['', '{', 'null', '[1,2]', '"x"', '{"sources": 7}', '{"sources": [{"name": "a", "components": [99]}]}', '{"sources": [{"name": "a", "components": ["x", -1, 1e300]}]}']) {
    const { status, text } = await ask(at('api/export'), { method: 'POST', body });
    assert.equal(status, 400, body);
    assert.match(JSON.parse(text).error, /expected/);
  }
  const { status } = await ask(at('api/run'), { method: 'POST', body: '{"components": "0"}' });
  assert.equal(status, 400);
});

test('a tile that is not there, and a range of bytes that is not, are refused', async () => {
  const { picture, recording } = await studio.state();
  const tile = (...parts) => ask(at(`api/picture/${parts.join('/')}`));
  const first = await tile(picture.id, 0, 0);
  assert.equal(first.status, 200);
  for (const parts of [[picture.id + 1, 0, 0], [picture.id, 99, 0], [picture.id, 0, 999999999], [picture.id, 20, 1]]) {
    const { status, text } = await tile(...parts);
    assert.equal(status, 400, parts.join());
    assert.match(JSON.parse(text).error, /expected/);
  }
  for (const parts of [[picture.id, -1, 0], [picture.id, 0, -1], [picture.id, 0, 'x'], [picture.id, 0, '1e3'], [picture.id, 0, 2 ** 40], [picture.id, 0], [picture.id, 0, 0, 0]])
    assert.equal((await tile(...parts)).status, 404, parts.join());
  const size = 4 * recording.frames * recording.channels;
  const range = (Range, path = 'api/samples') => ask(at(path), { headers: { Range } });
  const [some, last] = [await range('bytes=4-11'), await range('bytes=-8')];
  assert.equal(some.status, 206);
  assert.equal(some.headers['content-range'], `bytes 4-11/${size}`);
  assert.equal(some.headers['content-length'], '8');
  assert.equal(last.headers['content-range'], `bytes ${size - 8}-${size - 1}/${size}`);
  for (const Range of ['bytes=9-4', `bytes=${size}-`, `bytes=0-${size}`, 'bytes=0-99999999999999999999', 'bytes=-99999999999', 'bytes=-0', 'bytes=-', 'bytes=0-3,4-7', `bytes=${'0-,'.repeat(2000)}0-`, 'bytes=x', 'frames=0-1'])
    assert.equal((await range(Range)).status, 416, Range.slice(0, 40));
  for (const path of ['api/state', 'api/picture/1/0/0', 'api/factors', 'app.js']) assert.equal((await range('bytes=0-,0-,0-', path)).status, 416, path);
  assert.equal((await studio.state()).recording.id, recording.id);
});

test('it listens on this computer alone', async () => {
  const outside = Object.values(os.networkInterfaces()).flat().find((i) => i.family === 'IPv4' && !i.internal);
  if (!outside) return;
  await assert.rejects(new Promise((resolve, reject) => net.connect(Number(url.port), outside.address, resolve).on('error', reject)));
});

test('it ends when asked to, and leaves nothing behind', async () => {
  const left = () => fs.readdirSync(os.tmpdir()).filter((f) => f.startsWith('divisi-studio-'));
  const before = left();
  assert.equal(await studio.end(), 0);
  assert.ok(before.length === 0 || left().length < before.length);
});

test('it ends however soon it is asked to', async () => {
  for (let i = 0; i < 20; i++) assert.equal(await (await start([])).end(), 0);
});
