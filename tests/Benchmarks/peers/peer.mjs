// One peer carries jobs through their whole life on the database that the PG* variables name: add, run a no-op, complete.
// At most `waiting` jobs are added ahead of those that have ended. Prints the seconds from the first add to the last completion.
import { setTimeout as pause } from "node:timers/promises";
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import PgBoss from "pg-boss";

const [peer, ...numbers] = process.argv.slice(2);
const [jobs, batch, lanes, waiting] = numbers.map(Number);
const connections = 10;
let ended = 0;

const peers = {
  "graphile-worker": () => graphile({ concurrentJobs: lanes }),
  "graphile-worker-best": () => graphile({ concurrentJobs: 24, localQueue: { size: 500 }, completeJobBatchDelay: 0 }),
  "pg-boss": pgBoss,
};
let cpu = process.cpuUsage();
const seconds = await peers[peer]();
cpu = process.cpuUsage(cpu);
console.log(JSON.stringify({ seconds, cpu: (cpu.user + cpu.system) / 1e6 }));
process.exit(0);

async function add(send) {
  let next = 0;
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (next < jobs) {
      const first = next;
      const size = Math.min(batch, jobs - first);
      next += size;
      while (next - ended > waiting) await pause(1);
      await send(Array.from({ length: size }, (_, i) => ({ number: first + i })));
    }
  }));
}

async function graphile(worker) {
  const logger = new Logger(() => () => {});
  const pgPool = new pg.Pool({ max: connections });
  pgPool.on("error", (error) => { throw error; }).on("connect", (client) => client.on("error", () => {}));
  const options = { pgPool, logger, preset: { worker } };
  const utils = await makeWorkerUtils(options);
  await utils.migrate();
  const send = (payloads) => utils.addJobs(payloads.map((payload) => ({ identifier: "no-op", payload })));
  const work = () => run({ ...options, noHandleSignals: true, taskList: { "no-op": () => { ended++; } } });

  const start = performance.now();
  // Its workers sleep when they find nothing, so a backlog that fits is added first.
  const adding = add(send);
  if (waiting >= jobs) await adding;
  const runner = await work();
  await adding;
  while (ended < jobs) await pause(1);
  // Completed jobs are deleted, at the best settings some time after they ran.
  while ((await pgPool.query("select exists (select from graphile_worker._private_jobs) as left")).rows[0].left) await pause(1);
  const end = performance.now();
  await runner.stop();
  return (end - start) / 1000;
}

// Its work() asks twice a second at most, so lanes of its public fetch() and complete() stand in.
async function pgBoss() {
  const boss = new PgBoss({ host: process.env.PGHOST, user: process.env.PGUSER, database: process.env.PGDATABASE, max: connections });
  boss.on("error", (error) => { throw error; });
  await boss.start();
  await boss.createQueue("no-op");

  const start = performance.now();
  const adding = add((payloads) => boss.insert(payloads.map((data) => ({ name: "no-op", data }))));
  if (waiting >= jobs) await adding;
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (ended < jobs) {
      const fetched = await boss.fetch("no-op", { batchSize: batch });
      if (fetched.length === 0) await pause(1);
      else await boss.complete("no-op", fetched.map((job) => job.id));
      ended += fetched.length;
    }
  }));
  await adding;
  return (performance.now() - start) / 1000;
}
