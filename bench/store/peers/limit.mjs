/** The limit: node:http, pg, our own SQL as prepared statements, and JSON written by hand. No GraphQL and no checks. */
import { createServer } from "node:http";
import pg from "pg";
import { pageStatement } from "../../../dist/src/recognitions/store/recognition.page.js";
import { prepared, store } from "../prepared.mjs";
import { newReading, PARTNER, trafficOf } from "../reading.mjs";
import { openTables, PLAN_ONCE } from "../tables.mjs";

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  onConnect: (client) => client.query(PLAN_ONCE),
});
const rows = async (statement) => (await pool.query(prepared(statement))).rows.map((values) => statement.read(values));
const tables = await openTables(process.env.DATABASE_URL);
const principal = { partnerId: PARTNER };

const nextPlate = trafficOf(Number(process.env.ROWS));

const text = (value) => (value === null ? "null" : `"${value}"`);
const scalars = (r) =>
  `"id":"${r.id}","plateNumber":"${r.plateNumber}","province":${text(r.province)},"color":"${r.color}","type":"${r.type}","confidence":${r.confidence},"brightness":${r.brightness},"direction":"${r.direction}","capturedAt":"${r.capturedAt}","recognizedAt":"${r.recognizedAt}","cameraId":${text(r.cameraId)},"engine":"${r.engine}"`;
const request = ({ request: r }) =>
  `"request":{"id":"${r.id}","status":"${r.status}","durationMs":${r.durationMs},"createdAt":"${r.createdAt}"}`;
const list = (write) => (found) => `{"nodes":[${found.map((row) => `{${write(row)}}`).join(",")}]}`;

const parts = (requests) => ({ boxes: false, requests, images: false });
const page = (filter, size, after, withRequests) =>
  rows(
    pageStatement(
      tables,
      principal,
      filter,
      { order: "CAPTURED_AT_DESC", size, backward: false, after, before: null, parts: parts(withRequests) },
      null,
      [],
    ),
  );

const routes = {
  "/newest": ({ gte, lt }) =>
    page({ capturedAt: { gte, lt }, confidence: { gte: 80 } }, 50, null, false).then(list(scalars)),
  "/plate": ({ number }) =>
    page({ plateNumber: { eq: number } }, 20, null, true).then(list((row) => `${scalars(row)},${request(row)}`)),
  "/byId": async ({ id }) => {
    const { columns, join, read } = tables.recognitionWith(parts(true));
    const { p, fromRecognitions } = tables;
    const text = `SELECT ${columns.join(", ")} FROM ${fromRecognitions} ${join} WHERE ${p.partnerId} = $1 AND ${p.id} = $2`;
    const [row] = await rows({ text, values: [PARTNER, id], read });
    return `{${scalars(row)},${request(row)}}`;
  },
  "/deep": ({ value, id }) => page({}, 50, { value, id }, false).then(list(scalars)),
  "/store": async () => {
    const reading = newReading(nextPlate());
    const { request: stored, recognition } = reading;
    await store(pool, tables, reading);
    return `{"request":{"id":"${stored.id}"},"recognitions":[{"id":"${recognition.id}","plateNumber":"${recognition.plateNumber}"}]}`;
  },
};

const server = createServer((incoming, outgoing) => {
  let body = "";
  incoming.setEncoding("utf8");
  incoming.on("data", (chunk) => (body += chunk));
  incoming.on("end", async () => {
    const answer = Buffer.from(await routes[incoming.url](JSON.parse(body)));
    outgoing.writeHead(200, { "content-type": "application/json", "content-length": answer.length });
    outgoing.end(answer);
  });
});
process.once("SIGINT", () => process.exit(0));
server.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
