// Each thread opens the storage; all of them share one engine.
async () => {
  const { model } = application.schemas;
  db.gs = await npm.globalstorage.open({ path: 'data', schema: model, validate: true });
};
