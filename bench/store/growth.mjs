/**
 * `npm run bench:growth -- --sizes 100000,1000000`: what each query costs as the store grows, one caller, over the wire: a table in
 * bench/RESULTS.md and a chart in bench/growth.svg. DATABASE_URL is not looked at: every size has a database of its own in data-bench/.
 */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";
import { table } from "../tables.mjs";
import { growthBodies, INSERT, PAGE_1, PAGE_20000, STATISTICS } from "./growth.cases.mjs";
import { openDatabase } from "./database.mjs";
import { installPackages } from "./packages.mjs";
import { load, startServer } from "./processes.mjs";
import { writeSection } from "./results.mjs";

const { values: options } = parseArgs({
  options: {
    sizes: { type: "string", default: "100000,1000000,10000000" },
    seconds: { type: "string", default: "3" },
  },
});
await installPackages();
const sizes = options.sizes.split(",").map(Number);
const folder = await mkdtemp(join(tmpdir(), "plategraph-growth-"));

/** By the query's name, one for each size. */
const costs = {};
for (const rows of sizes) {
  const database = await openDatabase(rows);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const started = new Date();
  const server = await startServer(
    process.execPath,
    [fileURLToPath(new URL("peers/plategraph.mjs", import.meta.url))],
    { PATH: process.env.PATH, DATABASE_URL: database.url, PORT: "0", NODE_ENV: "production", ROWS: String(rows) },
  );
  try {
    for (const [name, bodies] of Object.entries(await growthBodies(client, server.url, rows))) {
      const file = join(folder, "bodies");
      await writeFile(file, `${bodies.join("\n")}\n`);
      const at = { url: `${server.url}/graphql`, file, connections: 1 };
      await load({ ...at, seconds: 1 });
      // A month's statistics may take longer than all the time that the others need.
      const seconds = Number(options.seconds) * (name === STATISTICS ? 10 : 1);
      const cost = await load({ ...at, seconds });
      (costs[name] ??= []).push(cost);
      console.log(String(rows).padStart(9), name.padEnd(45), `${cost.p50.toFixed(2)} (${cost.p99.toFixed(2)})`);
    }
  } finally {
    await server.stop();
    await client.query("DELETE FROM recognition_requests WHERE created_at >= $1", [started]);
    await client.end();
    await database.close();
  }
}

const ratio = (name, to, from) => (costs[name].at(to).p50 / from.p50).toFixed(2);
const text = [
  `Milliseconds a request over HTTP, one caller, middle (p99) of ${options.seconds} seconds; rows in the store across.`,
  table(
    ["query", ...sizes.map((rows) => rows.toLocaleString("en"))],
    Object.entries(costs).map(([name, cells]) => [
      name,
      ...cells.map(({ p50, p99 }) => `${p50.toFixed(2)} (${p99.toFixed(2)})`),
    ]),
  ),
  "![Milliseconds by rows in the store](growth.svg)",
  `Page 20,000 over page 1: ${sizes.map((rows, at) => `${ratio(PAGE_20000, at, costs[PAGE_1][at])} at ${rows.toLocaleString("en")}`).join(", ")} rows (1.5). ` +
    `Storing a reading, the largest store over the smallest: ${ratio(INSERT, -1, costs[INSERT][0])} (1.5).`,
].join("\n\n");
await writeSection("growth", text);
const { drawGrowth } = await import("./growth.chart.mjs");
await drawGrowth(sizes, costs, new URL("../growth.svg", import.meta.url));
