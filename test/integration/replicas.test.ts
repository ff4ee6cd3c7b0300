import { afterAll, beforeAll, expect, test } from "@jest/globals";
import sharp from "sharp";
import { graphql, WHITE_PIXEL } from "../support/graphql-client.js";
import { holdTable } from "../support/held-table.js";
import { PostgresCluster } from "../support/postgres-cluster.js";
import { startServer, type TestServer } from "../support/test-server.js";
import { storeReadings } from "../support/stored-readings.js";
import { until } from "../support/until.js";

const ROWS = 40;

let primary: PostgresCluster;
let replica: PostgresCluster;
let server: TestServer;

beforeAll(async () => {
  primary = await PostgresCluster.start();
  await primary.migrate();
  const database = { url: primary.url, query: primary.query.bind(primary), drop: async () => undefined };
  await storeReadings(
    database,
    Array.from({ length: ROWS }, (_, index) => ({
      plateNumber: `粤A${10_000 + index}`,
      capturedAt: "2026-03-01T00:00:00Z",
    })),
  );
  replica = await primary.follow();
  await caughtUp();
  server = await startServer({ DATABASE_URL: primary.url, DATABASE_REPLICA_URLS: replica.url });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await replica.remove();
  await primary.remove();
});

async function caughtUp(): Promise<void> {
  const [row] = await primary.query<{ at: string }>("SELECT pg_current_wal_lsn()::text AS at");
  for (let tries = 0; tries < 200; tries += 1) {
    const [there] = await replica.query<{ yes: boolean }>("SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS yes", [
      row?.at,
    ]);
    if (there?.yes) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the replica does not follow");
}

const totalCount = () =>
  graphql<{ plateRecognitions: { totalCount: number } }>(server.url, "{ plateRecognitions { totalCount } }");

async function store(): Promise<string> {
  const { data, errors } = await graphql<{ recognizeBase64: { request: { id: string } } }>(
    server.url,
    `
      mutation ($image: String!) {
        recognizeBase64(image: $image) {
          request {
            id
          }
        }
      }
    `,
    { image: WHITE_PIXEL },
  );
  expect(errors).toBeUndefined();
  return data.recognizeBase64.request.id;
}

async function readBack(id: string): Promise<boolean> {
  const { data, errors } = await graphql<{ recognitionRequest: { id: string } | null }>(
    server.url,
    "query ($id: ID!) { recognitionRequest(id: $id) { id } }",
    { id },
  );
  expect(errors).toBeUndefined();
  return data.recognitionRequest?.id === id;
}

/** The database's own clock. */
async function now(cluster: PostgresCluster): Promise<string> {
  const [row] = await cluster.query<{ now: string }>("SELECT clock_timestamp()::text AS now");
  return row?.now ?? "";
}

/** Connections of the server whose latest statement is a read of the table that began after `since`. */
async function readsOf(cluster: PostgresCluster, table: string, since: string): Promise<number> {
  const rows = await cluster.query(
    "SELECT FROM pg_stat_activity WHERE application_name = 'plategraph' AND query LIKE $1 AND query_start > $2::timestamptz",
    [`%FROM ${table}%`, since],
  );
  return rows.length;
}

test("reads go to the replica", async () => {
  const since = await now(replica);
  expect((await graphql(server.url, "{ plateRecognitions { nodes { id } } }")).errors).toBeUndefined();
  expect(await readsOf(replica, "plate_recognitions", since)).toBe(1);
  expect(await readsOf(primary, "plate_recognitions", since)).toBe(0);
});

test("a caller reads what it just wrote, also from a replica that is behind, and returns to the replica later", async () => {
  await replica.query("SELECT pg_wal_replay_pause()");
  const written = [await store(), await store()];
  for (const id of written) expect(await readBack(id)).toBe(true);
  await replica.query("SELECT pg_wal_replay_resume()");
  await caughtUp();
  await servedByReplica(async () => {
    for (const id of written) expect(await readBack(id)).toBe(true);
  });
});

test("a caller of another server reads what it wrote, by the position that the mutation's answer carries", async () => {
  const other = await startServer({ DATABASE_URL: primary.url, DATABASE_REPLICA_URLS: replica.url });
  const ask = (
    url: string,
    query: string,
    variables: object,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ query, variables }),
    });
  const found = async (headers: Record<string, string>, id: string): Promise<boolean> => {
    const answer = await ask(other.url, "query ($id: ID!) { recognitionRequest(id: $id) { id } }", { id }, headers);
    return ((await answer.json()) as { data: { recognitionRequest: object | null } }).data.recognitionRequest !== null;
  };
  await replica.query("SELECT pg_wal_replay_pause()");
  try {
    const stored = await ask(
      server.url,
      "mutation ($image: String!) { recognizeBase64(image: $image) { request { id } } }",
      { image: WHITE_PIXEL },
    );
    const { data } = (await stored.json()) as { data: { recognizeBase64: { request: { id: string } } } };
    const { id } = data.recognizeBase64.request;
    const position = stored.headers.get("x-plategraph-position") ?? "";
    expect(position).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(await found({}, id)).toBe(false);
    expect(await found({ "x-plategraph-position": position }, id)).toBe(true);
    expect((await ask(other.url, "{ __typename }", {}, { "x-plategraph-position": "later" })).status).toBe(400);
  } finally {
    await replica.query("SELECT pg_wal_replay_resume()");
    await other.stop();
  }
});

