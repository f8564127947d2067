'use strict';

// A blog in ten lines: records, a relation, a query, a live query, a proof.

const { open, verifyProof } = require('globalstorage');

const main = async () => {
  const db = await open({ path: 'blog', schema: { entities: { Author: {}, Post: {} } } });

  const ann = await db.Author.insert({ name: 'Ann' });
  const post = await db.Post.insert({ title: 'Hi', author: ann, tags: ['a'], at: new Date() });
  console.log(`${post.title} by ${post.author.name}`);

  const tagged = db.Post.where({ tags: { $contains: 'a' } }).orderBy('at', 'desc');
  const end = tagged.limit(20).live(({ rows, changes }) => {
    console.log(`${changes.length} changed, ${rows.length} shown: ${rows[0].title}`);
  });

  await db.Post.field(post.id, 'likes').add(1); // what others add at the same time counts as well
  post.title = 'Hello';
  await post.save();

  const { ok, changes } = await db.verify();
  console.log(`verified: ${ok}, ${changes > 0 ? 'some' : 'no'} changes`);
  const { kind } = await verifyProof(await db.proof(post.id)); // needs no storage
  console.log(`proven: ${kind}`);
  await end();
  await db.close();
};

main();
