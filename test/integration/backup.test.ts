/** `plategraph backup` and `restore`: everything comes back, into either kind of database; faults change nothing. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, stat, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { contentOf, fillEveryTable } from "../support/database-content.js";
import { graphql } from "../support/graphql-client.js";
import { createKey, keysCommand, lastLine } from "../support/keys-command.js";
import { plategraph } from "../support/plategraph-command.js";
import { canMount, smallDisk } from "../support/postgres-cluster.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, openPool, type TestDatabase } from "../support/test-database.js";
import { startServer } from "../support/test-server.js";

const run = promisify(execFile);
const ROWS = 3_000;
const COUNT = "{ plateRecognitions(first: 1) { totalCount } }";

interface Count {
  plateRecognitions: { totalCount: number };
}

let folder: string;
let source: TestDatabase;
/** Of a partner with no readings of its own. */
let key: string;
/** The backup of `source`, compressed and not. */
let packed: string;
let plain: string;
const databases: TestDatabase[] = [];

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase("template1");
  databases.push(database);
  return database;
}

const at = ({ url }: TestDatabase): Record<string, string> => ({ DATABASE_URL: url });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plategraph-backup-"));
  // The embedded PostgreSQL runs as another user where the tests run as root.
  await chmod(folder, 0o755);
  source = await createTestDatabase();
  databases.push(source);
  expect((await plategraph("seed", at(source), "--rows", String(ROWS))).code).toBe(0);
  key = await createKey(source.url, "acme", "recognize,read,admin");
  await fillEveryTable(source);
  packed = join(folder, "source.sql.gz");
  plain = join(folder, "source.sql");
});

afterAll(async () => {
  for (const database of databases) await database.drop();
  await rm(folder, { recursive: true, force: true });
});

describe("a database with rows in every table", () => {
  test("comes back whole in an empty one: rows, sequences, schema, keys, counting", async () => {
    const server = await startServer(at(source));
    try {
      const made = await plategraph("backup", at(source), packed);
      expect(made).toMatchObject({ code: 0, stderr: "" });
      expect(made.stdout).toMatch(/^\d+ tables, \d+ rows, [\d.]+ MB in [\d.]+ s: .*source\.sql\.gz\n$/);
    } finally {
      expect(await server.stop()).toBe(0);
    }
    // It holds hashes of keys and plates of people.
    expect((await stat(packed)).mode & 0o777).toBe(0o600);
    const target = await emptyDatabase();
    const restored = await plategraph("restore", at(target), packed);
    expect(restored).toMatchObject({ code: 0, stderr: "" });
    expect(restored.stdout).toMatch(
      /^\d+ tables, \d+ rows in [\d.]+ s, from a backup of 20\S+ \(PlateGraph \S+, PostgreSQL 18\.\d+\)\n$/,
    );

    const content = await contentOf(target);
    expect(content).toEqual(await contentOf(source));
    expect(Object.values(content.rows).filter((rows) => rows.startsWith("0 rows"))).toEqual([]);
    expect(content.sequences.migrations_id_seq).toMatch(/^\d+ true migrations\.id$/);
    expect((await plategraph("migrate", at(target), "status")).stdout).toMatch(/ applied, 0 pending\n$/);

    const again = await startServer(at(target));
    try {
      const { data } = await graphql<Count>(again.url, COUNT);
      expect(data.plateRecognitions.totalCount).toBe(ROWS);
      const own = await graphql<Count>(again.url, COUNT, {}, key);
      expect(own.data.plateRecognitions.totalCount).toBe(0);
    } finally {
      await again.stop();
    }
    // Triggers count on.
    await storeReadings(target, [{ plateNumber: "粤Z00001", capturedAt: "2026-01-01T00:00:00Z" }]);
    expect(await target.query("SELECT sightings FROM plates WHERE number = '粤Z00001'")).toEqual([{ sightings: 1 }]);
  });

  test("is the same script with and without compression, and on standard output", async () => {
    expect((await plategraph("backup", at(source), plain)).code).toBe(0);
    const script = await readFile(plain, "utf8");
    const statements = (text: string): string => text.replaceAll(/^-- (Facts|Complete).*$/gm, "");
    expect(statements(gunzipSync(await readFile(packed)).toString())).toBe(statements(script));
    const { stdout, stderr } = await run(process.execPath, ["dist/src/commands/backup.js", "-"], {
      env: { PATH: process.env.PATH, ...at(source) },
      maxBuffer: 64 * 1024 * 1024,
    });
    expect(statements(stdout)).toBe(statements(script));
    expect(stderr).toMatch(/^\d+ tables, \d+ rows in [\d.]+ s\n$/);
  });

  test("a database that holds data is replaced only by --replace", async () => {
    const target = await createTestDatabase();
    databases.push(target);
    // A migrated database without data counts as empty.
    expect((await plategraph("restore", at(target), plain)).code).toBe(0);
    const before = await contentOf(target);
    await target.query("DELETE FROM plate_corrections");
    const refused = await plategraph("restore", at(target), plain);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^The database is not empty \(.*recognition_requests.*\): .*--replace\.\n$/);
    expect(await contentOf(target)).not.toEqual(before);
    expect((await plategraph("restore", at(target), "--replace", packed)).code).toBe(0);
    expect(await contentOf(target)).toEqual(before);
  });
});

