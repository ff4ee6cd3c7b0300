/** Callers behind proxies: told apart by `X-Forwarded-For` where the proxy is trusted, and only there. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createKey } from "../support/keys-command.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

/** Wrong keys of one address in a minute, after which it is refused. */
const FAILURES = 20;

let database: TestDatabase;
let key: string;

beforeAll(async () => {
  database = await createTestDatabase();
  key = await createKey(database.url, "owner", "read");
});

afterAll(() => database.drop());

/** The status of a query with this key and this `X-Forwarded-For`. */
async function status({ url }: TestServer, forwardedFor: string, shown: string): Promise<number> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${shown}`,
      "x-forwarded-for": forwardedFor,
    },
    body: '{"query":"{ __typename }"}',
  });
  await response.text();
  return response.status;
}

/** Shows more wrong keys than an address may. */
async function guess(server: TestServer, forwardedFor: (tries: number) => string): Promise<void> {
  for (let tries = 0; tries <= FAILURES; tries += 1) {
    expect(await status(server, forwardedFor(tries), `plg_${"x".repeat(12)}_${"y".repeat(40)}`)).toBe(401);
  }
}

async function withServer(trusted: string, use: (server: TestServer) => Promise<void>): Promise<void> {
  const server = await startServer({
    DATABASE_URL: database.url,
    ALLOW_ANONYMOUS: "false",
    ...(trusted !== "" && { TRUSTED_PROXIES: trusted }),
  });
  try {
    await use(server);
  } finally {
    expect(await server.stop()).toBe(0);
  }
}

describe("X-Forwarded-For", () => {
  test.each(["127.0.0.1", "loopback", "10.0.0.0/8, 127.0.0.0/8"])(
    "of a proxy trusted by %j tells callers apart",
    async (trusted) =>
      withServer(trusted, async (server) => {
        await guess(server, () => "203.0.113.1");
        expect(await status(server, "203.0.113.1", key)).toBe(429);
        expect(await status(server, "203.0.113.2", key)).toBe(200);
        // What a caller writes into the header stands before the address that the proxy adds.
        expect(await status(server, "203.0.113.2, 203.0.113.1", key)).toBe(429);
        expect(await status(server, "junk, 203.0.113.1", key)).toBe(429);
      }),
  );

  test.each(["", "10.0.0.0/8"])("changes nothing where the setting is %j and the sender is another", async (trusted) =>
    withServer(trusted, async (server) => {
      await guess(server, (tries) => `203.0.113.${tries}`);
      expect(await status(server, "203.0.113.200", key)).toBe(429);
    }),
  );
});