test("a position holds for the audit log too, and what another server stored is not billed again while the replica is behind", async () => {
  const settings = { DATABASE_URL: primary.url, DATABASE_REPLICA_URLS: replica.url, REUSE_SECONDS: "60" };
  const [first, second] = await Promise.all([startServer(settings), startServer(settings)]);
  const background = { r: 10, g: 20, b: 30 };
  const photo = await sharp({ create: { width: 16, height: 16, channels: 3, background } })
    .png()
    .toBuffer();
  const ask = (url: string, query: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ query, variables: { image: photo.toString("base64") } }),
    });
  await replica.query("SELECT pg_wal_replay_pause()");
  try {
    const log = async (headers: Record<string, string>): Promise<number> => {
      const answer = await ask(second.url, "{ auditLog { totalCount nodes { action } } }", headers);
      const { data } = (await answer.json()) as { data: { auditLog: { totalCount: number; nodes: unknown[] } } };
      expect(data.auditLog.nodes).toHaveLength(data.auditLog.totalCount);
      return data.auditLog.totalCount;
    };
    const before = await log({});
    const erased = await ask(
      first.url,
      'mutation { deletePlateRecognitions(filter: { plateNumber: { eq: "青Z99999" } }) }',
    );
    expect(await log({})).toBe(before);
    expect(await log({ "x-plategraph-position": erased.headers.get("x-plategraph-position") ?? "" })).toBe(before + 1);

    const recognized = async (url: string): Promise<unknown> => {
      const query = "mutation ($image: String!) { recognizeBase64(image: $image) { reused request { id } } }";
      return ((await (await ask(url, query)).json()) as { data: { recognizeBase64: unknown } }).data.recognizeBase64;
    };
    const stored = (await recognized(first.url)) as { request: object };
    expect(await recognized(second.url)).toEqual({ reused: true, request: stored.request });
  } finally {
    await replica.query("SELECT pg_wal_replay_resume()");
    expect(await Promise.all([first.stop(), second.stop()])).toEqual([0, 0]);
  }
});

/** Repeats the reads until the replica has answered one of them. */
async function servedByReplica(read: () => Promise<void>): Promise<void> {
  const since = await now(replica);
  await until("served by the replica", async () => {
    await read();
    return (await readsOf(replica, "recognition_requests", since)) > 0;
  });
}

/** Reads without a pause while `work` goes on, which may wait for more of them; none may fail or be wrong. */
async function readingMeanwhile(work: (moreReads: () => Promise<void>) => Promise<void>): Promise<void> {
  let going = true as boolean;
  let reads = 0;
  const readers = Array.from({ length: 4 }, async () => {
    while (going) {
      const { data, errors } = await totalCount();
      expect(errors).toBeUndefined();
      expect(data.plateRecognitions.totalCount).toBe(ROWS);
      reads += 1;
    }
  });
  try {
    await work(async () => {
      const before = reads;
      await until("reads meanwhile", () => reads >= before + 20);
    });
  } finally {
    going = false;
  }
  await Promise.all(readers);
}

test("C8: callers behind one address who write all the time are served by the replica once it has replayed", async () => {
  let writing = true as boolean;
  const writer = (async () => {
    for (; writing; await new Promise((resolve) => setTimeout(resolve, 50))) await store();
  })();
  try {
    // Each reads what it just wrote, while the other one writes at the same address.
    await servedByReplica(async () => {
      for (let turn = 0; turn < 20; turn += 1) expect(await readBack(await store())).toBe(true);
    });
  } finally {
    writing = false;
    await writer;
  }
});

test("C7: a statement that takes too long on the replica is an error; the replica goes on, and the primary is not asked", async () => {
  const slow = await startServer({
    DATABASE_URL: primary.url,
    DATABASE_REPLICA_URLS: replica.url,
    DATABASE_STATEMENT_TIMEOUT_MS: "1000",
  });
  try {
    // The lock reaches the replica with the log, and holds reads up there as well.
    const held = await holdTable(primary.url, "plate_recognitions");
    await primary.query("SELECT pg_switch_wal()");
    const locks =
      "SELECT FROM pg_locks WHERE relation = 'plate_recognitions'::regclass AND mode = 'AccessExclusiveLock'";
    await until("locked on the replica", async () => (await replica.query(locks)).length > 0);
    const { errors } = await graphql(slow.url, "{ plateRecognitions { nodes { id } } }");
    await held.release();
    expect(errors?.[0]?.extensions).toMatchObject({ code: "INTERNAL_SERVER_ERROR", retryable: true });
    expect(slow.output()).not.toContain("a replica failed");
  } finally {
    expect(await slow.stop()).toBe(0);
  }
});

test("the replica stops in mid-load and returns: every answer right, no error, no restart", async () => {
  await readingMeanwhile(async (moreReads) => {
    await moreReads();
    await replica.stop();
    await moreReads();
    await replica.startAgain();
    await moreReads();
  });
  const written = await store();
  await servedByReplica(async () => expect(await readBack(written)).toBe(true));
});

test("the primary stops in mid-load and returns: reads go on, mutations get an error that may be tried again", async () => {
  await readingMeanwhile(async (moreReads) => {
    await primary.stop();
    await moreReads();
    const { errors } = await graphql(
      server.url,
      `mutation { recognizeBase64(image: "${WHITE_PIXEL}") { request { id } } }`,
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: "INTERNAL_SERVER_ERROR", retryable: true });
    await moreReads();
    await primary.startAgain();
  });
  expect(await readBack(await store())).toBe(true);
});
