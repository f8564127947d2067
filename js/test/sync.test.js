'use strict';

// Goal: each node has its file, its token is nobody else's, and start promises nothing.
// Method: addresses that upstream mixed up; files that upstream wrote; bad input.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { SyncManager } = require('../lib/compatible/sync.js');
const { filesIn, place, refuses } = require('./support/place.js');

const UP = 'http://peer.example.com:9000';

const remote = (directory) => path.join(directory, 'remote');

test('nodes are added, listed, found again and removed', async (t) => {
  const directory = place(t);
  const sync = await new SyncManager(directory);
  assert.ok(sync instanceof SyncManager);
  await sync.addNode({ url: UP, type: 'uplink', token: 't1' });
  const expected = { type: 'uplink', url: UP, token: 't1', enabled: true, lastSync: 0 };
  assert.deepStrictEqual(sync.listNodes(), [expected]);
  assert.deepStrictEqual((await new SyncManager(directory)).listNodes(), [expected]);
  const [[name, text]] = Object.entries(filesIn(remote(directory)));
  assert.match(name, /^peer\.example\.com-[0-9a-f]{16}\.json$/);
  assert.strictEqual(text, JSON.stringify(expected));
  await sync.removeNode(UP);
  assert.deepStrictEqual(sync.listNodes(), []);
  assert.deepStrictEqual(filesIn(remote(directory)), {});
});

test('upstream: everybody may read the token', async (t) => {
  const directory = place(t);
  const sync = await new SyncManager(directory);
  await sync.addNode({ url: UP, type: 'uplink', token: 'secret' });
  const [name] = fs.readdirSync(remote(directory));
  assert.strictEqual(fs.statSync(path.join(remote(directory), name)).mode & 0o777, 0o600);
});

test('upstream: two ports of one host overwrite each other', async (t) => {
  const directory = place(t);
  const sync = await new SyncManager(directory);
  const urls = ['http://a.com:1', 'http://a.com:2', 'ws://a.com:1', 'http://a.com:1/other'];
  for (const url of urls) await sync.addNode({ url, type: 'uplink' });
  assert.strictEqual(fs.readdirSync(remote(directory)).length, 4);
  await sync.removeNode('http://a.com:1');
  const again = await new SyncManager(directory);
  const left = again
    .listNodes()
    .map(({ url }) => url)
    .sort();
  assert.deepStrictEqual(left, urls.slice(1).sort());
});

test('upstream: urls without a port share the file .json', async (t) => {
  const directory = place(t);
  const sync = await new SyncManager(directory);
  await sync.addNode({ url: 'https://a.com', type: 'uplink' });
  await sync.addNode({ url: 'https://b.com/', type: 'downlink' });
  await sync.addNode({ url: 'http://[::1]', type: 'downlink' });
  assert.strictEqual((await new SyncManager(directory)).listNodes().length, 3);
  assert.ok(!fs.readdirSync(remote(directory)).includes('.json'));
});

test('one address is one node, in all of its spellings and for all managers', async (t) => {
  const directory = place(t);
  const sync = await new SyncManager(directory);
  const late = await new SyncManager(directory);
  const add = (manager, url) => () => manager.addNode({ url, type: 'uplink' });
  await add(sync, 'http://a.com:80')();
  await refuses(add(sync, 'http://a.com:80'), 'GS_EXISTS', /^Node with URL .* already exists/);
  await refuses(add(sync, 'http://A.com/'), 'GS_EXISTS');
  await refuses(add(late, 'http://a.com'), 'GS_EXISTS');
  assert.deepStrictEqual(late.listNodes(), []);
  const adds = await Promise.allSettled([add(sync, UP)(), add(sync, UP)(), add(late, UP)()]);
  assert.strictEqual(adds.filter(({ status }) => status === 'fulfilled').length, 1);
  await sync.removeNode('http://a.com');
});

test('texts of upstream are kept', async (t) => {
  const sync = await new SyncManager(place(t));
  await refuses(() => sync.addNode({ type: 'uplink' }), 'GS_INVALID', /^Node URL is required/);
  await refuses(() => sync.addNode(), 'GS_INVALID', /^Node URL is required/);
  await refuses(
    () => sync.addNode({ url: UP, type: 'relay' }),
    'GS_INVALID',
    /^Node type must be uplink or downlink/,
  );
  await refuses(() => sync.removeNode(UP), 'GS_NOT_FOUND', /^Node with URL .* not found/);
});

test('nodes of upstream are read and removed by their files', async (t) => {
  const directory = place(t);
  fs.mkdirSync(remote(directory));
  const node = (url) => JSON.stringify({ type: 'uplink', url, enabled: true, lastSync: 5 });
  fs.writeFileSync(path.join(remote(directory), 'a.com.json'), node('http://a.com:1'));
  fs.writeFileSync(path.join(remote(directory), '.json'), node('no url at all'));
  const sync = await new SyncManager(directory);
  assert.strictEqual(sync.listNodes().length, 2);
  await sync.removeNode('http://a.com:1');
  await sync.removeNode('no url at all');
  assert.deepStrictEqual(fs.readdirSync(remote(directory)), []);
});

test('start and stop only mark, also for the next one who opens', async (t) => {
  const directory = place(t);
  const sync = await new SyncManager(directory);
  await sync.addNode({ url: UP, type: 'uplink' });
  await sync.stop();
  assert.strictEqual(sync.listNodes()[0].enabled, false);
  assert.strictEqual((await new SyncManager(directory)).listNodes()[0].enabled, false);
  assert.strictEqual(await sync.start(), undefined);
  const [node] = (await new SyncManager(directory)).listNodes();
  assert.deepStrictEqual([node.enabled, node.lastSync], [true, 0]);
});

test('a list is of copies', async (t) => {
  const sync = await new SyncManager(place(t));
  await sync.addNode({ url: UP, type: 'uplink' });
  sync.listNodes()[0].url = 'changed';
  assert.strictEqual(sync.listNodes()[0].url, UP);
});

test('bad input is refused, and nothing is written', async (t) => {
  const directory = place(t);
  const sync = await new SyncManager(directory);
  const urls = [
    'a',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://',
    'http://u:p@a.com',
    5,
    {},
    ['http://a.com'],
  ];
  for (const url of urls) {
    await refuses(() => sync.addNode({ url, type: 'uplink' }), 'GS_INVALID', /URL/);
    await refuses(() => sync.removeNode(url), 'GS_NOT_FOUND');
  }
  const long = `http://a.com/${'x'.repeat(3000)}`;
  await refuses(() => sync.addNode({ url: long, type: 'uplink' }), 'GS_TOO_LARGE');
  for (const token of [5, {}, () => {}]) {
    await refuses(() => sync.addNode({ url: UP, type: 'uplink', token }), 'GS_INVALID', /token/);
  }
  const token = 'x'.repeat(20000);
  await refuses(() => sync.addNode({ url: UP, type: 'uplink', token }), 'GS_TOO_LARGE');
  assert.deepStrictEqual(filesIn(directory), {});
  assert.deepStrictEqual(sync.listNodes(), []);
  await refuses(async () => new SyncManager(), 'GS_INVALID');
});

test('a file that holds no node is named', async (t) => {
  const directory = place(t);
  fs.mkdirSync(remote(directory));
  for (const text of ['', '{}', 'null', '{"type":"uplink"}', '{"url":"http://a","type":"x"}']) {
    fs.writeFileSync(path.join(remote(directory), 'a.json'), text);
    await refuses(async () => new SyncManager(directory), 'GS_DAMAGED', /a\.json/);
  }
});
