/** `npm run migrate -- status|down`, TypeORM's own command line, and databases of later versions (E3, C12). */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { MIGRATIONS } from "../../migrations/index.js";
import { plategraph } from "../support/plategraph-command.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startFailing, startServer } from "../support/test-server.js";

const run = promisify(execFile);
const NAMES = MIGRATIONS.map((Migration) => new Migration().name);
const LAST = NAMES.at(-1) ?? "";

let database: TestDatabase;
let settings: Record<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  settings = { DATABASE_URL: database.url };
});

afterAll(() => database.drop());

const migrate = (...args: string[]) => plategraph("migrate", settings, ...args);

test("status: every migration with its time, or as pending", async () => {
  const migrated = await migrate("status");
  expect(migrated).toMatchObject({ code: 0, stderr: "" });
  const lines = migrated.stdout.trimEnd().split("\n");
  expect(lines.slice(0, -1).map((line) => line.split(/ +/)[2])).toEqual(NAMES);
  for (const line of lines.slice(0, -1)) {
    const age = Date.now() - Date.parse(line.split(/ +/)[1] ?? "");
    expect(age).toBeGreaterThan(-2_000);
    expect(age).toBeLessThan(6 * 3_600_000);
  }
  expect(lines.at(-1)).toBe(`${NAMES.length} applied, 0 pending`);

  const empty = await createTestDatabase("template1");
  const fresh = await plategraph("migrate", { DATABASE_URL: empty.url }, "status");
  expect(fresh.code).toBe(0);
  expect(fresh.stdout).toContain(`pending                        ${LAST}\n0 applied, ${NAMES.length} pending\n`);
  // Asking made nothing.
  expect(await empty.query("SELECT FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
  await empty.drop();
});

test("a database of a version that kept no times: they are unknown, later ones are kept", async () => {
  await database.query("ALTER TABLE migrations DROP COLUMN applied_at");
  const before = await migrate("status");
  expect(before.stdout).toContain(`applied  time unknown          ${LAST}\n`);
  expect((await migrate("down")).code).toBe(0);
  expect((await migrate()).code).toBe(0);
  const after = (await migrate("status")).stdout.trimEnd().split("\n");
  expect(after.at(-2)).toMatch(new RegExp(`^applied  20\\S+Z  ${LAST}$`));
  expect(after.at(-3)).toContain("time unknown");
});

test("down reverts the last one; where rows would go only with --yes", async () => {
  const down = await migrate("down");
  expect(down).toEqual({ code: 0, stdout: `reverted: ${LAST}\n`, stderr: "" });
  const { stdout } = await migrate("status");
  expect(stdout).toContain(`pending                        ${LAST}\n${NAMES.length - 1} applied, 1 pending\n`);
  expect((await migrate()).stdout).toContain(`migrated: ${LAST}`);

  await storeReadings(database, [{ plateNumber: "粤B12345", capturedAt: "2026-01-01T00:00:00Z" }]);
  await database.query("UPDATE plate_recognitions SET camera_id = 'gate', read_plate_number = '粤B1234S'");
  // Down to the first migration whose way back costs something.
  let refused = await migrate("down");
  while (refused.code === 0) refused = await migrate("down");
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(
    /^\w+\d{13} is not reverted: \d+ (rows|values) of \S+ go.*\. Make a backup, then repeat it with --yes\.\n$/,
  );
  const name = refused.stderr.split(" ")[0] ?? "";
  const unchanged = await migrate("status");
  expect(unchanged.stdout).toMatch(new RegExp(`applied \\s*\\S+( unknown)? +${name}\n`));
  expect(await migrate("down", "--yes")).toEqual({ code: 0, stdout: `reverted: ${name}\n`, stderr: "" });
  expect((await migrate()).code).toBe(0);
});

test("down waits for servers to be stopped", async () => {
  await database.query("DELETE FROM recognition_requests");
  await database.query("DELETE FROM camera_counts");
  const server = await startServer(settings);
  try {
    const { code, stderr } = await migrate("down");
    expect(code).toBe(1);
    expect(stderr).toContain(`${LAST} is not reverted: a server runs on the database`);
  } finally {
    await server.stop();
  }
});

test("C12: a later migration is named by status, and stops migrate, down and the server", async () => {
  await database.query("INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Later9999999999999')");
  const status = await migrate("status");
  expect(status.code).toBe(1);
  expect(status.stdout).toMatch(/^unknown {2}20\S+Z {2}Later9999999999999$/m);
  for (const args of [[], ["down"], ["down", "--yes"]]) {
    const { code, stdout, stderr } = await migrate(...args);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain("The database is of a later version: it has the migrations Later9999999999999");
  }
  const failing = await startFailing(settings);
  expect(failing.code).toBe(1);
  expect(failing.output).toContain("Later9999999999999");
  await database.query("DELETE FROM migrations WHERE name = 'Later9999999999999'");
});

test.each([[["sideways"]], [["status", "now"]], [["--yes"]], [["--no"]]])(
  "%j is refused with the usage",
  async (args) => {
    const { code, stdout, stderr } = await migrate(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: npm run migrate");
  },
);

test("E3: TypeORM's own command line reads ormconfig.ts", async () => {
  const typeorm = (command: string) =>
    run("npm", ["run", "--silent", "typeorm", "--", command], {
      env: { ...process.env, ...settings, NODE_OPTIONS: "" },
    });
  const { stdout } = await typeorm("migration:show");
  for (const name of NAMES) expect(stdout).toMatch(new RegExp(`\\[X\\] \\d+ ${name}`));
  await typeorm("migration:revert");
  expect((await typeorm("migration:show").catch((error: unknown) => error as { stdout: string })).stdout).toMatch(
    new RegExp(`\\[ \\] ${LAST}`),
  );
  await typeorm("migration:run");
  expect((await migrate("status")).stdout).toContain(`${NAMES.length} applied, 0 pending`);
});

test("the embedded database: status and down without a server", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plategraph-migrate-"));
  await chmod(folder, 0o755);
  const own = { DATA_DIR: join(folder, "data") };
  try {
    const missing = await plategraph("migrate", own, "status");
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("There is no embedded database in"),
    });
    expect((await plategraph("seed", own, "--rows", "1")).code).toBe(0);
    expect((await plategraph("migrate", own, "status")).stdout).toContain(`${NAMES.length} applied, 0 pending`);
    expect((await plategraph("migrate", own, "down", "--yes")).stdout).toBe(`reverted: ${LAST}\n`);
    expect((await plategraph("migrate", own, "status")).stdout).toContain(`${NAMES.length - 1} applied, 1 pending`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