const psql = await run("psql", ["--version"]).then(
  () => true,
  () => false,
);
(psql ? test : test.skip)(`psql loads the script${psql ? "" : " (skipped: there is no psql)"}`, async () => {
  const target = await emptyDatabase();
  await run("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", plain, target.url]);
  expect(await contentOf(target)).toEqual(await contentOf(source));
});

const mounts = await canMount();
describe("a fault changes nothing", () => {
  let target: TestDatabase;

  beforeAll(async () => {
    target = await createTestDatabase();
    databases.push(target);
    await storeReadings(target, [{ plateNumber: "粤Z00002", capturedAt: "2026-01-01T00:00:00Z" }]);
  });

  const broken: [string, () => Promise<Buffer>, RegExp][] = [
    ["cut off among the rows", async () => (await readFile(plain)).subarray(0, 400_000), /^The backup is cut off/],
    ["cut off before its last line", async () => (await readFile(plain)).subarray(0, -90), /^The backup is cut off/],
    ["compressed and cut off", async () => (await readFile(packed)).subarray(0, 100_000), /^The backup is cut off/],
    [
      "changed in one row",
      async () => Buffer.from((await readFile(plain, "utf8")).replace("1280", "1281")),
      /^The backup is damaged/,
    ],
    ["compressed and changed", async () => flipped(await readFile(packed)), /^The backup is damaged/],
    [
      "of a later version",
      async () =>
        Buffer.from((await readFile(plain, "utf8")).replace('"migrations":[', '"migrations":["Later9999999999999",')),
      /^The backup is of a later version .*Later9999999999999/,
    ],
    ["without content", async () => Buffer.alloc(0), /^This is no backup of PlateGraph/],
    ["a JPEG", () => readFile("test/fixtures/blue.jpg"), /^This is no backup of PlateGraph/],
    [
      "pg_dump's",
      async () => Buffer.from("--\n-- PostgreSQL database dump\n--\n\nSELECT 1;\n"),
      /^This is no backup of PlateGraph.*psql or pg_restore/,
    ],
  ];
  test.each(broken)("a file %s", async (_, content, message) => {
    const file = join(folder, "broken");
    await writeFile(file, await content());
    const before = await contentOf(target);
    const { code, stdout, stderr } = await plategraph("restore", at(target), "--replace", file);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(await contentOf(target)).toEqual(before);
  });

  test("a file that is not there, a folder, a file too many", async () => {
    expect(await plategraph("restore", at(target), join(folder, "none"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("ENOENT"),
    });
    expect(await plategraph("backup", at(source), folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is a folder"),
    });
    expect(await plategraph("backup", at(source), join(folder, "none", "x.sql"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("x.sql can't be written"),
    });
    expect(await plategraph("backup", at(source), "a", "b")).toMatchObject({ code: 2 });
  });

  test("a server that runs on the database", async () => {
    const server = await startServer(at(target));
    try {
      const before = await contentOf(target);
      const { code, stderr } = await plategraph("restore", at(target), "--replace", plain);
      expect({ code, stderr }).toEqual({ code: 1, stderr: "A server runs on this database: stop it first.\n" });
      expect(await contentOf(target)).toEqual(before);
    } finally {
      await server.stop();
    }
  });

  test("tables of another program", async () => {
    const shared = await emptyDatabase();
    await shared.query("CREATE TABLE invoices (id int)");
    const { code, stderr } = await plategraph("restore", at(shared), "--replace", plain);
    expect(code).toBe(1);
    expect(stderr).toContain("tables that are not PlateGraph's (public.invoices)");
    expect(await shared.query("SELECT FROM pg_tables WHERE schemaname = 'public'")).toHaveLength(1);
  });

  test("a stop by a signal: no file, and an older one of that name stays", async () => {
    const file = join(folder, "stopped.sql");
    await writeFile(file, "older");
    const holder = openPool(source.url, 1);
    await holder.query("BEGIN; LOCK TABLE plates IN ACCESS EXCLUSIVE MODE");
    const child = spawn(process.execPath, ["dist/src/commands/backup.js", file], {
      env: { PATH: process.env.PATH, ...at(source) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = once(child, "exit");
    while (!(await readdir(folder)).some((name) => name.startsWith("stopped.sql.partial"))) await setTimeout(50);
    child.kill("SIGTERM");
    expect(await ended).toEqual([1, null]);
    await holder.query("ROLLBACK");
    await holder.end();
    expect(stderr).toBe("The backup was stopped by SIGTERM; nothing was written.\n");
    expect((await readdir(folder)).filter((name) => name.startsWith("stopped"))).toEqual(["stopped.sql"]);
    expect(await readFile(file, "utf8")).toBe("older");
  });

  (mounts ? test : test.skip)(`a full disk${mounts ? "" : " (skipped: no file system can be mounted)"}`, async () => {
    const disk = await smallDisk(1);
    try {
      const file = join(disk.folder, "full.sql");
      const { code, stderr } = await plategraph("backup", at(source), file);
      expect(code).toBe(1);
      expect(stderr).toMatch(/full\.sql can't be written: ENOSPC/);
      expect(await readdir(disk.folder)).toEqual([]);
    } finally {
      await disk.remove();
    }
  });
});

(mounts ? test : test.skip)(
  `a disk that fills during a restore into the embedded database${mounts ? "" : " (skipped: no file system can be mounted)"}`,
  async () => {
    const disk = await smallDisk(300);
    try {
      await chmod(disk.folder, 0o755);
      const settings = { DATA_DIR: join(disk.folder, "data") };
      expect((await plategraph("restore", settings, packed)).code).toBe(0);
      const content = async (): Promise<string> => {
        const file = join(folder, "of-small-disk.sql");
        expect((await plategraph("backup", settings, file)).code).toBe(0);
        // The time of the backup, and the checksum over it.
        return (await readFile(file, "utf8")).replaceAll(/^-- (?:Facts|Complete).*$/gm, "");
      };
      const before = await content();
      const { bavail, bsize } = await statfs(disk.folder);
      // One megabyte is left.
      const filler = join(disk.folder, "filler");
      await writeFile(filler, Buffer.alloc(bavail * bsize - 1024 * 1024));
      const { code, stdout, stderr } = await plategraph("restore", settings, "--replace", packed);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/^[^\n]*No space left on device[^\n]*\n$/);
      await rm(filler);
      // Compared before `expect`, which would print both.
      expect((await content()) === before).toBe(true);
    } finally {
      await disk.remove();
    }
  },
  120_000,
);

test("one moment: readings that are stored during the backup are in it whole or not at all", async () => {
  const busy = await createTestDatabase();
  databases.push(busy);
  expect((await plategraph("seed", at(busy), "--rows", "3000")).code).toBe(0);
  let stored = 0;
  const stop = new AbortController();
  const storing = (async () => {
    while (!stop.signal.aborted && stored < 20_000) {
      await storeReadings(busy, [
        { plateNumber: `粤B${String(stored % 90_000).padStart(5, "0")}`, capturedAt: "2026-02-01T00:00:00Z" },
      ]);
      stored += 1;
    }
  })();
  const file = join(folder, "busy.sql.gz");
  const before = stored;
  expect((await plategraph("backup", at(busy), file)).code).toBe(0);
  stop.abort();
  await storing;
  expect(stored).toBeGreaterThan(before);
  const target = await emptyDatabase();
  expect((await plategraph("restore", at(target), file)).code).toBe(0);
  const [counts] = await target.query<{ requests: number; readings: number; counted: number }>(
    `SELECT (SELECT count(*) FROM recognition_requests)::int AS requests, (SELECT count(*) FROM plate_recognitions)::int AS readings,
      (SELECT sum(sightings) FROM plates)::int AS counted`,
  );
  expect(counts?.requests).toBeGreaterThanOrEqual(3_000);
  expect(counts?.requests).toBeLessThanOrEqual(3_000 + stored);
  expect(counts).toEqual({ requests: counts?.requests, readings: counts?.requests, counted: counts?.requests });
});

test("from the embedded database to a server, and back: a photo that was read is found with its key", async () => {
  const dataDir = join(folder, "data");
  const file = join(folder, "embedded.sql.gz");
  const nothing = await plategraph("backup", { DATA_DIR: dataDir }, file);
  expect(nothing).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("There is no embedded database in"),
  });

  const embedded = await startServer({ DATA_DIR: dataDir });
  const acme = lastLine(await keysCommand({ DATA_DIR: dataDir }, "create", "--partner", "acme"));
  const photo = (await readFile("test/fixtures/blue.jpg")).toString("base64");
  const answer = await graphql<{ recognizeBase64: { recognitions: unknown[] } }>(
    embedded.url,
    "mutation ($image: String!) { recognizeBase64(image: $image) { recognitions { id } } }",
    { image: photo },
    acme,
  );
  expect(answer.data.recognizeBase64.recognitions).toHaveLength(1);
  // Beside the server that runs.
  expect((await plategraph("backup", { DATA_DIR: dataDir }, file)).code).toBe(0);
  const held = await plategraph("restore", { DATA_DIR: dataDir }, "--replace", file);
  expect(held).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Another PlateGraph \(process \d+\) uses /),
  });
  await embedded.stop();

  const target = await emptyDatabase();
  expect((await plategraph("restore", at(target), file)).code).toBe(0);
  const server = await startServer(at(target));
  try {
    expect((await graphql<Count>(server.url, COUNT, {}, acme)).data.plateRecognitions.totalCount).toBe(1);
  } finally {
    await server.stop();
  }

  // And without a server that runs: into a folder that is new, and over one that is not.
  const back = join(folder, "back.sql");
  expect((await plategraph("backup", at(target), back)).code).toBe(0);
  expect((await plategraph("restore", { DATA_DIR: join(folder, "new") }, back)).code).toBe(0);
  expect(await plategraph("restore", { DATA_DIR: dataDir }, back)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("not empty"),
  });
  expect((await plategraph("restore", { DATA_DIR: dataDir }, "--replace", back)).code).toBe(0);
  const again = await startServer({ DATA_DIR: dataDir });
  try {
    expect((await graphql<Count>(again.url, COUNT, {}, acme)).data.plateRecognitions.totalCount).toBe(1);
  } finally {
    await again.stop();
  }
});

