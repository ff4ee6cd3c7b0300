import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { graphql, WHITE_PIXEL, type GraphQLAnswer } from "../support/graphql-client.js";
import { holdTable } from "../support/held-table.js";
import { canMount, ownFolderLike, PostgresCluster, smallDisk } from "../support/postgres-cluster.js";
import { startServer, type TestServer } from "../support/test-server.js";
import { until } from "../support/until.js";

/** Tests that need a small disk are reported as skipped, with the reason, where this machine refuses mounts. */
const MAY_MOUNT = await canMount();
const testWithMount = (name: string, run: () => Promise<void>): void =>
  MAY_MOUNT ? test(name, run) : test.skip(`${name} (this machine refuses to mount a small disk)`, run);

let cluster: PostgresCluster;
let server: TestServer | undefined;

beforeAll(async () => {
  cluster = await PostgresCluster.start();
  await cluster.migrate();
});

afterEach(async () => {
  expect(await server?.stop()).toBe(0);
  server = undefined;
});

afterAll(() => cluster.remove());

async function start(settings: Record<string, string> = {}): Promise<TestServer> {
  server = await startServer({ DATABASE_URL: cluster.url, ...settings });
  return server;
}

type Answer = GraphQLAnswer<{ recognizeBase64: { request: { id: string } } | null } | null>;

function store(url: string, externalReference: string): Promise<Answer> {
  const query = `mutation ($image: String!, $options: RecognizeOptions) { recognizeBase64(image: $image, options: $options) { request { id } } }`;
  return graphql(url, query, { image: WHITE_PIXEL, options: { externalReference } });
}

async function references(prefix: string): Promise<Set<string>> {
  const rows = await cluster.query<{ reference: string }>(
    "SELECT external_reference AS reference FROM recognition_requests WHERE external_reference LIKE $1",
    [`${prefix}%`],
  );
  return new Set(rows.map(({ reference }) => reference));
}

/** How many answers a test waits for before it goes on. */
const ENOUGH = 6;

const countOf = (answers: ReadonlyMap<string, Answer>, failed: boolean): number =>
  [...answers.values()].filter(({ errors }) => (errors !== undefined) === failed).length;

/** Mutations without a pause from several callers: some are stored before `work` and some after it. */
async function underLoad(
  url: string,
  prefix: string,
  work: (answers: ReadonlyMap<string, Answer>) => Promise<void>,
): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  let going = true as boolean;
  const callers = Array.from({ length: 6 }, async (_, caller) => {
    for (let turn = 0; going; turn += 1) {
      const reference = `${prefix}-${caller}-${turn}`;
      answers.set(reference, await store(url, reference));
    }
  });
  try {
    await until("stored before the outage", () => countOf(answers, false) >= ENOUGH);
    await work(answers);
    const before = countOf(answers, false);
    await until("stored after the outage", () => countOf(answers, false) >= before + ENOUGH);
  } finally {
    going = false;
    await Promise.all(callers);
  }
  return answers;
}

/** What was answered is stored. What may be tried again is not; of anything else nobody knows. */
async function answersAreTrue(
  prefix: string,
  answers: ReadonlyMap<string, Answer>,
): Promise<{ stored: number; failed: number; retryable: number }> {
  const stored = await references(prefix);
  const answered = [...answers].filter(([, { errors }]) => errors === undefined);
  const failed = [...answers].filter(([, { errors }]) => errors !== undefined);
  const retryable = failed.filter(([, { errors }]) => errors?.[0]?.extensions.retryable === true);
  expect(answered.filter(([reference]) => !stored.has(reference))).toEqual([]);
  expect(retryable.filter(([reference]) => stored.has(reference))).toEqual([]);
  expect(failed.filter(([, { errors }]) => errors?.[0]?.extensions.code !== "INTERNAL_SERVER_ERROR")).toEqual([]);
  return { stored: answered.length, failed: failed.length, retryable: retryable.length };
}

async function readinessBecomes(url: string, status: number): Promise<void> {
  await until(`readiness ${status}`, async () => (await fetch(`${url}/readyz`)).status === status);
}

