/**
 * `npm run bench:seeing -- [--before DIR]`: what request lines and traces cost a read: the whole server with its log in a file, in every round with its
 * lines switched off and on, beside one with traces and, where a checkout of an earlier build is named, that one. To bench/RESULTS.md; `--rows 1000000`,
 * `--rounds 40`.
 */
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { readFile } from "node:fs/promises";
import pg from "pg";
import { middle, table } from "../tables.mjs";
import { bodiesOf, CASES, sampled } from "./cases.mjs";
import { openCopy } from "./database.mjs";
import { load, SERVER_CORE } from "./processes.mjs";
import { writeSection } from "./results.mjs";
import { inRounds } from "./rounds.mjs";

const { values: options } = parseArgs({
  options: {
    before: { type: "string" },
    requests: { type: "string", default: "byId,newest" },
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "40" },
    seconds: { type: "string", default: "1" },
  },
});

const folder = await mkdtemp(join(tmpdir(), "plategraph-bench-"));
const collector = createServer((request, response) => {
  request.resume().on("end", () => response.setHeader("content-type", "application/json").end("{}"));
});
await new Promise((done) => collector.listen(0, "127.0.0.1", done));
const endpoint = `http://127.0.0.1:${collector.address().port}`;
const database = await openCopy(Number(options.rows));
const client = new pg.Client({ connectionString: database.url });
await client.connect();
const [WITHOUT, WITH] = ["without lines", "with lines (default)"];
const servers = [];
/** Switches the lines of the server that is named; of the others nothing. */
let tellLines;
try {
  // The first is what the others are compared with.
  const program = "dist/src/main.js";
  if (options.before !== undefined) await start("the build before", join(resolve(options.before), program), {});
  const { url, child } = await start(WITHOUT, "bench/store/peers/lines.mjs", {});
  servers.push({ name: WITH, url, stop: async () => undefined });
  let told = true;
  tellLines = (name) => {
    if ((name !== WITH && name !== WITHOUT) || told === (name === WITH)) return;
    child.kill("SIGUSR2");
    told = !told;
  };
  await start("with lines and every trace", program, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
  const bodies = await bodiesOf("plategraph", await sampled(client, Number(options.rows)), servers[0].url);
  const rows = [];
  for (const each of options.requests.split(",")) {
    const file = join(folder, each);
    await writeFile(file, `${bodies[each].join("\n")}\n`);
    rows.push(...(await compared(each, file)));
  }
  const head = ["request", "server", "requests a second", `over ${servers[0].name}`];
  const text = `Requests a second, middle of ${options.rounds} rounds of ${options.seconds} s; the last column is the middle of the rounds' ratios.`;
  console.log(`${text}\n\n${table(head, rows)}`);
  await writeSection("seeing", `${text}\n\n${table(head, rows)}`);
} finally {
  for (const server of servers) await server.stop();
  await client.end();
  await database.close();
  collector.close();
  await rm(folder, { recursive: true, force: true });
}

/** The server as it is started, its output in a file. */
async function start(name, program, settings) {
  const path = join(folder, `${servers.length}.log`);
  const output = await open(path, "w");
  const env = { PATH: process.env.PATH, DATABASE_URL: database.url, PORT: "0", LOCAL_THREADS: "1", ...settings };
  const child = spawn("taskset", ["-c", SERVER_CORE, process.execPath, program], {
    env: { ...env, NODE_ENV: "production" },
    stdio: ["ignore", output.fd, output.fd],
  });
  await output.close();
  const stop = async () => {
    const exited = once(child, "exit");
    if (child.exitCode === null && child.kill("SIGTERM")) await exited;
  };
  for (let tries = 0; tries < 200; tries += 1) {
    const text = await readFile(path, "utf8");
    const url = /listening on (http:\/\/[^\s"]+)/.exec(text)?.[1];
    if (url !== undefined) {
      const server = { name, url: new URL(url).origin, child, stop };
      servers.push(server);
      return server;
    }
    if (child.exitCode !== null) throw new Error(`${name} ended: ${text}`);
    await setTimeout(100);
  }
  await stop();
  throw new Error(`${name} does not listen`);
}

async function compared(each, file) {
  const urls = Object.fromEntries(servers.map(({ name, url }) => [name, `${url}/graphql`]));
  const measured = await inRounds(Object.keys(urls), options, async (name, seconds) => {
    tellLines(name);
    return (await load({ url: urls[name], file, seconds })).perSecond;
  });
  const [first] = Object.values(measured);
  return Object.entries(measured).map(([name, rounds]) => {
    const ratios = rounds.map((perSecond, round) => perSecond / first[round]);
    return [CASES[each], name, middle(rounds).toFixed(0), middle(ratios).toFixed(2)];
  });
}
