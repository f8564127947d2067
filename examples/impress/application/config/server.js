// A thread for each port, and a pool; PORTS has other ports.
({
  host: '127.0.0.1',
  protocol: 'http',
  // A thread for each of them.
  ports: (process.env.PORTS || '8001,8002').split(',').map(Number),
  nagle: false,
  timeouts: { bind: 2000, start: 30000, stop: 5000, request: 5000, watch: 1000, test: 60000 },
  queue: { concurrency: 1000, size: 2000, timeout: 3000 },
  scheduler: { concurrency: 10, size: 2000, timeout: 3000 },
  workers: { pool: 2, wait: 2000, timeout: 5000 },
  cors: { origin: '*' },
});
