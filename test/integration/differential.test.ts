/** Random operations, answered by the server three times and by graphql-js over plain resolvers once: nothing may differ. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from "graphql";
import { difference } from "../differential/comparison.js";
import { generateOperation } from "../differential/document.generator.js";
import { plainSchema } from "../differential/plain.schema.js";
import { seededRows, storeRows, type SeededRows } from "../differential/seeded.rows.js";
import { valuePool } from "../differential/value.pool.js";
import { graphql } from "../support/graphql-client.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

/** `npm run differential -- --documents 20000 --seed 1` sets both. */
const DOCUMENTS = Number(process.env.DIFFERENTIAL_DOCUMENTS ?? "500");
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? String(Date.now() % 1_000_000));
const AT_ONCE = 6;
const MILLISECONDS_PER_DOCUMENT = 1_000;

let database: TestDatabase;
let server: TestServer;
let schema: GraphQLSchema;
let plain: GraphQLSchema;
let rows: SeededRows;

beforeAll(async () => {
  database = await createTestDatabase();
  rows = seededRows(1);
  await storeRows(database, rows);
  // Generated operations ask for more statistics than a caller may have; operation-limits.test.ts is about that.
  server = await startServer({ DATABASE_URL: database.url, MAX_OPERATION_COST: "100000000" });
  const query = getIntrospectionQuery({
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
  });
  const { data } = await graphql<IntrospectionQuery>(server.url, query);
  schema = buildClientSchema(data);
  plain = plainSchema(data, rows);
});

afterAll(async () => {
  const code = await server.stop();
  await database.drop();
  expect(code).toBe(0);
  expect(server.output()).not.toContain('"level":50');
});

test(
  `${DOCUMENTS} operations from seed ${SEED}`,
  async () => {
    const values = valuePool(rows);
    const differences: string[] = [];
    const outcomes = { data: 0, errors: 0, limited: 0 };
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < DOCUMENTS && differences.length < 10) {
        const seed = SEED * 1_000_003 + next++;
        const { outcome, text } = await difference(server.url, plain, generateOperation(schema, values, seed));
        outcomes[outcome] += 1;
        if (text !== null) differences.push(`seed ${seed}: ${text}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    process.stdout.write(`differential: seed ${SEED}, ${JSON.stringify(outcomes)}\n`);
    expect(differences.join("\n\n")).toBe("");
    // Most operations must run for the comparison to mean anything.
    expect(outcomes.data).toBeGreaterThan(DOCUMENTS * 0.5);
    expect(outcomes.limited).toBeLessThan(DOCUMENTS * 0.05);
  },
  60_000 + DOCUMENTS * MILLISECONDS_PER_DOCUMENT,
);
