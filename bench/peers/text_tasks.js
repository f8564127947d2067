'use strict';

// The rows of texts, for any peer: what each does is in bench/rows_text.cc, which does the same.

const fs = require('node:fs');

const { WrongResult, measureOften, paper, residentBytes, readTrace } = require('./common.js');

const BATCH = { samples: 7, seconds: 10 };
const LIVE = { samples: 7, seconds: 10 };
const OPEN = { samples: 200, seconds: 5 };

const need = (found, expected, row) => {
  if (found !== expected) throw new WrongResult(`${row}: the text is not what was typed`);
};

const typed = (peer, patches) => {
  const replica = peer.create(0);
  peer.edit(replica, patches);
  return replica;
};

/** text-apply: all edits as one transaction. */
const apply = (peer, { edits }) => {
  const { patches, end } = paper(edits);
  const check = (replica) => {
    need(peer.read(replica), end, 'text-apply');
    peer.free?.(replica);
  };
  return { count: patches.length, ...measureOften(() => typed(peer, patches), check, BATCH) };
};

/** The transactions that somebody must have before one with these parents, in order. */
const lacking = (txns, has, parents) => {
  const found = [];
  const open = [...parents];
  while (open.length > 0) {
    const next = open.pop();
    if (has[next]) continue;
    has[next] = 1;
    found.push(next);
    open.push(...txns[next].parents);
  }
  return found.sort((a, b) => a - b);
};

/**
 * The session as it happened: each agent types in a replica of its own, which has what the agent
 * had then; an update for each transaction. And the text of one who has all of it.
 */
const session = (peer, txns, agents) => {
  const replicas = Array.from({ length: agents }, (_, agent) => peer.createLive(agent));
  const has = replicas.map(() => new Uint8Array(txns.length));
  const updates = [];
  for (const [index, { agent, parents, patches }] of txns.entries()) {
    const replica = replicas[agent];
    for (const other of lacking(txns, has[agent], parents)) peer.deliver(replica, updates[other]);
    has[agent][index] = 1;
    peer.before?.(replica);
    peer.edit(replica, patches);
    updates.push(peer.take(replica));
  }
  const all = txns.map((_, index) => index);
  for (const index of lacking(txns, has[0], all)) peer.deliver(replicas[0], updates[index]);
  return { updates, end: peer.read(replicas[0]) };
};

/** text-live: the updates of a session, one by one, to somebody who listens. */
const live = (peer, { edits }) => {
  const { txns, endContent, numAgents } = readTrace('friendsforever');
  const count = Math.min(edits, Math.ceil(txns.length * (peer.share ?? 1)));
  const { updates, end } = session(peer, txns.slice(0, count), numAgents);
  if (count === txns.length) need(end, endContent, 'text-live');
  const listen = () => {
    const replica = peer.create(numAgents);
    for (const update of updates) peer.deliver(replica, update);
    return replica;
  };
  const check = (replica) => {
    need(peer.read(replica), end, 'text-live');
    peer.free?.(replica);
  };
  return { count, ...measureOften(listen, check, LIVE) };
};

/** text-open: from stored bytes to the text. */
const open = (peer, { edits }) => {
  const { patches, end } = paper(edits);
  const bytes = peer.save(typed(peer, patches));
  const check = ({ replica, content }) => {
    need(content, end, 'text-open');
    peer.free?.(replica);
  };
  const load = () => {
    const replica = peer.load(bytes);
    return { replica, content: peer.read(replica) };
  };
  return { count: 1, ...measureOften(load, check, OPEN) };
};

const writeStored = (peer, stored, out) => {
  fs.writeFileSync(out, stored);
  return { bytes: stored.length, history: Number(peer.history) };
};

/** text-bytes: the smallest form that holds all that the peer keeps. */
const bytes = (peer, { edits, out }) =>
  writeStored(peer, peer.saveSmall(typed(peer, paper(edits).patches)), out);

/** text-state-bytes: the smallest form that can be gone on with. */
const stateBytes = (peer, { edits, out }) => {
  const replica = typed(peer, paper(edits).patches);
  return writeStored(peer, (peer.saveState ?? peer.saveSmall)(replica), out);
};

/** What text-memory opens, in a process that typed nothing. */
const store = (peer, { edits, out }) =>
  writeStored(peer, peer.save(typed(peer, paper(edits).patches)), out);

/** text-memory: a stored text opened and read. */
const memory = (peer, { edits, in: file }) => {
  const { end } = paper(edits);
  const stored = fs.readFileSync(file);
  const before = residentBytes();
  const replica = peer.load(stored);
  need(peer.read(replica), end, 'text-memory');
  const resident = residentBytes() - before;
  need(peer.read(replica), end, 'text-memory'); // it is held until here
  return { resident_bytes: resident };
};

module.exports = {
  'text-apply': apply,
  'text-live': live,
  'text-open': open,
  'text-bytes': bytes,
  'text-state-bytes': stateBytes,
  'text-store': store,
  'text-memory': memory,
};
