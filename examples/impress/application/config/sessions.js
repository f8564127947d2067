// Sessions, which this example does not use.
({
  sid: 'token',
  characters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  secret: 'change-me',
  length: 64,
  expire: 24 * 60 * 60 * 1000,
  persistent: false,
  regenerate: 60 * 60 * 1000,
  limits: { ip: 20, user: 5 },
});
