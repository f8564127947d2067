'use strict';

// Records out of a storage and into it, as text, one after the other.

const { GsError } = require('../errors.js');
const { guardAll } = require('../arguments.js');
const { optionsOfCall } = require('../call_options.js');
const { toJson, recordFromJson } = require('../values/json.js');
const platform = require('../platform.js');

const FORMATS = ['ndjson', 'json'];
const LINE_BYTES_MAX = 64 * 1024 * 1024;

const lineOf = (row) => {
  const object = row.toObject();
  const { id, $type, $key } = row;
  return toJson({ id, collection: $type, key: $key, data: object });
};

async function* linesOf(storage, collections) {
  for (const name of collections) {
    for await (const row of storage.collection(name)) yield lineOf(row);
  }
}

async function* textOf(lines, format) {
  if (format === 'ndjson') {
    for await (const line of lines) yield `${line}\n`;
    return;
  }
  let separator = '[';
  for await (const line of lines) {
    yield `${separator}\n${line}`;
    separator = ',';
  }
  yield separator === '[' ? '[]\n' : '\n]\n';
}

// Lines of chunks of text or bytes.
async function* splitLines(source) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of source) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop();
    if (rest.length > LINE_BYTES_MAX) {
      throw new GsError('GS_TOO_LARGE', `a line of more than ${LINE_BYTES_MAX} characters`);
    }
    yield* lines;
  }
  if (rest !== '') yield rest;
}

const recordOfLine = (text, number) => {
  try {
    const { collection = '', key, data } = recordFromJson(text);
    if (typeof data !== 'object' || data === null) throw new Error('it has no data');
    return { collection, key, data };
  } catch (error) {
    throw new GsError('GS_INVALID', `line ${number}: ${error.message}`, { cause: error });
  }
};

const files = {
  /**
   * Records as text, a line for each: `{"id":..,"collection":..,"data":{..}}`.
   * @param {{ format?: 'ndjson'|'json', collections?: string[] }} [options]
   * @returns {Readable}
   */
  export(options) {
    const { format = 'ndjson', collections } = optionsOfCall(options, 'export');
    if (!FORMATS.includes(format)) {
      throw new GsError('GS_INVALID', `a format is ${FORMATS.join(' or ')}`);
    }
    const lines = linesOf(this, collections || this.collectionNames());
    return platform.stream.Readable.from(textOf(lines, format), {
      objectMode: false,
      encoding: 'utf8',
    });
  },

  /**
   * Lines of export(), or of rows when `collection` says where they belong. Records with a key
   * replace those that have it, others are added.
   * @param {AsyncIterable<string|Uint8Array>|Iterable<string>} source a stream, for example
   * @returns {Promise<{ count: number }>}
   */
  async import(source, options) {
    const { collection, onProgress, signal } = optionsOfCall(options, 'import');
    let number = 0;
    let count = 0;
    let pending = [];
    const settle = async () => {
      await Promise.all(pending);
      count += pending.length;
      pending = [];
      if (onProgress) onProgress(count);
    };
    for await (const line of splitLines(source)) {
      number++;
      if (line.trim() === '') continue;
      if (signal) signal.throwIfAborted();
      const row = collection
        ? { collection, data: recordFromJson(line) }
        : recordOfLine(line, number);
      const { key } = row;
      pending.push(this.insertInto(row.collection, row.data, { key }));
      if (pending.length >= 2048) await settle();
    }
    await settle();
    return { count };
  },
};

guardAll(files);

module.exports = { files };
