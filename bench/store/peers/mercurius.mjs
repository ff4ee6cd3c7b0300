/** Mercurius with its compiler and loaders, over pg: plain rows by prepared statements, as its users would write it for speed. */
import fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";
import { timestamp } from "../../../dist/src/database/statement.js";
import { store } from "../prepared.mjs";
import { newReading, PARTNER, trafficOf } from "../reading.mjs";
import { openTables, PLAN_ONCE } from "../tables.mjs";

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  onConnect: (client) => client.query(PLAN_ONCE),
});
const tables = await openTables(process.env.DATABASE_URL);

/** As cheaply as ours: PostgreSQL's own text of a time in UTC, made RFC 3339 by our own function. */
const time = (column, name) => `${column} AT TIME ZONE 'UTC' AS "${name}"`;
pg.types.setTypeParser(pg.types.builtins.TIMESTAMP, timestamp);
const COLUMNS = `p.id, p.request_id AS "requestId", p.plate_number AS "plateNumber", p.province, p.color, p.type, p.confidence, p.brightness,
  p.direction, ${time("p.captured_at", "capturedAt")}, ${time("p.recognized_at", "recognizedAt")}, p.camera_id AS "cameraId", p.engine`;
const REQUEST = `r.id, r.status, r.duration_ms AS "durationMs", ${time("r.created_at", "createdAt")}`;
const LATEST = "ORDER BY p.captured_at DESC, p.id DESC";

async function rows(name, text, values) {
  return (await pool.query({ name, text, values })).rows;
}

const schema = `
  type Request { id: ID! status: String! durationMs: Int! createdAt: String! }
  type Recognition { id: ID! plateNumber: String! province: String color: String! type: String! confidence: Int! brightness: Int direction: String!
    capturedAt: String! recognizedAt: String! cameraId: String engine: String! request: Request! }
  type List { nodes: [Recognition!]! }
  type Stored { request: Request! recognitions: [Recognition!]! }
  type Query {
    newest(gte: String!, lt: String!, minConfidence: Int!, first: Int!): List!
    plate(number: String!, first: Int!): List!
    byId(id: ID!): Recognition
    deep(value: String!, id: ID!, first: Int!): List!
  }
  type Mutation { store: Stored! }`;

const nextPlate = trafficOf(Number(process.env.ROWS));

const resolvers = {
  Query: {
    newest: async (_, { gte, lt, minConfidence, first }) => ({
      nodes: await rows(
        "newest",
        `SELECT ${COLUMNS} FROM plate_recognitions p WHERE p.partner_id = $1 AND p.captured_at >= $2 AND p.captured_at < $3
          AND p.confidence >= $4 ${LATEST} LIMIT $5`,
        [PARTNER, gte, lt, minConfidence, first],
      ),
    }),
    plate: async (_, { number, first }) => ({
      nodes: await rows(
        "plate",
        `SELECT ${COLUMNS} FROM plate_recognitions p WHERE p.partner_id = $1 AND p.plate_number = $2 ${LATEST} LIMIT $3`,
        [PARTNER, number, first],
      ),
    }),
    byId: async (_, { id }) =>
      (
        await rows("byId", `SELECT ${COLUMNS} FROM plate_recognitions p WHERE p.partner_id = $1 AND p.id = $2`, [
          PARTNER,
          id,
        ])
      )[0],
    deep: async (_, { value, id, first }) => ({
      nodes: await rows(
        "deep",
        `SELECT ${COLUMNS} FROM plate_recognitions p WHERE p.partner_id = $1 AND (p.captured_at, p.id) < ($2, $3) ${LATEST} LIMIT $4`,
        [PARTNER, value, id, first],
      ),
    }),
  },
  Mutation: {
    store: async () => {
      const reading = newReading(nextPlate());
      const { request, recognition } = reading;
      await store(pool, tables, reading);
      return { request, recognitions: [recognition] };
    },
  },
};

const loaders = {
  Recognition: {
    request: async (queries) => {
      const found = await rows(
        "requests",
        `SELECT ${REQUEST} FROM recognition_requests r WHERE r.partner_id = $1 AND r.id = ANY($2)`,
        [PARTNER, queries.map(({ obj }) => obj.requestId)],
      );
      const byId = new Map(found.map((row) => [row.id, row]));
      return queries.map(({ obj }) => byId.get(obj.requestId));
    },
  },
};

process.once("SIGINT", () => process.exit(0));
const app = fastify();
app.register(mercurius, { schema, resolvers, loaders, jit: 1, graphiql: false });
console.log(`listening on ${await app.listen({ host: "127.0.0.1", port: 0 })}`);
