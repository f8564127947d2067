// Adds to the population of a city, in this thread or in one of the pool.
({
  access: 'public',
  parameters: { id: 'string', by: 'number', pool: '?boolean' },

  method: async ({ id, by, pool }) => {
    const args = { id, by };
    return pool ? application.invoke({ method: 'lib.cities.grow', args }) : lib.cities.grow(args);
  },
});