describe("the database", () => {
  test("dies in the midst of mutations and returns: nothing that was answered is lost, and the server goes on by itself", async () => {
    const { url } = await start();
    const answers = await underLoad(url, "killed", async (sofar) => {
      await cluster.kill();
      await until("answered with errors", () => countOf(sofar, true) >= ENOUGH);
      await readinessBecomes(url, 503);
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      await cluster.startAgain();
    });
    const { retryable } = await answersAreTrue("killed", answers);
    expect(retryable).toBeGreaterThan(0);
    expect((await store(url, "killed-after")).errors).toBeUndefined();
    await readinessBecomes(url, 200);
  });

  test("cuts connections again and again, between two statements too: an error that may be tried again or the answer", async () => {
    const { url } = await start({ DATABASE_POOL_SIZE: "4" });
    let cutting = true as boolean;
    const count = "{ plateRecognitions(first: 0) { totalCount } }";
    const callers = Array.from({ length: 8 }, async () => {
      const answers: GraphQLAnswer<unknown>[] = [];
      while (cutting) answers.push(await graphql(url, count));
      return answers;
    });
    for (let turn = 0; turn < 60; turn += 1)
      await cluster.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'plategraph' AND pid <> pg_backend_pid()",
      );
    cutting = false;
    const answers = (await Promise.all(callers)).flat();
    const failed = answers.filter(({ errors }) => errors !== undefined);
    expect(failed.filter(({ errors }) => errors?.[0]?.extensions.retryable !== true)).toEqual([]);
    expect(failed.length).toBeGreaterThan(0);
    expect((await graphql(url, count)).errors).toBeUndefined();
  });

  test("has too few connections for everybody: who waited too long may try again, the others are stored", async () => {
    const { url } = await start({
      DATABASE_POOL_SIZE: "2",
      DATABASE_CONNECT_TIMEOUT_MS: "2000",
      DATABASE_STATEMENT_TIMEOUT_MS: "30000",
    });
    const held = await holdTable(cluster.url, "recognition_requests");
    const answers = new Map<string, Answer>();
    const callers = Promise.all(
      Array.from({ length: 12 }, async (_, index) => answers.set(`pool-${index}`, await store(url, `pool-${index}`))),
    );
    await until("refused", () => countOf(answers, true) > 0);
    await held.release();
    await callers;
    const { stored, failed, retryable } = await answersAreTrue("pool", answers);
    expect(stored).toBeGreaterThanOrEqual(2);
    expect(retryable).toBeGreaterThan(0);
    expect(retryable).toBe(failed);
    expect((await store(url, "pool-after")).errors).toBeUndefined();
  });

  test("takes longer for a statement than it may: an error that may be tried again, and the connection is free", async () => {
    const { url } = await start({ DATABASE_POOL_SIZE: "2", DATABASE_STATEMENT_TIMEOUT_MS: "1000" });
    const held = await holdTable(cluster.url, "plate_recognitions");
    for (const query of [
      "{ plateRecognitions { nodes { id } } }",
      "{ plateRecognitions { totalCount } }",
      "{ recognitionStats(interval: DAY) { count } }",
    ]) {
      const { errors } = await graphql(url, query);
      expect(errors?.[0]?.extensions).toMatchObject({ code: "INTERNAL_SERVER_ERROR", retryable: true });
    }
    await held.release();
    expect((await graphql(url, "{ plateRecognitions { totalCount } }")).errors).toBeUndefined();
  });

  testWithMount(
    "runs out of disk: mutations fail with an error that may be tried again, reads go on, and room again is enough",
    async () => {
      const disk = await smallDisk(4);
      const { url } = await start();
      try {
        await ownFolderLike(cluster.files, `${disk.folder}/small`);
        await cluster.query(`CREATE TABLESPACE small LOCATION '${disk.folder}/small'`);
        await cluster.query("ALTER TABLE recognition_requests SET TABLESPACE small");
        await cluster.query("CREATE TABLE filler (line text) TABLESPACE small");
        // Fills what is left but for the page that the table has open.
        await cluster
          .query("INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 10000)")
          .catch((error: unknown) => expect(error).toMatchObject({ code: "53100" }));
        await cluster
          .query(
            "DO $$ BEGIN LOOP INSERT INTO filler VALUES (repeat('x', 1000)); COMMIT; END LOOP; EXCEPTION WHEN disk_full THEN NULL; END $$",
          )
          .catch(() => undefined);
        const answers = new Map<string, Answer>();
        for (let turn = 0; turn < 80; turn += 1) answers.set(`disk-${turn}`, await store(url, `disk-${turn}`));
        const { failed, retryable } = await answersAreTrue("disk", answers);
        expect(failed).toBeGreaterThan(0);
        expect(retryable).toBe(failed);
        // C9: the database answers, but nothing can be stored.
        await readinessBecomes(url, 503);
        expect((await graphql(url, "{ plateRecognitions { totalCount } }")).errors).toBeUndefined();
        await cluster.query("DROP TABLE filler");
        expect((await store(url, "disk-after")).errors).toBeUndefined();
        await readinessBecomes(url, 200);
      } finally {
        await cluster.query("DROP TABLE IF EXISTS filler");
        await cluster.query("ALTER TABLE recognition_requests SET TABLESPACE pg_default");
        await cluster.query("DROP TABLESPACE IF EXISTS small");
        await disk.remove();
      }
    },
  );
});
