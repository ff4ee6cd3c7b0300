/**
 * What one hostile caller can do to a server, over real HTTP: each request of the audit's parts B and D that cost seconds or gigabytes, with the stall of
 * the event loop, the memory and another caller's waiting time.
 *
 * npm run hostile -- [--only B7,B9] [--rows 200000] [--small] [--stall-ms 250] [--other-ms 1000] [--memory-mb 100]
 */
import { parseArgs } from "node:util";
import sharp from "sharp";
import { DOCUMENT_ATTACKS } from "./document.attacks.mjs";
import { DOOR_CHECKS } from "./door.checks.mjs";
import { multipart, uploadForm } from "./hostile.client.mjs";
import { HTTP_ATTACKS } from "./http.attacks.mjs";
import { SIMILARITY_ATTACKS, storeLikePlates } from "./similar.plates.mjs";
import { startHostedServer } from "./server.process.mjs";
import { startWatch } from "./watch.mjs";

/** Memory is looked at until it is back within the bound, or until so many seconds have passed. */
const SETTLE_SECONDS = 30;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    rows: { type: "string", default: "20000" },
    small: { type: "boolean", default: false },
    "stall-ms": { type: "string", default: "250" },
    "other-ms": { type: "string", default: "1000" },
    "memory-mb": { type: "string", default: "100" },
  },
});
const bounds = {
  stall: Number(values["stall-ms"]),
  other: Number(values["other-ms"]),
  memory: Number(values["memory-mb"]),
};
const wanted = values.only?.split(",");
const chosen = (list) => list.filter(({ finding }) => wanted === undefined || wanted.includes(finding));

/** A smaller form, for `npm test`: fewer and shorter requests of the same kinds. */
const scale = values.small ? 0.1 : 1;
const server = await startHostedServer({ rows: values.small ? 2000 : Number(values.rows), prepare: storeLikePlates });
const failures = [];
try {
  await warmUp(server);
  const quiet = await measured(server, "", () => new Promise((resolve) => setTimeout(resolve, 2000)));
  print(["", "nothing, for comparison", quiet, ""]);
  for (const { finding, name, run } of chosen([...HTTP_ATTACKS, ...SIMILARITY_ATTACKS, ...DOCUMENT_ATTACKS])) {
    const result = await measured(server, finding, () => run(server, scale));
    const faults = [
      ...(result.error === null ? [] : [result.error]),
      ...(result.lag > bounds.stall ? [`stall over ${bounds.stall} ms`] : []),
      ...(result.other > bounds.other ? [`another caller waited over ${bounds.other} ms`] : []),
      ...(result.otherFailures > 0 ? [`${result.otherFailures} of another caller's queries failed`] : []),
      ...(result.after - result.before > bounds.memory ? [`memory not back within ${bounds.memory} MB`] : []),
    ];
    if (faults.length > 0) failures.push(`${finding} ${name}: ${faults.join("; ")}`);
    print([finding, name, result, faults.length === 0 ? "ok" : `FAILED: ${faults.join("; ")}`]);
  }
  for (const { finding, name, run } of chosen(DOOR_CHECKS)) {
    const fault = await run(server).then(
      () => null,
      (error) => error.message,
    );
    if (fault !== null) failures.push(`${finding} ${name}: ${fault}`);
    console.log(`${finding.padEnd(4)} ${name.padEnd(64)} ${fault === null ? "ok" : `FAILED: ${fault}`}`);
  }
  const logged = server.faultLines();
  if (logged.length > 0) failures.push(`${logged.length} lines of the log are errors, such as ${logged[0]}`);
} finally {
  await server.stop();
}
for (const failure of failures) console.error(failure);
process.exit(failures.length === 0 ? 0 : 1);

/** What ordinary callers do, the largest photos included: what the engine keeps for those is no attack's doing. */
async function warmUp({ url }) {
  const largest = await sharp({ create: { width: 4000, height: 2500, channels: 3, background: "grey" } })
    .jpeg()
    .toBuffer();
  await Promise.all(Array.from({ length: 8 }, () => multipart(`${url}/graphql`, uploadForm(largest))));
  for (let count = 0; count < 20; count += 1) {
    await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"query":"{ plateRecognitions(first: 20) { nodes { plateNumber } } }"}',
    }).then((response) => response.text());
  }
}

/** Runs the attack and watches meanwhile, and until memory is back or `SETTLE_SECONDS` have passed. */
async function measured({ url, pid }, finding, attack) {
  const watch = await startWatch({ url, pid });
  const started = performance.now();
  let outcome = "";
  let error = null;
  try {
    outcome = (await attack()) ?? "";
  } catch (cause) {
    error = cause.message;
  }
  const seconds = (performance.now() - started) / 1000;
  const result = await watch.end(finding === "" ? 0 : SETTLE_SECONDS, bounds.memory);
  return { ...result, seconds, outcome, error };
}

function print([finding, name, result, verdict]) {
  const stall = [result.stall, result.lag, result.work].map((value) => value.toFixed(0).padStart(4)).join("/");
  const megabytes = [result.before, result.peak, result.after].map((value) => value.toFixed(0)).join(" → ");
  console.log(
    `${finding.padEnd(4)} ${name.padEnd(64)} ${result.seconds.toFixed(1).padStart(5)} s  stall ${stall} ms  ` +
      `other's query ${result.other.toFixed(0).padStart(5)} ms  memory ${megabytes.padEnd(18)} MB  ${verdict}  ${result.outcome}`,
  );
}
