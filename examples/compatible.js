'use strict';

// A program as it was written for upstream's globalstorage 1.0.0: it runs as it is.

const globalStorage = require('globalstorage');

const schema = {
  entities: {
    Author: { name: 'string', email: 'string' },
    Post: { title: 'string', content: 'string', author: 'Author' },
  },
};

const main = async () => {
  const storage = await globalStorage.open({ path: 'compatible', schema });
  await storage.sync.addNode({ type: 'uplink', url: 'ws://example.com:8001', token: 'secret' });
  console.log('Nodes:', storage.sync.listNodes().length);

  const authorId = await storage.insert({ name: 'Ann', email: 'ann@example.com' });
  const author = await storage.record(authorId);
  author.email = 'ann@example.org';
  await author.save();

  const post = await storage.Post.insert({ title: 'First', content: 'Text', author: authorId });
  post.on('update', (data, delta) => console.log('Updated:', delta));
  console.log('Author:', post.author.name);
  post.content += ' and more';
  console.log('Delta before save:', post.delta());
  await post.save();

  const data = await storage.get(post.id);
  data.title = 'Second';
  await storage.set(post.id, data);
  // Only if it still had the first title, which it has not.
  console.log('Swapped:', await storage.swap(post.id, { title: 'Third' }, { title: 'First' }));

  await storage.saveData('secret', { pin: 1234 }, { encrypted: true });
  console.log('Secret:', await storage.loadData('secret'));
  console.log('Valid:', await storage.validate({ last: 10 }));
  await storage.sync.removeNode('ws://example.com:8001');
};

main();
