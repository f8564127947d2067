'use strict';

// Makes a function again from its source, in a context of its own. Only texts of JSON go in and
// out, so that neither side holds objects of the other. What this does not promise: contract.js.

const vm = require('node:vm');
const { gsError } = require('../errors.js');

// Until the first await, and until the result.
const SYNC_MS_MAX = 1000;
const TOTAL_MS_MAX = 60 * 1000;
const MESSAGE_CHARACTERS_MAX = 1000;

// Runs inside of the context, before the source, so that the source cannot change what it uses.
const START = `(() => {
  'use strict';
  const { parse, stringify } = JSON;
  const { Error, String } = globalThis;
  const failure = (error) => {
    const message = error && error.message !== undefined ? error.message : error;
    return stringify({ error: String(message) });
  };
  const readerOf = (load) => ({
    get: async (id) => {
      const answer = parse(await load(String(id)));
      if ('error' in answer) throw new Error(answer.error);
      return answer.data;
    },
  });
  return (proc, load, args) => (async () => {
    try {
      const result = stringify(await proc(readerOf(load), parse(args)));
      return result === undefined ? '{}' : '{"result":' + result + '}';
    } catch (error) {
      return failure(error);
    }
  })();
})()`;

// Bridges from a reader of ours to texts; never throws an object of ours into the context.
const loadVia = (reader) => async (id) => {
  try {
    return JSON.stringify({ data: await reader.get(id) });
  } catch (error) {
    return JSON.stringify({ error: String(error.message) });
  }
};

const inTime = async (promise, name) => {
  let timer;
  const late = new Promise((resolve, reject) => {
    const message = `The contract ${name} did not end within ${TOTAL_MS_MAX / 1000} s`;
    timer = setTimeout(() => reject(gsError('GS_TOO_LARGE', message)), TOTAL_MS_MAX);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

const run = (script, context, name) => {
  try {
    return script.runInContext(context, { timeout: SYNC_MS_MAX });
  } catch (cause) {
    const text = String(cause && cause.message).slice(0, MESSAGE_CHARACTERS_MAX);
    throw gsError('GS_INVALID', `The contract ${name} cannot run: ${text}`, {
      hint: 'A contract is one function that uses only its arguments.',
    });
  }
};

const compile = (source, name) => {
  try {
    return new vm.Script(`'use strict';\n(${source}\n)`, { filename: `contract ${name}` });
  } catch (cause) {
    throw gsError('GS_INVALID', `The source of the contract ${name} is no function`, { cause });
  }
};

// What the function does not have to see is gone before it starts.
const CALL = new vm.Script(`(({ start, proc, load, args }) => {
  delete globalThis.call;
  return start(proc, load, args);
})(call)`);

const call = async (name, source, reader, args) => {
  const globals = Object.create(null);
  const codeGeneration = { strings: false, wasm: false };
  const context = vm.createContext(globals, { codeGeneration });
  const start = run(new vm.Script(START), context, name);
  const proc = run(source, context, name);
  globals.call = { start, proc, load: loadVia(reader), args: JSON.stringify(args) };
  const answer = JSON.parse(String(await inTime(run(CALL, context, name), name)));
  if ('error' in answer) throw new Error(answer.error);
  return answer.result;
};

/**
 * The function of a source: `async (reader, args) => result`. Each call has a context of its own.
 * @param {string} name of the contract, for messages
 * @param {string} source of one function expression
 */
const loadFunction = (name, source) => {
  const script = compile(source, name);
  const context = vm.createContext(Object.create(null));
  if (typeof run(script, context, name) !== 'function') {
    throw gsError('GS_INVALID', `The source of the contract ${name} is no function`);
  }
  return (reader, args) => call(name, script, reader, args);
};

module.exports = { loadFunction };
