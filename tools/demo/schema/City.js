// Cities of the demonstration, each in its country.
({
  Entity: {},

  name: { type: 'string', length: { min: 1, max: 100 } },
  country: 'Country',
  lat: { type: 'string', pattern: /^-?\d{1,2}(\.\d+)?$/ },
  lng: { type: 'string', pattern: /^-?\d{1,3}(\.\d+)?$/ },
  admin1: 'string',
  admin2: 'string',

  byCountryAndName: { index: ['country', 'name'] },
  byCountryAndLatitude: { index: ['country', 'lat'] },
});
