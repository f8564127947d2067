// One server, alone.
({
  cloud: 'example',
  server: 's1',
  instance: 'standalone',
  token: 'no-cloud',
  gc: 60 * 60 * 1000,
});
