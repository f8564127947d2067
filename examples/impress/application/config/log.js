// Logging: to the terminal.
({
  keepDays: 1,
  writeInterval: 3000,
  writeBuffer: 64 * 1024,
  toFile: [],
  toStdout: ['system', 'fatal', 'error', 'warn', 'info', 'debug'],
});
