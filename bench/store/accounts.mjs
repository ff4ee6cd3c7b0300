/**
 * `npm run bench:accounts`: what an API key, the rate limit and the audit of searches cost a request: our server with all of them and, beside it, for
 * anonymous callers without limit and audit. To bench/RESULTS.md; `--rows 1000000`, `--rounds 15`, `--seconds 1`.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";
import { createApiKey } from "../../dist/src/accounts/api-key.secret.js";
import { middle, table } from "../tables.mjs";
import { bodiesOf, CASES, sampled } from "./cases.mjs";
import { openCopy } from "./database.mjs";
import { load, startServer } from "./processes.mjs";
import { PARTNER } from "./reading.mjs";
import { writeSection } from "./results.mjs";
import { inRounds } from "./rounds.mjs";

const TARGET = 0.85;
const MEASURED = ["newest", "plate", "byId", "store"];
const peer = fileURLToPath(new URL("peers/plategraph.mjs", import.meta.url));
const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "15" },
    seconds: { type: "string", default: "1" },
  },
});

const database = await openCopy(Number(options.rows));
const client = new pg.Client({ connectionString: database.url });
await client.connect();
const servers = [];
try {
  const key = createApiKey();
  await client.query(
    "INSERT INTO api_keys (id, partner_id, lookup, hash, scopes, created_at) VALUES ($1, $2, $3, $4, '{RECOGNIZE,READ}', now())",
    [randomUUID(), PARTNER, key.lookup, key.hash],
  );
  const open = await start({});
  const guarded = await start({ RATE_LIMIT_PER_MINUTE: "1000000000", AUDIT_SEARCHES: "true" });
  const sides = [
    { url: open.url, headers: [] },
    { url: guarded.url, headers: [`authorization: Bearer ${key.text}`] },
  ];
  const bodies = await bodiesOf("plategraph", await sampled(client, Number(options.rows)), open.url);
  const folder = await mkdtemp(join(tmpdir(), "plategraph-bench-"));
  const rows = [];
  for (const each of MEASURED) {
    const file = join(folder, each);
    await writeFile(file, `${bodies[each].join("\n")}\n`);
    rows.push([CASES[each], ...(await compared(sides, file))]);
    console.log(rows.at(-1).join("  "));
  }
  const head = ["request", "without", "with key, limit and audit", `with over without (${TARGET})`];
  await writeSection("accounts", `Requests a second, middle of ${options.rounds} rounds.\n\n${table(head, rows)}`);
} finally {
  for (const server of servers) await server.stop();
  await client.end();
  await database.close();
}

async function start(settings) {
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: database.url,
    PORT: "0",
    NODE_ENV: "production",
    ROWS: options.rows,
  };
  const server = await startServer(process.execPath, [peer], { ...env, LOG_LEVEL: "warn", ...settings });
  servers.push(server);
  return server;
}

/** Requests a second of both sides and the middle of the rounds' ratios. */
async function compared(sides, file) {
  const [without, guarded] = Object.values(
    await inRounds([0, 1], options, async (side, seconds) => {
      const { url, headers } = sides[side];
      return (await load({ url: `${url}/graphql`, file, headers, seconds })).perSecond;
    }),
  );
  const ratios = guarded.map((perSecond, round) => perSecond / without[round]);
  return [middle(without).toFixed(0), middle(guarded).toFixed(0), middle(ratios).toFixed(2)];
}
