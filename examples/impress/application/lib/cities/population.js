// In a thread of the pool.
async ({ id }) => {
  const city = db.gs.City.peek(id);
  return { worker: application.worker.id, population: city ? city.population : null };
};
