'use strict';

// The row `open`: opens what is filled and reads one record; prints what this process has cost the
// processor since it began. Without a subject: what a bare Node.js costs.

const run = async ([name, directory, id]) => {
  if (name === undefined) return;
  const { Subject } = require(`./subjects/${name}.js`);
  const subject = await Subject.open(directory);
  subject.prepareReads?.();
  if (subject.readOne([id]) <= 0) throw new Error('nothing was read');
};

run(process.argv.slice(2)).then(() => {
  const { user, system } = process.cpuUsage();
  console.log((user + system) / 1e6);
  process.exit(0);
});
