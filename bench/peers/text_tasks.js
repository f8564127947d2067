'use strict';

// The rows of texts, for any peer: what each does is in bench/rows_text.cc, which does the same.

const fs = require('node:fs');

const { WrongResult, measureOften, readTrace } = require('./common.js');

const BATCH = { samples: 7, seconds: 10 };
const LIVE = { samples: 7, seconds: 10 };
const OPEN = { samples: 200, seconds: 5 };

const need = (found, expected, row) => {
  if (found !== expected) throw new WrongResult(`${row}: the text is not what was typed`);
};

const naive = (patches) => {
  let content = '';
  for (const [position, deleted, inserted] of patches) {
    content = content.slice(0, position) + inserted + content.slice(position + deleted);
  }
  return content;
};

/** The first `edits` edits of the paper, and what they come to. */
const paper = (edits) => {
  const { txns, endContent } = readTrace('automerge-paper');
  const patches = txns.flatMap((txn) => txn.patches);
  if (edits >= patches.length) return { patches, end: endContent };
  const some = patches.slice(0, edits);
  return { patches: some, end: naive(some) };
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
  const check = (content) => need(content, end, 'text-open');
  return { count: 1, ...measureOften(() => peer.open(bytes), check, OPEN) };
};

/** text-bytes: the smallest form that holds all that the peer keeps. */
const bytes = (peer, { edits, out }) => {
  const { patches } = paper(edits);
  const stored = peer.saveSmall(typed(peer, patches));
  fs.writeFileSync(out, stored);
  return { bytes: stored.length, history: Number(peer.history) };
};

module.exports = {
  'text-apply': apply,
  'text-live': live,
  'text-open': open,
  'text-bytes': bytes,
};
