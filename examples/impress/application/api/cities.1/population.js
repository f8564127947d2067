// The population of a city as this thread and one of the pool read it.
({
  access: 'public',
  parameters: { id: 'string' },

  method: async ({ id }) => {
    const here = await lib.cities.population({ id });
    const there = await application.invoke({ method: 'lib.cities.population', args: { id } });
    return { here, there };
  },
});
