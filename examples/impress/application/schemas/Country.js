// A country, which cities name.
({
  Registry: {},

  name: { type: 'string', unique: true },
});
