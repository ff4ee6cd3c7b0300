/** The audit log: who reads it, what stands in it, and searches that do not wait for it. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import pg from "pg";
import { graphql } from "../support/graphql-client.js";
import { createKey } from "../support/keys-command.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer } from "../support/test-server.js";
import { until } from "../support/until.js";

let database: TestDatabase;
let owner: string;
let reader: string;
let stranger: string;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = await createKey(database.url, "owner", "read,admin");
  reader = await createKey(database.url, "owner", "read");
  stranger = await createKey(database.url, "stranger", "admin");
});

afterAll(() => database.drop());

interface Entry {
  id: string;
  action: string;
  actorKey: string | null;
  subject: string | null;
  affected: number;
}

const LOG = `query ($first: Int, $after: String) {
  auditLog(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id createdAt action actorKey subject affected } }
}`;

interface Log {
  auditLog: { totalCount: number; pageInfo: { hasNextPage: boolean; endCursor: string }; nodes: Entry[] };
}

const plateId = (number: string): string => `plate_${Buffer.from(number).toString("base64url")}`;

test("keys, corrections, erasures and searches stand in it, latest first, by pages, for the partner's admin alone", async () => {
  const [partner] = await database.query<{ id: string }>("SELECT id FROM partners WHERE name = 'owner'");
  const [id] = await storeReadings(
    database,
    [{ plateNumber: "粤A10001", capturedAt: "2026-05-01T00:00:00Z" }],
    partner?.id,
  );
  const server = await startServer({ DATABASE_URL: database.url, AUDIT_SEARCHES: "true" });
  const by = { search: `{ plate(number: "粤a·10001") { number } }` };
  for (const query of [
    by.search,
    `{ similarPlates(number: "粤A10002") { distance } }`,
    `{ plateRecognitions(filter: { plateNumber: { startsWith: "粤A" } }) { nodes { id } } }`,
    `{ plates(filter: { number: { contains: "1 0·0" } }) { nodes { id } } }`,
    // The id of a plate is made of its number: whoever makes one up searches by it.
    `{ node(id: "${plateId("粤A10001")}") { id } }`,
    `{ nodes(ids: ["recognition_${id}", "${plateId("粤A10004")}"]) { id } }`,
    // No search by plate.
    `{ node(id: "recognition_${id}") { id } }`,
    `{ plates(filter: { province: ["粤"] }) { nodes { id } } }`,
    `{ plateRecognitions(filter: { confidence: { gte: 1 } }) { nodes { id } } }`,
    `mutation { correctPlateRecognition(id: "recognition_${id}", plateNumber: "粤A10003") { id } }`,
    `mutation { deletePlateRecognitions(filter: { plateNumber: { eq: "粤A10003" } }) }`,
  ]) {
    expect((await graphql(server.url, query, {}, owner)).errors).toBeUndefined();
  }
  // What waits is written before the server ends.
  expect(await server.stop()).toBe(0);

  const again = await startServer({ DATABASE_URL: database.url });
  try {
    // Not recorded without the setting.
    expect((await graphql(again.url, by.search, {}, owner)).errors).toBeUndefined();
    const entries: Entry[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { data, errors }: { data: Log; errors?: unknown } = await graphql<Log>(
        again.url,
        LOG,
        { first: 3, after },
        owner,
      );
      expect(errors).toBeUndefined();
      expect(data.auditLog.totalCount).toBe(10);
      entries.push(...data.auditLog.nodes);
      ({ endCursor: after, hasNextPage: more } = data.auditLog.pageInfo);
    }
    const [actorKey, readerKey] = [owner.slice(4, 16), reader.slice(4, 16)];
    expect(entries.map(({ id }) => id)).toEqual(
      entries
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
    expect(entries.map(({ action, subject, affected, actorKey: by }) => [action, subject, affected, by])).toEqual([
      ["RECOGNITIONS_ERASED", null, 1, actorKey],
      ["RECOGNITION_CORRECTED", `recognition_${id}`, 1, actorKey],
      ["PLATES_SEARCHED", `nodes "粤A10004"`, 0, actorKey],
      // What named the plate that was erased since.
      ["PLATES_SEARCHED", "node", 0, actorKey],
      ["PLATES_SEARCHED", `plates {"contains":"100"}`, 0, actorKey],
      ["PLATES_SEARCHED", `plateRecognitions {"startsWith":"粤A"}`, 0, actorKey],
      ["PLATES_SEARCHED", `similarPlates "粤A10002"`, 0, actorKey],
      ["PLATES_SEARCHED", "plate", 0, actorKey],
      ["KEY_CREATED", readerKey, 1, null],
      ["KEY_CREATED", actorKey, 1, null],
    ]);
    const forbidden = await graphql(again.url, LOG, {}, reader);
    expect(forbidden.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    const other = await graphql<Log>(again.url, LOG, {}, stranger);
    expect(other.data.auditLog.nodes.map(({ action, subject }) => [action, subject])).toEqual([
      ["KEY_CREATED", stranger.slice(4, 16)],
    ]);
  } finally {
    await again.stop();
  }
});

test("while the log can't be written, 10,000 searches wait; further ones are answered, counted and reported, and it goes on by itself", async () => {
  const server = await startServer({
    DATABASE_URL: database.url,
    AUDIT_SEARCHES: "true",
    RATE_LIMIT_PER_MINUTE: "0",
    DATABASE_STATEMENT_TIMEOUT_MS: "2000",
  });
  const holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
  };
  const written = async (): Promise<number> => {
    const [row] = await database.query<{ count: number }>(
      "SELECT count(*)::int FROM audit_entries WHERE subject LIKE 'plate \"湘W%'",
    );
    return row?.count ?? 0;
  };
  const search = async (n: number, fields: number): Promise<void> => {
    const query = Array.from({ length: fields }, (_, at) => `p${at}: plate(number: "湘W${n}${at}") { number }`).join(
      " ",
    );
    expect((await graphql(server.url, `{ ${query} }`, {}, owner)).errors).toBeUndefined();
  };
  try {
    await holder.query("BEGIN");
    await holder.query("LOCK TABLE audit_entries IN EXCLUSIVE MODE");
    const OPERATIONS = 525;
    let next = 0;
    const caller = async (): Promise<void> => {
      while (next < OPERATIONS) await search(next++, 20);
    };
    await Promise.all(Array.from({ length: 4 }, caller));
    expect(await metric("plategraph_audit_searches_waiting")).toBe(10_000);
    expect(await metric("plategraph_audit_searches_lost_total")).toBe(20 * OPERATIONS - 10_000);
    expect(server.output()).toContain("further searches are not in the audit log until it can be written");
    await holder.query("ROLLBACK");
    await until("written", async () => (await written()) >= 10_000);
    expect(await written()).toBe(10_000);
    await search(OPERATIONS, 1);
  } finally {
    await holder.end();
    expect(await server.stop()).toBe(0);
  }
  expect(await written()).toBe(10_001);
  expect(server.output()).toContain("the audit log could not be written");
  expect(server.output()).toMatch(/"searches":500,.*searches are not in the audit log/);
});