describe("schemas that later migrations may make", () => {
  test("identity, generated columns, sequences, statistics, disabled triggers, domains with defaults", async () => {
    const rich = await emptyDatabase();
    for (const statement of RICH) await rich.query(statement);
    const file = join(folder, "rich.sql");
    expect(await plategraph("backup", at(rich), file)).toMatchObject({ code: 0 });
    const target = await emptyDatabase();
    expect(await plategraph("restore", at(target), file)).toMatchObject({ code: 0 });
    expect(await contentOf(target)).toEqual(await contentOf(rich));
    const next = await target.query<{ id: number }>(`INSERT INTO "Odd name" (name) VALUES ('c') RETURNING id`);
    expect(next).toEqual([{ id: 3 }]);
  });

  test.each([
    ["CREATE VIEW recent AS SELECT 1 AS one", "view recent"],
    ["CREATE TYPE mood AS ENUM ('good')", "type mood"],
    ["CREATE TABLE parts (id int) PARTITION BY RANGE (id)", "partitioned table parts"],
  ])("what a backup can't hold is refused: %s", async (statement, name) => {
    const strange = await emptyDatabase();
    await strange.query("CREATE TABLE kept (id int)");
    await strange.query(statement);
    const file = join(folder, "strange.sql");
    const { code, stderr } = await plategraph("backup", at(strange), file);
    expect(code).toBe(1);
    expect(stderr).toContain(name);
    expect(await readdir(folder)).not.toContain("strange.sql");
  });
});

