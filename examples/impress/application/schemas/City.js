// A city: its population changes all the time.
({
  Registry: {},

  name: { type: 'string', index: true },
  population: { type: 'number', default: 0 },
  country: { type: 'Country', required: false },
  tags: { array: 'string', required: false },
});
