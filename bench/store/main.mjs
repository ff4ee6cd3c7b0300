/**
 * `npm run bench`: our server, Mercurius, PostGraphile and the limit on the same rows; for each case all of them loaded in turn in many short rounds;
 * requests a second and p99 go to bench/RESULTS.md, and the ratios of each round. `--rows 1000000`, `--rounds 9`, `--seconds 2`, `--only newest,byId,uploads`, `--write`. DATABASE_URL names a server
 * to use, whose database must be seeded and is written to; without it an embedded one is set up in data-bench/ and kept.
 */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";
import { bodiesOf, CASES, sampled } from "./cases.mjs";
import { openCopy } from "./database.mjs";
import { installPackages, NODE_22 } from "./packages.mjs";
import { load, startServer } from "./processes.mjs";
import { writeResults } from "./results.mjs";
import { inRounds } from "./rounds.mjs";
import { measureUploads } from "./uploads.mjs";

const peers = fileURLToPath(new URL("peers/", import.meta.url));
const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "9" },
    seconds: { type: "string", default: "2" },
    only: { type: "string" },
    servers: { type: "string", default: "plategraph,mercurius,postgraphile,limit" },
    write: { type: "boolean", default: false },
  },
});

const names = options.servers.split(",");
const wanted = options.only?.split(",") ?? [...Object.keys(CASES), "uploads"];
const cases = wanted.filter((each) => each in CASES);
await installPackages();
const database = await openCopy(Number(options.rows));
const client = new pg.Client({ connectionString: database.url });
await client.connect();
const folder = await mkdtemp(join(tmpdir(), "plategraph-bench-"));
const results = {};
/** Of each case, by server. */
const bodies = {};
let uploads = null;
try {
  const samples = await sampled(client, Number(options.rows));
  for (const each of cases) results[each] = await withServers((servers) => compare(each, servers, samples));
  if (wanted.includes("uploads")) uploads = await measureUploads(folder, environment(), options);
} finally {
  await client.end();
  await database.close();
}
await writeResults(results, uploads, { rows: Number(options.rows), ...options });

/** Of each server, what it did in each round. */
async function compare(each, servers, samples) {
  const loads = {};
  for (const [name, { url }] of Object.entries(servers)) {
    bodies[name] ??= await bodiesOf(name, samples, url);
    const file = join(folder, `${name}-${each}`);
    await writeFile(file, `${bodies[name][each].join("\n")}\n`);
    loads[name] = { url: url + (name === "limit" ? `/${each}` : "/graphql"), file };
  }
  const measured = await inRounds(names, options, (name, seconds) => load({ ...loads[name], seconds }));
  for (const [name, rounds] of Object.entries(measured))
    console.log(each.padEnd(7), name.padEnd(13), ...rounds.map(({ perSecond }) => perSecond.toFixed(0).padStart(6)));
  return measured;
}

/** All of them at once, on one core; only one is under load at a time. */
async function withServers(work) {
  const servers = {};
  try {
    for (const name of names) {
      const node = name === "postgraphile" ? NODE_22 : process.execPath;
      servers[name] = await startServer(node, [join(peers, `${name}.mjs`)], environment());
    }
    return await work(servers);
  } finally {
    for (const server of Object.values(servers)) await server.stop();
  }
}

function environment() {
  return {
    PATH: process.env.PATH,
    DATABASE_URL: database.url,
    PORT: "0",
    NODE_ENV: "production",
    GRAPHILE_ENV: "production",
    LOG_LEVEL: "warn",
    ROWS: options.rows,
  };
}
