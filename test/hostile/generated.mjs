/**
 * Generated hostile requests against a real server with two partners' records. Fails where an answer is a fault of the server, holds anything of the other
 * partner, or does not come, where the process ends, where its memory grows, or where the other partner's records are not what they were.
 *
 * npm run hostile:generated -- [--requests 100000] [--seed 1] [--memory-mb 50] [--heap-mb 10] [--rows 2000]
 */
import { readFile } from "node:fs/promises";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { HostileRequests } from "./generated.requests.mjs";
import { Random } from "./random.mjs";
import { startHostedServer } from "./server.process.mjs";

const IN_FLIGHT = 16;
/** An answer that takes longer counts as none. */
const ANSWER_MS = 30_000;
/** How long a connection of raw bytes is watched for an answer. */
const RAW_MS = 1_000;
/** Memory is looked at after each of so many parts of the requests; the mean of parts 8 to 10 is compared with that of parts 3 to 5. */
const PARTS = 10;
/** From the signal to the end of a full collection. */
const COLLECTED_MS = 1_500;
/** Nobody but the victim sends these texts; an answer that holds one leaks. */
const SECRETS = { plate: "桂Z9K8J7", reference: "victim-reference-7f3a", camera: "victim-camera-91c2" };

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    "memory-mb": { type: "string", default: "50" },
    "heap-mb": { type: "string", default: "10" },
    rows: { type: "string", default: "2000" },
  },
});
const total = Number(values.requests);
const started = performance.now();
const server = await startHostedServer({
  rows: Number(values.rows),
  settings: { RATE_LIMIT_PER_MINUTE: "0", TRUSTED_PROXIES: "loopback", AUDIT_SEARCHES: "true" },
});
const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
const failures = [];
const statuses = new Map();
const codes = new Map();
try {
  await attack();
} finally {
  agent.destroy();
  await server.stop();
}
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(
  `seed ${values.seed}: ${total} requests in ${seconds} s; answers ${listed(statuses)}; codes ${listed(codes)}`,
);
for (const failure of failures.slice(0, 20)) console.error(`FAILED: ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);

async function attack() {
  const victim = await server.createKey("victim", "recognize,read,admin");
  const attacker = await server.createKey("attacker", "recognize,read,admin");
  const reader = await server.createKey("attacker", "read");
  const theirs = await recordsOf(victim, SECRETS);
  const own = await recordsOf(attacker, { plate: "粤B12345", reference: "own", camera: "gate" });
  const known = {
    ids: [...theirs.ids, ...theirs.ids, ...own.ids],
    cursors: [...theirs.cursors, ...own.cursors],
    lookups: [victim, attacker].map((key) => key.slice(4, 16)),
  };
  const generator = new HostileRequests(new Random(Number(values.seed)), known, [attacker, attacker, reader, null]);
  let sent = 0;
  const sendUntil = async (end) => {
    const worker = async () => {
      while (sent < end && failures.length < 100) {
        sent += 1;
        await check(generator.next(), theirs.ids);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    if (!server.lives()) throw new Error("the server has ended");
    const { status } = await send({ method: "GET", path: "/readyz", headers: {}, body: "" });
    if (status !== 200) failures.push(`/readyz answers ${status} after ${end} requests`);
  };
  const memory = [];
  for (let part = 1; part <= PARTS; part += 1) {
    await sendUntil(Math.ceil((total * part) / PARTS));
    memory.push(await memoryInUse());
  }
  for (const [what, most] of Object.entries({
    resident: Number(values["memory-mb"]),
    heap: Number(values["heap-mb"]),
  })) {
    const series = memory.map((each) => each[what]);
    const grown = mean(series.slice(-3)) - mean(series.slice(2, 5));
    console.log(
      `${what} MB after each tenth: ${series.map((each) => each.toFixed(0)).join(" ")}; ${grown.toFixed(1)} more at the end`,
    );
    if (grown > most) failures.push(`${what} memory grew by ${grown.toFixed(1)} MB, of ${most}`);
  }
  const { snapshot } = await read(victim);
  if (snapshot !== theirs.snapshot) failures.push("the victim's records are not what they were");
  for (const line of server.faultLines().slice(0, 5)) failures.push(`logged: ${line.slice(0, 1500)}`);
}

/** Reads a photo for the partner, corrects the plate in it, and gives what the partner then sees of it. */
async function recordsOf(key, { plate, reference, camera }) {
  const image = (await readFile(new URL("../fixtures/blue.jpg", import.meta.url))).toString("base64");
  const { recognizeBase64 } = await ask(
    key,
    "mutation ($image: String!, $options: RecognizeOptions) { recognizeBase64(image: $image, options: $options) { recognitions { id } } }",
    { image, options: { cameraId: camera, externalReference: reference } },
  );
  const id = recognizeBase64.recognitions[0].id;
  await ask(
    key,
    "mutation ($id: ID!, $plate: String!) { correctPlateRecognition(id: $id, plateNumber: $plate) { id } }",
    { id, plate },
  );
  return read(key);
}

async function read(key) {
  const data = await ask(
    key,
    `{ plateRecognitions { edges { cursor node { id plateNumber readPlateNumber cameraId } } }
       recognitionRequests { edges { cursor node { id externalReference status } } }
       plates(orderBy: NUMBER_ASC) { edges { cursor node { id number sightings } } } }`,
  );
  const edges = Object.values(data).flatMap((connection) => connection.edges);
  if (edges.length < 3) throw new Error("the partner has no records");
  return {
    ids: edges.map(({ node }) => node.id),
    cursors: edges.map(({ cursor }) => cursor),
    snapshot: JSON.stringify(data),
  };
}

async function ask(key, query, variables = {}) {
  // An address that no hostile request has: wrong keys do not count against it.
  const headers = {
    "content-type": "application/json",
    authorization: `Bearer ${key}`,
    "x-forwarded-for": "192.0.2.1",
  };
  const answer = await send({ method: "POST", path: "/graphql", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = JSON.parse(answer.text);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

async function check(hostile, victimIds) {
  const { status, text } = hostile.raw === undefined ? await send(hostile) : await sendRaw(hostile.raw);
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  for (const [, code] of text.matchAll(/"(?:code|error_code)":"?(\w+)/g)) codes.set(code, (codes.get(code) ?? 0) + 1);
  const asked =
    hostile.raw?.toString("latin1") ??
    `${hostile.method} ${hostile.path} ${JSON.stringify(hostile.headers)} ${hostile.body.toString()}`;
  const fail = (fault) =>
    failures.push(`${fault}\n  asked: ${asked.slice(0, 1500)}\n  answer: ${status} ${text.slice(0, 800)}`);
  if (status >= 500 && !(status === 503 && text.includes("SERVER_BUSY"))) fail(`status ${status}`);
  if (text.includes("INTERNAL_SERVER_ERROR")) fail("INTERNAL_SERVER_ERROR");
  // The victim's ids are known to the attacker here, and that of a plate is made of its number: the attacker's own audit log tells which it asked for.
  const shown = text.replaceAll(/"subject":"nodes? \\"[^"\\]*\\""/g, "");
  for (const [what, secret] of Object.entries(SECRETS)) if (shown.includes(secret)) fail(`the victim's ${what}`);
  // An error may quote what was sent.
  for (const id of victimIds) if (text.includes(id) && !decoded(asked).includes(id)) fail("an id of the victim");
  if (status === 0 && hostile.raw === undefined) fail("no answer");
}

