'use strict';

// Notes that two devices write without a network, and exchange as files when they meet.
//
//   node notes.js            plays both devices in new directories laptop and phone
//
// Each device is a replica: a directory of its own, with a writer of its own. Both edit the same
// text at the same time, and nothing of it is lost.

const { open, clone } = require('globalstorage');

const show = async (name, notes) => {
  const all = await notes.orderBy('title').all();
  for (const note of all) console.log(`${name}: ${note.title}: ${note.body}`);
};

// What one device has and the other lacks, in a file, as a stick or a message would carry it.
const carry = async (from, to, file) => {
  await from.createBundle(file, { since: await sharedHeads(from, to) });
  const { taken } = await to.applyBundle(file);
  return taken;
};

// Changes of the other device that are here as well; without any the file has all of them.
const sharedHeads = async (from, to) => {
  const known = new Set((await from.log()).map(({ change }) => change));
  return (await to.heads()).filter((head) => known.has(head));
};

const main = async () => {
  const laptop = await open({ path: 'laptop' });
  const { id } = await laptop.collection('Note').insert({ title: 'Shopping', body: 'milk' });
  await laptop.close();
  await clone('laptop', 'phone');

  const first = await open({ path: 'laptop' });
  const second = await open({ path: 'phone' });
  await first.Note.field(id, 'body').insertText(4, ', bread');
  await second.Note.field(id, 'body').insertText(0, 'eggs, ');
  await second.Note.insert({ title: 'Ideas', body: 'a boat' });
  await show('laptop', first.Note);
  await show('phone', second.Note);

  console.log('they meet');
  await carry(first, second, 'to-phone.gsb');
  await carry(second, first, 'to-laptop.gsb');
  await carry(first, second, 'to-phone.gsb');
  await show('laptop', first.Note);
  await show('phone', second.Note);
  const [one, other] = [await first.digest(), await second.digest()];
  console.log(one.digest === other.digest ? 'both have the same' : 'they differ');
  await first.close();
  await second.close();
};

main();
