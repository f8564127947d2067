// Several threads may grow the same city.
async ({ id, by }) => {
  const population = await db.gs.transact((tx) => {
    const city = tx.City.get(id);
    if (city === null) throw new Error(`No such city: ${id}`);
    tx.City.update(id, { population: city.population + by });
    return city.population + by;
  });
  return { worker: application.worker.id, population };
};
