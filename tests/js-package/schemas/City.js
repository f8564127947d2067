// A schema that types are made of: one field of each kind.
({
  Entity: {},
  name: 'string',
  country: 'Country',
  mayor: '?Person',
  sisters: { many: 'City', required: false },
  population: { type: 'number', min: 0, required: false },
  at: { schema: { lat: 'number', lng: 'number' } },
  tags: { array: 'string' },
  seen: { set: 'number', required: false },
  big: '?bigint',
  founded: '?string',
  size: ['number', '?string'],
  names: { map: { string: 'string' }, required: false },
  extra: '?json',
  status: { enum: ['draft', 'live'], default: 'draft' },
});
