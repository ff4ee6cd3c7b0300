/**
 * `npm run bench`: our server, Mercurius, PostGraphile and the limit on the same rows, in turn, in interleaved rounds; requests a second and p99
 * go to bench/RESULTS.md as ratios. `--rows 1000000`, `--rounds 3`, `--seconds 5`, `--only newest,byId,uploads`, `--write`. DATABASE_URL names a server
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
import { measureUploads } from "./uploads.mjs";

/** Until V8 has compiled what is asked for: on one core that takes some 6 s of load. */
const WARM_UP_SECONDS = 8;
const peers = fileURLToPath(new URL("peers/", import.meta.url));
const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "5" },
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
  for (let round = 1; round <= Number(options.rounds); round += 1) {
    for (const each of cases) {
      for (const name of inTurn(round)) {
        const measured = await withServer(name, (server) => measure(name, each, server, samples));
        ((results[each] ??= {})[name] ??= []).push(measured);
        console.log(
          `round ${round}  ${each.padEnd(7)} ${name.padEnd(13)} ${measured.perSecond.toFixed(0).padStart(7)} a second, p99 ${measured.p99.toFixed(1)} ms`,
        );
      }
    }
  }
  if (wanted.includes("uploads")) uploads = await measureUploads(folder, environment(), options);
} finally {
  await client.end();
  await database.close();
}
await writeResults(results, uploads, { rows: Number(options.rows), ...options });

/** Each goes first now and then: the first finds the database as something else has left it. */
function inTurn(round) {
  const first = (round - 1) % names.length;
  return [...names.slice(first), ...names.slice(0, first)];
}

/** One at a time: what an idle process clears away would fall into another's time. */
async function withServer(name, work) {
  const node = name === "postgraphile" ? NODE_22 : process.execPath;
  const server = await startServer(node, [join(peers, `${name}.mjs`)], environment());
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

async function measure(name, each, server, samples) {
  bodies[name] ??= await bodiesOf(name, samples, server.url);
  const file = join(folder, `${name}-${each}`);
  await writeFile(file, `${bodies[name][each].join("\n")}\n`);
  const url = server.url + (name === "limit" ? `/${each}` : "/graphql");
  await load({ url, file, seconds: WARM_UP_SECONDS });
  return load({ url, file, seconds: Number(options.seconds) });
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
