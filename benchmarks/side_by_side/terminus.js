// Node with @godaddy/terminus, whose checks run in the request path.
const fs = require('fs');
const http = require('http');
const {createTerminus, HealthCheckError} = require('@godaddy/terminus');
const {Pool} = require('pg');
const {createClient} = require('redis');

const limit = 2000;
const pool = new Pool({connectionString: process.env.DATABASE_URL, max: 10, query_timeout: limit, connectionTimeoutMillis: limit});
const cache = createClient({url: process.env.REDIS_URL});

async function openai() {
  const answer = await fetch(process.env.OPENAI_URL + '/openai/models?api-version=2024-10-21',
                             {headers: {'api-key': 'benchmark'}, signal: AbortSignal.timeout(limit)});
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error('status ' + answer.status);
}

async function ping() {
  let late;
  const limited = new Promise((_, reject) => late = setTimeout(reject, limit, new Error('no answer')));
  await Promise.race([cache.ping(), limited]).finally(() => clearTimeout(late));
}

async function ready() {
  const checks = {database: pool.query('SELECT 1'), redis: ping(), openai: openai(),
                  model: fs.promises.stat(process.env.MODEL_FILE)};
  const failed = (await Promise.allSettled(Object.values(checks))).filter(check => check.status === 'rejected');
  if (failed.length > 0) throw new HealthCheckError('not ready', failed.map(check => String(check.reason)));
}

const server = http.createServer((request, response) => response.end());
createTerminus(server, {healthChecks: {'/health': async () => {}, '/health/ready': ready}});
cache.connect().then(() => server.listen(Number(process.env.PORT), '127.0.0.1'));
