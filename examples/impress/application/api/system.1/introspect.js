// By which clients load units.
({
  access: 'public',
  method: application.introspect,
});
