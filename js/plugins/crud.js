'use strict';

// The plugin `globalstorage/crud` of Impress: methods to create, get, select, update and delete
// records of entities, named as those of metasql.
//
//   application/api/geo.1.js
//   ({
//     plugin: 'globalstorage/crud',
//     entities: { City: ['create', 'get', 'select', 'update', 'delete'] },
//     access: 'public',
//   });
//
// Impress takes the text of this function and evaluates it in the sandbox of each thread, where
// nothing around it is there: it uses `db` of the sandbox and what it has inside. `storage` names
// another property of `db` than `gs`; `limit` bounds what select gives, and what update and delete
// reach. With `access` each method is an object with it; without it a function of a context, so
// that a session is needed.

const crud = (unit) => {
  const { entities, access = '', storage = 'gs', limit: most = 1000 } = unit;
  const collectionOf = (entity) => db[storage].collection(entity);

  // What JSON cannot have: a whole number stays one, if it can.
  const plainValue = (name, value) => {
    if (typeof value !== 'bigint') return value;
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  };
  const plain = (value) => JSON.parse(JSON.stringify(value, plainValue));

  // Ids of what a call is about: the one that it names, or those of its conditions.
  const idsOf = async (entity, { id, conditions }) => {
    const collection = collectionOf(entity);
    if (typeof id === 'string') return (await collection.has(id)) ? [id] : [];
    if (typeof conditions !== 'object' || conditions === null) {
      throw new Error('Either id or conditions are expected');
    }
    const rows = await collection.where(conditions).limit(most).all();
    return rows.map((row) => row.id);
  };

  const methods = {
    create: (entity) => async (record) => {
      const { id } = await collectionOf(entity).insert(record);
      return { result: id };
    },

    get:
      (entity) =>
      async ({ id, conditions }) => {
        const collection = collectionOf(entity);
        const isId = typeof id === 'string';
        const found = isId ? collection.peek(id) : await collection.where(conditions || {}).first();
        return { result: plain(found) };
      },

    select:
      (entity) =>
      async ({ conditions = {}, order = [], limit = most, offset = 0 }) => {
        let query = collectionOf(entity).where(conditions);
        for (const one of [order].flat()) {
          const [path, direction] = one.split(':');
          query = query.orderBy(path, direction);
        }
        const rows = await query.limit(Math.min(limit, most)).offset(offset).all();
        return { result: plain(rows) };
      },

    update:
      (entity) =>
      async ({ id, conditions, delta }) => {
        const ids = await idsOf(entity, { id, conditions });
        await Promise.all(ids.map((one) => collectionOf(entity).update(one, delta)));
        return { result: ids.length };
      },

    delete:
      (entity) =>
      async ({ id, conditions }) => {
        const ids = await idsOf(entity, { id, conditions });
        await Promise.all(ids.map((one) => collectionOf(entity).delete(one)));
        return { result: ids.length };
      },
  };

  const iface = {};
  for (const [entity, names] of Object.entries(entities)) {
    for (const name of names) {
      if (!methods[name]) throw new Error(`globalstorage/crud: no such method: ${name}`);
      const method = methods[name](entity);
      const full = `${name}${entity}`;
      iface[full] = access ? () => ({ access, [full]: method, method }) : () => method;
    }
  }
  return iface;
};

module.exports = { crud };
