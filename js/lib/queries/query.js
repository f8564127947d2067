'use strict';

// A query under construction, and its rows (docs/QUERY.md).
//
//   await db.City.where({ country: 'UA' }).orderBy('population', 'desc').limit(10).all()
//
// Each call gives a new query, so that one can be kept and refined. `toJSON()` is the object that
// the command line, the server and a live query take as well.

const { GsError } = require('../errors.js');
const { Rows, LiveRows } = require('./rows.js');
const { Subscription } = require('./subscription.js');
const { shown, functionOf, guardAll } = require('../arguments.js');
const { optionsOfCall } = require('../call_options.js');
const { toJson } = require('../values/json.js');

const ORDERS = ['asc', 'desc'];

const list = (values) => values.flat().filter((value) => value !== undefined);

const whole = (value, what) => {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new GsError('GS_INVALID', `${what} takes a whole number, not ${shown(value)}`);
};

// Said here by the call; the engine would say it by a path of the whole query.
const pathsOf = (values, call, example) => {
  for (const value of values) {
    if (typeof value === 'string' && value !== '') continue;
    throw new GsError('GS_INVALID', `${call} takes paths as texts, not ${shown(value)}`, {
      hint: `For example ${example}.`,
    });
  }
  return values;
};

// A value that is missing would be a condition that every record fulfils. What is nested deeper is
// refused as a filter.
const FILTER_DEPTH = 8;

const refuseUndefined = (filter, path = 'where', depth = 0) => {
  for (const [name, value] of Object.entries(filter)) {
    if (value === undefined) {
      throw new GsError('GS_INVALID', `${path}: ${name} is undefined`, {
        hint: 'Leave the field out, or say { $exists: false } for records without it.',
      });
    }
    const isNested = typeof value === 'object' && value !== null && depth < FILTER_DEPTH;
    if (isNested) refuseUndefined(value, `${path}.${name}`, depth + 1);
  }
};

class Query {
  #storage;
  #query;

  /** @param {object} query as in docs/QUERY.md */
  constructor(storage, query) {
    if (typeof query !== 'object' || query === null) {
      throw new GsError('GS_INVALID', `a query is an object, not ${shown(query)}`);
    }
    this.#storage = storage;
    this.#query = query;
  }

  #with(members) {
    return new Query(this.#storage, { ...this.#query, ...members });
  }

  /** Records that pass this filter as well. */
  where(filter) {
    if (typeof filter !== 'object' || filter === null) {
      throw new GsError('GS_INVALID', 'where takes an object: { field: value } or operators');
    }
    refuseUndefined(filter);
    const { filter: before } = this.#query;
    return this.#with({ filter: before ? { $and: [before, filter] } : filter });
  }

  /** By one more field: `orderBy('name')`, `orderBy('population', 'desc')`. */
  orderBy(path, order = 'asc') {
    if (!ORDERS.includes(order)) {
      throw new GsError('GS_INVALID', `orderBy takes 'asc' or 'desc', not ${shown(order)}`);
    }
    pathsOf([path], 'orderBy', "orderBy('name') or orderBy('at.lat', 'desc')");
    const { sort = [] } = this.#query;
    return this.#with({ sort: [...sort, order === 'desc' ? `${path}:desc` : path] });
  }

  limit(count) {
    return this.#with({ limit: whole(count, 'limit') });
  }

  offset(count) {
    return this.#with({ offset: whole(count, 'offset') });
  }

  /** Goes on behind the last row of an earlier page: `page.cursor`. From the first row: null. */
  after(cursor) {
    if (typeof cursor !== 'string' && cursor !== null && cursor !== undefined) {
      throw new GsError('GS_INVALID', `after takes the cursor of a page, not ${shown(cursor)}`);
    }
    return this.#with({ cursor: cursor ?? undefined });
  }

  /** Only these fields: `select('name', 'at.lat')`. */
  select(...fields) {
    const paths = pathsOf(list(fields), 'select', "select('name', 'at.lat')");
    return this.#with({ select: paths });
  }

  /** Records in place of ids that name them: `include('author')`, `include({ author: {..} })`. */
  include(...relations) {
    const include = { ...this.#query.include };
    for (const relation of relations.flat()) {
      if (typeof relation === 'object' && relation !== null) Object.assign(include, relation);
      else include[pathsOf([relation], 'include', "include('author')")[0]] = true;
    }
    return this.#with({ include });
  }

  /** Counts and sums in place of records: docs/QUERY.md, "Groups". */
  groupBy(by, fields = { count: { $count: true } }) {
    const paths = pathsOf([by].flat(), 'groupBy', "groupBy('country', { n: { $count: true } })");
    return this.#with({ group: { by: paths, fields } });
  }

  toJSON() {
    return this.#query;
  }

  // Rows that are not whole records come as text.
  get #asJson() {
    const { select, include, group } = this.#query;
    return Boolean(select || include || group);
  }

  // Of what is one call of the engine: it is not begun.
  #checkSignal(options, call) {
    const { signal } = optionsOfCall(options, call);
    if (signal) signal.throwIfAborted();
  }

  #rows(signal) {
    return new Rows(this.#storage, toJson(this.#query), this.#asJson, signal);
  }

  /** All rows. With `signal` of an AbortController it can be given up. */
  async all(options) {
    return this.#rows(optionsOfCall(options, 'all').signal).all();
  }

  /** The first row; null when there is none. */
  async first(options) {
    const [row = null] = await this.limit(1).all(optionsOfCall(options, 'first'));
    return row;
  }

  /** One page: its rows, and `cursor` for after(); null behind the last one. */
  async page(options) {
    return this.#rows(optionsOfCall(options, 'page').signal).page();
  }

  /** How many records pass, whatever else the query says. */
  async count(options) {
    this.#checkSignal(options, 'count');
    const { collection, filter } = this.#query;
    const query = filter ? { collection, filter } : { collection };
    return (await this.#storage.invoke('count', { query })).count;
  }

  /** Calls back with each row, and waits for what it returns. How many there were. */
  async each(callback, options) {
    functionOf(callback, 'what each calls');
    const { signal } = optionsOfCall(options, 'each');
    let count = 0;
    for await (const row of this.#rows(signal)) {
      await callback(row, count++);
    }
    return count;
  }

  [Symbol.asyncIterator]() {
    return this.#rows()[Symbol.asyncIterator]();
  }

  /** How it is answered: index, rows examined and returned. */
  async explain(options) {
    this.#checkSignal(options, 'explain');
    return this.#storage.invoke('explain', { query: this.#query });
  }

  /**
   * The rows now, and again whenever they change.
   * @param {(result: { rows: any[], changes: object[] }) => void} callback
   * @returns a function that ends it once what was committed before is told; `[Symbol.dispose]` of
   *   it, and `signal`, end it at once
   */
  live(callback, options) {
    functionOf(callback, 'what live calls');
    const given = optionsOfCall(options, 'live');
    return Subscription.begin(this.#storage, toJson(this.#query), this.#asJson, callback, given);
  }

  /** Lists of changes, one after the other, from the rows that are there now on. */
  watch(options) {
    const { signal } = optionsOfCall(options, 'watch');
    return LiveRows.iterate(this.#storage, toJson(this.#query), this.#asJson, signal);
  }
}

const BUILDING = ['where', 'orderBy', 'limit', 'offset', 'after', 'select', 'include', 'groupBy'];
guardAll(Query.prototype, [...BUILDING, 'all', 'first', 'page', 'count', 'explain']);

module.exports = { Query };
