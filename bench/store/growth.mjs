/**
 * `npm run bench:growth -- --sizes 100000,1000000`: what each query costs as the store grows, one caller, middle and p95 of many runs over the wire; to
 * bench/RESULTS.md. DATABASE_URL is not looked at: every size has a database of its own in data-bench/.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";
import { quantile, table } from "../tables.mjs";
import { bodiesOf } from "./cases.mjs";
import { openDatabase } from "./database.mjs";
import { startServer } from "./processes.mjs";
import { writeSection } from "./results.mjs";

const RUNS = 200;
const { values: options } = parseArgs({ options: { sizes: { type: "string", default: "100000,1000000,10000000" } } });
const sizes = options.sizes.split(",").map(Number);

const costs = {};
for (const rows of sizes) {
  const database = await openDatabase(rows);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const server = await startServer(
    process.execPath,
    [fileURLToPath(new URL("peers/plategraph.mjs", import.meta.url))],
    {
      PATH: process.env.PATH,
      DATABASE_URL: database.url,
      PORT: "0",
      NODE_ENV: "production",
    },
  );
  try {
    for (const [name, bodies] of Object.entries(await queriesOf(client, server.url))) {
      const times = await timed(server.url, bodies);
      (costs[name] ??= []).push(`${quantile(times, 0.5).toFixed(1)} (${quantile(times, 0.95).toFixed(1)})`);
      console.log(String(rows).padStart(9), name.padEnd(45), costs[name].at(-1));
    }
  } finally {
    await server.stop();
    await client.end();
    await database.close();
  }
}
const text = [
  `Milliseconds a request over HTTP, one caller, middle (p95) of ${RUNS} runs, fewer for statistics; rows in the store across.`,
  table(
    ["query", ...sizes.map((rows) => rows.toLocaleString("en"))],
    Object.entries(costs).map(([name, cells]) => [name, ...cells]),
  ),
].join("\n\n");
await writeSection("growth", text);

async function queriesOf(client, url) {
  const { newest, plate, byId, deep, store } = await bodiesOf("plategraph", client, url);
  const { rows } = await client.query("SELECT number, last_seen_at FROM plates ORDER BY md5(number) LIMIT 200");
  const list = (filter, first = 20) =>
    JSON.stringify({
      query: `query ($filter: PlateRecognitionFilter) { plateRecognitions(filter: $filter, first: ${first}) { nodes { id plateNumber capturedAt } } }`,
      variables: { filter },
    });
  const numbers = rows.map(({ number }) => number);
  const month = (at) => ({ gte: new Date(at - 30 * 86_400_000).toISOString(), lt: new Date(at).toISOString() });
  return {
    "newest 50 (page 1)": [list({}, 50)],
    "20,000 rows deep": deep,
    "newest 50 in a day with confidence ≥ 80": newest,
    "a plate's newest 20 with their requests": plate,
    "one by id with its request": byId,
    "plate with sightings, first and last seen": numbers.map((number) =>
      JSON.stringify({
        query: "query ($n: String!) { plate(number: $n) { sightings firstSeenAt lastSeenAt } }",
        variables: { n: number },
      }),
    ),
    "similarPlates, distance 2": numbers.map((number) =>
      JSON.stringify({
        query: "query ($n: String!) { similarPlates(number: $n) { distance plate { number } } }",
        variables: { n: number },
      }),
    ),
    "contains three characters": numbers.map((number) => list({ plateNumber: { contains: number.slice(-3) } })),
    "contains two characters": numbers.map((number) => list({ plateNumber: { contains: number.slice(-2) } })),
    "matches with ? and *": numbers.map((number) =>
      list({ plateNumber: { matches: `${number.slice(0, 2)}?${number.slice(3, 5)}*` } }),
    ),
    "a camera's newest 20": numbers.map((_, index) => list({ cameraId: [`camera-${index}`] })),
    "a kind that nobody has": [list({ type: ["HONG_KONG"] })],
    "a mutation storing a reading": store,
    "statistics of a month by day": rows.slice(0, 10).map(({ last_seen_at: at }) =>
      JSON.stringify({
        query:
          "query ($filter: PlateRecognitionFilter) { recognitionStats(filter: $filter, interval: DAY) { start count distinctPlates } }",
        variables: { filter: { capturedAt: month(at.getTime()) } },
      }),
    ),
  };
}

async function timed(url, bodies) {
  const times = [];
  // A set of ten is dear to run.
  const runs = bodies.length === 10 ? 10 : RUNS;
  for (let run = -5; run < runs; run += 1) {
    const started = performance.now();
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: bodies[(run + 5) % bodies.length],
    });
    const { errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    if (run >= 0) times.push(performance.now() - started);
  }
  return times;
}