const RICH = [
  "CREATE DOMAIN label AS varchar(20) COLLATE \"C\" DEFAULT 'none' NOT NULL CONSTRAINT short CHECK (length(VALUE) < 15) CONSTRAINT lower CHECK (VALUE = lower(VALUE))",
  "CREATE SEQUENCE tickets AS int START 7 INCREMENT 3 CYCLE CACHE 2 MAXVALUE 1000",
  "SELECT nextval('tickets')",
  `CREATE TABLE "Odd name" (id int GENERATED ALWAYS AS IDENTITY, name label, "Size" numeric(8,2) DEFAULT 1.5, doubled numeric GENERATED ALWAYS AS ("Size" * 2) STORED,
    big bigserial, PRIMARY KEY (id), CONSTRAINT positive CHECK ("Size" > 0) NOT VALID, UNIQUE (name, "Size")) WITH (fillfactor = 70, autovacuum_enabled = false)`,
  `ALTER TABLE "Odd name" ADD COLUMN gone int, ADD COLUMN kept text[] DEFAULT '{a,b}', ALTER COLUMN name SET STATISTICS 500`,
  `ALTER TABLE "Odd name" DROP COLUMN gone`,
  `CREATE STATISTICS names (dependencies) ON id, name FROM "Odd name"`,
  `CREATE UNLOGGED TABLE brief (id int REFERENCES "Odd name" (id) DEFERRABLE INITIALLY DEFERRED)`,
  `ALTER TABLE brief ALTER COLUMN id DROP NOT NULL`,
  "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n\n-- Step 1: not one\n RETURN NEW; END $$",
  `CREATE TRIGGER off BEFORE INSERT ON "Odd name" FOR EACH ROW EXECUTE FUNCTION nothing()`,
  `ALTER TABLE "Odd name" DISABLE TRIGGER off`,
  `INSERT INTO "Odd name" (name, "Size") VALUES ('a', 1), ('b', 2)`,
];

function flipped(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  const middle = changed.length >> 1;
  changed[middle] = (changed[middle] ?? 0) ^ 0xff;
  return changed;
}
