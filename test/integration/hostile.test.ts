/**
 * The attacks of `npm run hostile` over plain HTTP, in a smaller form: the answers' codes, another caller's wait meanwhile, and memory afterwards
 * (audit B6 to B10, C10, D1, D4, E9). The attacks against documents are in operation-limits.test.ts.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { slownessBeside } from "../support/slowness.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

interface Attack {
  finding: string;
  name: string;
  /** Throws where an answer is not what it should be. */
  run(server: TestServer, scale: number): Promise<unknown>;
}

interface Watch {
  end(settleSeconds: number, megabytes: number): Promise<Measured>;
}

interface Measured {
  /** Another caller's longest wait for an answer, in milliseconds. */
  other: number;
  otherFailures: number;
  /** Resident memory of the server in MB, before the attack and once it has settled. */
  before: number;
  after: number;
}

const load = async <Module>(file: string): Promise<Module> =>
  (await import(new URL(`../hostile/${file}`, import.meta.url).href)) as Module;
const { HTTP_ATTACKS } = await load<{ HTTP_ATTACKS: Attack[] }>("http.attacks.mjs");
const { SIMILARITY_ATTACKS, storeLikePlates } = await load<{
  SIMILARITY_ATTACKS: Attack[];
  storeLikePlates: (query: TestDatabase["query"]) => Promise<void>;
}>("similar.plates.mjs");
const { DOOR_CHECKS } = await load<{ DOOR_CHECKS: Attack[] }>("door.checks.mjs");
const { startWatch } = await load<{ startWatch: (server: Pick<TestServer, "url" | "pid">) => Promise<Watch> }>(
  "watch.mjs",
);

/** Of the numbers and lengths that `npm run hostile` uses. */
const SCALE = 0.1;
const OTHER_MS = 1_000;
const MEMORY_MB = 100;
const SETTLE_SECONDS = 10;
/** On a busy machine a wait may be other work's; waits are told as on a free one. */
const TRIES = 3;

let database: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  database = await createTestDatabase();
  await promisify(execFile)(process.execPath, ["dist/src/commands/seed.js", "--rows", "6000"], {
    env: { PATH: process.env.PATH, DATABASE_URL: database.url },
  });
  await storeLikePlates((text, values) => database.query(text, values));
  server = await startServer({
    DATABASE_URL: database.url,
    BODY_TIMEOUT_MS: "3000",
    ANSWER_TIMEOUT_MS: "1500",
    MALLOC_ARENA_MAX: "2",
    // The watch has it collect garbage by SIGUSR2, which would end a server without this.
    NODE_OPTIONS: `--import ${new URL("../hostile/garbage.collector.mjs", import.meta.url).href}`,
  });
});

afterAll(async () => {
  // What callers did wrong is not logged as a fault of the server.
  expect(server.output()).not.toMatch(/"level":[56]0/);
  expect(await server.stop()).toBe(0);
  await database.drop();
});

const named = (attacks: readonly Attack[]): [string, Attack][] =>
  attacks.map((attack) => [`${attack.finding}: ${attack.name}`, attack]);

describe("a tenth of the attack: another caller is answered within a second, and memory comes back", () => {
  test.each(named([...HTTP_ATTACKS, ...SIMILARITY_ATTACKS]))("%s", async (_name, attack) => {
    const measured: Measured[] = [];
    const isHeld = ({ other, otherFailures, before, after }: Measured): boolean =>
      other <= OTHER_MS && otherFailures === 0 && after - before <= MEMORY_MB;
    while (measured.length < TRIES && !measured.some(isHeld)) {
      const watch = await startWatch({ url: server.url, pid: server.pid });
      const {
        answer: [outcome],
        slowness,
      } = await slownessBeside(() => Promise.allSettled([attack.run(server, SCALE)]));
      const end = await watch.end(SETTLE_SECONDS, MEMORY_MB);
      measured.push({ ...end, other: end.other / slowness });
      if (outcome.status === "rejected") throw outcome.reason;
    }
    expect(measured.some(isHeld) ? [] : measured).toEqual([]);
  });
});

describe("doors", () => {
  test.each(named(DOOR_CHECKS))("%s", async (_name, check) => {
    expect(await check.run(server, SCALE)).toBeUndefined();
  });
});