function decoded(text) {
  return `${text}${text.replaceAll(/%([0-9a-f]{2})/gi, (_all, digits) => String.fromCharCode(Number.parseInt(digits, 16)))}`;
}

/** Status 0 where no answer came. */
function send({ method, path, headers, body }) {
  return new Promise((resolve) => {
    const options = { method, agent, headers: { "content-length": Buffer.byteLength(body), ...headers } };
    const outgoing = httpRequest(`${server.url}${path}`, options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.once("close", () => resolve({ status: response.complete ? response.statusCode : 0, text }));
    });
    outgoing.setTimeout(ANSWER_MS, () => outgoing.destroy());
    outgoing.once("error", (error) => resolve({ status: 0, text: String(error) }));
    outgoing.end(body);
  });
}

function sendRaw(bytes) {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("error", () => undefined);
    socket.setTimeout(RAW_MS, () => socket.destroy());
    socket.once("close", () => resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text }));
  });
}

/**
 * What the server holds, in MB, after a full collection: V8 itself collects most of its heap only when more than its limit is asked for, which depends on
 * the machine's memory, so that a server that leaks nothing grows for minutes.
 */
async function memoryInUse() {
  process.kill(server.pid, "SIGUSR2");
  await sleep(COLLECTED_MS);
  const { text } = await send({ method: "GET", path: "/metrics", headers: {}, body: "" });
  const heap = Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(text)?.[1]) / 2 ** 20;
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${server.pid}/status`, "utf8")) ?? [];
  return { resident: Number(kilobytes) / 1024, heap };
}

function mean(numbers) {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

function listed(counts) {
  return [...counts]
    .sort(([, left], [, right]) => right - left)
    .map(([name, count]) => `${count}×${name}`)
    .join(" ");
}
