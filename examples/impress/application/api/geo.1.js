// Methods createCity, getCity, selectCity and the others, made by the package.
({
  plugin: 'globalstorage/crud',
  access: 'public',
  entities: {
    Country: ['create', 'get', 'select'],
    City: ['create', 'get', 'select', 'update', 'delete'],
  },
});
