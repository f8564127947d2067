'use strict';

// One row for one subject: `node bench/node/child.js TASK SUBJECT OPTIONS`, started by main.js.
// Prints one line of JSON: what the task gives, or `failed` and the reason.

const tasks = require('./tasks.js');

const run = async ([task, name, options]) => {
  const subject = require(`./subjects/${name}.js`);
  return tasks[task](subject, JSON.parse(options));
};

run(process.argv.slice(2)).then(
  (result) => console.log(JSON.stringify(result)),
  (error) => {
    console.log(JSON.stringify({ failed: String((error && error.stack) || error) }));
    process.exitCode = 1;
  },
);
