/** API keys: the command, and what a key is worth afterwards. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { MIGRATIONS } from "../../migrations/index.js";
import { Authenticator } from "../../src/accounts/authenticator.js";
import { AccountStore } from "../../src/accounts/store/account.store.js";
import { createDataSource } from "../../src/database/data-source.js";
import { ENTITIES } from "../../src/entities.js";
import { keysCommand as keys, lastLine, type CommandRun } from "../support/keys-command.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer } from "../support/test-server.js";
import { until } from "../support/until.js";

const API_KEY = /^plg_([0-9A-Za-z]{12})_[0-9A-Za-z]{40}$/;

function lookupOf(key: string): string {
  return API_KEY.exec(key)?.[1] ?? "";
}

describe("on a server's database", () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const onDatabase = (...args: string[]): Promise<CommandRun> => keys({ DATABASE_URL: database.url }, ...args);
  const authenticator = (allowAnonymous = false): Authenticator =>
    new Authenticator(new AccountStore(dataSource), allowAnonymous, { warn: () => undefined });

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = createDataSource({
      url: database.url,
      poolSize: 2,
      logger: { error: () => undefined },
      entities: ENTITIES,
      migrations: MIGRATIONS,
    });
    await dataSource.initialize();
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  test("a key is printed once, as the last line, and stored as a hash only", async () => {
    const created = await onDatabase("create", "--partner", "acme", "--scopes", "recognize,read");
    const key = lastLine(created);
    expect(key).toMatch(API_KEY);
    const secret = key.slice("plg_".length + 13);
    const rows = await database.query<{ row: string }>(
      "SELECT row_to_json(k)::text AS row FROM api_keys k UNION ALL SELECT row_to_json(a)::text FROM audit_entries a",
    );
    expect(rows.length).toBeGreaterThan(1);
    for (const { row } of rows) expect(row).not.toContain(secret);
    expect((await onDatabase("list")).stdout).not.toContain(secret);
    const principal = await authenticator().authenticate({ key, address: "127.0.0.1" });
    expect([...principal.scopes]).toEqual(["RECOGNIZE", "READ"]);
    const [partner] = await database.query<{ id: string }>("SELECT id FROM partners WHERE name = 'acme'");
    expect(principal.partnerId).toBe(partner?.id);
  });

  test("two keys of one partner share its records, not its scopes", async () => {
    const first = lastLine(await onDatabase("create", "--partner", "two-keys", "--scopes", "read"));
    const second = lastLine(await onDatabase("create", "--partner", "two-keys", "--scopes", "admin"));
    const [one, two] = await Promise.all(
      [first, second].map((key) => authenticator().authenticate({ key, address: "127.0.0.1" })),
    );
    expect(one?.partnerId).toBe(two?.partnerId);
    expect(one?.keyId).not.toBe(two?.keyId);
    expect([...(one?.scopes ?? [])]).toEqual(["READ"]);
  });

  test("a revoked key, an expired one and a wrong secret are refused", async () => {
    const key = lastLine(await onDatabase("create", "--partner", "acme"));
    const wrongSecret = `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`;
    const refused = { code: "UNAUTHENTICATED" };
    const refuses = (text: string): Promise<void> =>
      expect(authenticator().authenticate({ key: text, address: "127.0.0.1" })).rejects.toMatchObject(refused);
    await refuses(wrongSecret);
    await refuses("plg_nothing");
    // One that has seen the key, before and after the wrong one.
    const known = authenticator();
    const caller = { key, address: "127.0.0.1" };
    const principal = await known.authenticate(caller);
    await expect(known.authenticate({ ...caller, key: wrongSecret })).rejects.toMatchObject(refused);
    expect(await known.authenticate(caller)).toEqual(principal);
    expect((await onDatabase("revoke", lookupOf(key))).stdout).toContain("is revoked");
    await refuses(key);
    expect((await onDatabase("revoke", lookupOf(key))).code).toBe(1);
    const expiring = lastLine(await onDatabase("create", "--partner", "acme", "--expires", "1d"));
    await expect(authenticator().authenticate({ key: expiring, address: "127.0.0.1" })).resolves.toBeDefined();
    await database.query("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE lookup = $1", [
      lookupOf(expiring),
    ]);
    await refuses(expiring);
    expect((await onDatabase("list")).stdout).toMatch(/revoked[^]*expired/);
  });

  test("a rotated key works for its grace beside the new one", async () => {
    const old = lastLine(await onDatabase("create", "--partner", "acme", "--scopes", "read", "--rate-limit", "77"));
    const renewed = lastLine(await onDatabase("rotate", lookupOf(old), "--grace", "1h", "--expires", "2h"));
    expect(renewed).toMatch(API_KEY);
    const principals = await Promise.all(
      [old, renewed].map((key) => authenticator().authenticate({ key, address: "127.0.0.1" })),
    );
    expect(principals.map(({ scopes }) => [...scopes])).toEqual([["READ"], ["READ"]]);
    const [row] = await database.query<{ limit: number; expires: number; grace: number }>(
      `SELECT rate_limit_per_minute AS limit, extract(epoch FROM expires_at - now())::int AS expires, (SELECT extract(epoch FROM expires_at - now())::int FROM api_keys WHERE lookup = $2) AS grace
       FROM api_keys WHERE lookup = $1`,
      [lookupOf(renewed), lookupOf(old)],
    );
    expect(row?.limit).toBe(77);
    expect(row?.expires).toBeGreaterThan(7_100);
    expect(row?.expires).toBeLessThanOrEqual(7_200);
    expect(row?.grace).toBeGreaterThan(3_500);
    expect(row?.grace).toBeLessThanOrEqual(3_600);
  });

  test("the last use is written, without the caller waiting", async () => {
    const key = lastLine(await onDatabase("create", "--partner", "acme"));
    const used = authenticator();
    await Promise.all(Array.from({ length: 20 }, () => used.authenticate({ key, address: "127.0.0.1" })));
    await until("written", async () => {
      const written = "SELECT FROM api_keys WHERE lookup = $1 AND last_used_at IS NOT NULL";
      return (await database.query(written, [lookupOf(key)])).length === 1;
    });
  });

  test("an address that guesses is stopped, another address is not", async () => {
    const key = lastLine(await onDatabase("create", "--partner", "acme"));
    const guessed = authenticator();
    const outcomes: unknown[] = [];
    for (let tries = 0; tries < 30; tries++) {
      const guess = `plg_${String(tries).padStart(12, "0")}_${"x".repeat(40)}`;
      outcomes.push(
        await guessed
          .authenticate({ key: guess, address: "10.0.0.9" })
          .catch((error: unknown) => (error as { code: string }).code),
      );
    }
    expect(outcomes[0]).toBe("UNAUTHENTICATED");
    expect(outcomes.at(-1)).toBe("RATE_LIMITED");
    await expect(guessed.authenticate({ key, address: "10.0.0.10" })).resolves.toBeDefined();
  });

  test("who sends no key is the built-in partner where that is allowed, and nobody elsewhere", async () => {
    const caller = { key: null, address: "127.0.0.1" };
    await expect(authenticator(true).authenticate(caller)).resolves.toMatchObject({ keyId: null });
    await expect(authenticator(false).authenticate(caller)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("each key leaves an audit row", async () => {
    const key = lastLine(await onDatabase("create", "--partner", "audited"));
    await onDatabase("rotate", lookupOf(key));
    await onDatabase("revoke", lookupOf(key));
    const rows = await database.query<{ action: string }>(
      `SELECT action FROM audit_entries JOIN partners ON partners.id = partner_id WHERE name = 'audited' ORDER BY audit_entries.id`,
    );
    expect(rows.map(({ action }) => action)).toEqual(["KEY_CREATED", "KEY_ROTATED", "KEY_REVOKED"]);
  });

  test.each([
    [["create"], "--partner"],
    [["create", "--partner", "x", "--scopes", "read,write"], "no scope write"],
    [["create", "--partner", "x", "--expires", "yesterday"], "--expires"],
    [["create", "--partner", "x", "--rate-limit", "0"], "--rate-limit"],
    [["revoke", "short"], "12 characters"],
    [["melt"], "no command melt"],
    [["create", "--what"], "--what"],
    [["list", "--partner", "x"], "list does not take --partner"],
    [["rotate", "x".repeat(12), "--scopes", "read"], "rotate does not take --scopes"],
    [["create", "--partner", "x", "--grace", "1h"], "create does not take --grace"],
  ])("%j is refused with the usage and no stack", async (args, fault) => {
    const { code, stderr, stdout } = await onDatabase(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(fault);
    expect(stderr).toContain("Usage:");
    expect(stderr).not.toContain("    at ");
  });
});

test("on the embedded database, beside a running server and without one", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "plategraph-keys-"));
  try {
    const before = await keys({ DATA_DIR: dataDir }, "create", "--partner", "before");
    expect(lastLine(before)).toMatch(API_KEY);
    const server = await startServer({ DATA_DIR: dataDir });
    try {
      expect(lastLine(await keys({ DATA_DIR: dataDir }, "create", "--partner", "during"))).toMatch(API_KEY);
      const { stdout } = await keys({ DATA_DIR: dataDir }, "list");
      expect(stdout).toMatch(/before[^]*during/);
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    } finally {
      expect(await server.stop()).toBe(0);
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
