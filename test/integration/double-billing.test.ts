/** No double billing: idempotency keys over servers, reuse, the ledger, the daily limit, the circuit breaker, and a server killed in between. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import sharp from "sharp";
import { graphql, type GraphQLAnswer } from "../support/graphql-client.js";
import { ANSWERS, refusal } from "../support/juhe-answers.js";
import { JuheStandIn } from "../support/juhe-stand-in.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

const RECOGNIZE = `mutation ($image: String!, $options: RecognizeOptions) {
  recognizeBase64(image: $image, options: $options) { reused request { id status engine } recognitions { id plateNumber } }
}`;

interface Payload {
  recognizeBase64: {
    reused: boolean;
    request: { id: string; status: string; engine: string };
    recognitions: { id: string; plateNumber: string }[];
  };
}

const EXAMPLE = ANSWERS.example;

let vendor: JuheStandIn;
let database: TestDatabase;

beforeAll(async () => {
  vendor = await JuheStandIn.start();
});

afterAll(() => vendor.close());

let photosMade = 0;

/** A small photo that no other call sends, base64. */
async function newPhoto(): Promise<string> {
  photosMade += 1;
  const background = { r: photosMade & 255, g: (photosMade >> 8) & 255, b: 120 };
  const image = sharp({ create: { width: 16, height: 16, channels: 3, background } });
  return (await image.png().toBuffer()).toString("base64");
}

function settings(more: Record<string, string> = {}): Record<string, string> {
  return {
    DATABASE_URL: database.url,
    RECOGNIZER: "juhe",
    JUHE_KEY: vendor.key,
    JUHE_BASE_URL: vendor.baseUrl,
    JUHE_TIMEOUT_MS: "10000",
    ...more,
  };
}

function recognize(
  { url }: TestServer,
  image: string,
  options: Record<string, unknown> = {},
): Promise<GraphQLAnswer<Payload>> {
  return graphql<Payload>(url, RECOGNIZE, { image, options });
}

function callsFor(image: string): number {
  const bytes = Buffer.from(image, "base64");
  return vendor.requests.filter(({ photo }) => photo.equals(bytes)).length;
}

describe("idempotency keys", () => {
  let servers: [TestServer, TestServer];

  beforeAll(async () => {
    database = await createTestDatabase();
    servers = [await startServer(settings()), await startServer(settings())];
  });

  afterEach(() => vendor.answerWith(EXAMPLE));

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await database.drop();
  });

  test("five equal calls on two servers are one billed call and one answer", async () => {
    vendor.answerWith({ ...EXAMPLE, afterMs: 400 });
    const image = await newPhoto();
    const answers = await Promise.all(
      [...servers, ...servers, servers[0]].map((server) => recognize(server, image, { idempotencyKey: "five" })),
    );
    expect(answers.map(({ errors }) => errors)).toEqual(Array.from({ length: 5 }));
    expect(new Set(answers.map(({ data }) => data.recognizeBase64.request.id)).size).toBe(1);
    expect(new Set(answers.map(({ data }) => data.recognizeBase64.recognitions[0]?.id)).size).toBe(1);
    expect(answers.filter(({ data }) => !data.recognizeBase64.reused)).toHaveLength(1);
    expect(callsFor(image)).toBe(1);
  });

  test("the same key with another photo or other options is refused, and nothing is billed", async () => {
    const image = await newPhoto();
    await recognize(servers[0], image, { idempotencyKey: "once", cameraId: "gate-1" });
    const before = vendor.requests.length;
    const other = await recognize(servers[1], await newPhoto(), { idempotencyKey: "once", cameraId: "gate-1" });
    const options = await recognize(servers[0], image, { idempotencyKey: "once", cameraId: "gate-2" });
    for (const { errors } of [other, options]) {
      expect(errors?.[0]?.extensions).toEqual({
        code: "BAD_USER_INPUT",
        retryable: false,
        requestId: expect.any(String),
      });
    }
    expect(vendor.requests.length).toBe(before);
  });

  test("a call that failed and may have been billed fails again the same way, and is not repeated", async () => {
    vendor.answerWith({ body: "", then: "close" });
    const image = await newPhoto();
    const first = await recognize(servers[0], image, { idempotencyKey: "failed" });
    expect(first.errors?.[0]?.extensions.code).toBe("RECOGNIZER_UNAVAILABLE");
    vendor.answerWith(EXAMPLE);
    const again = await recognize(servers[1], image, { idempotencyKey: "failed" });
    expect(again.errors?.[0]?.extensions).toMatchObject({ code: "RECOGNIZER_UNAVAILABLE", retryable: false });
    expect(callsFor(image)).toBe(1);
  });

  test("an empty key and a long one are refused", async () => {
    for (const idempotencyKey of ["", "x".repeat(257)]) {
      const { errors } = await recognize(servers[0], await newPhoto(), { idempotencyKey });
      expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
    }
  });

  test("a key is free after 24 hours", async () => {
    const image = await newPhoto();
    await recognize(servers[0], image, { idempotencyKey: "old" });
    await database.query("UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'old'");
    const { data } = await recognize(servers[1], await newPhoto(), { idempotencyKey: "old" });
    expect(data.recognizeBase64.reused).toBe(false);
  });

  test("every call stands in the ledger with its outcome", async () => {
    vendor.answerWith(refusal(10012, "请求超过次数限制"));
    await recognize(servers[0], await newPhoto());
    const rows = await database.query<{ outcome: string; count: number }>(
      "SELECT outcome, count(*)::int AS count FROM vendor_calls GROUP BY 1 ORDER BY 1",
    );
    expect(rows.map(({ outcome }) => outcome)).toEqual(["ANSWERED", "BROKEN", "REFUSED"]);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(vendor.requests.length);
  });

  test("usage is answered from the ledger", async () => {
    const { data } = await graphql<{ usage: Record<string, number> }>(
      servers[0].url,
      "{ usage(range: {}) { recognitions noPlate failed reused juheCalls localCalls } }",
    );
    const counts = await database.query<{ status: string; count: number }>(
      "SELECT status, count(*)::int AS count FROM recognition_requests GROUP BY 1",
    );
    const countOf = (status: string): number => counts.find((row) => row.status === status)?.count ?? 0;
    expect(data.usage).toEqual({
      recognitions: countOf("SUCCEEDED"),
      noPlate: countOf("NO_PLATE"),
      failed: countOf("FAILED"),
      // Four of the five equal calls, and the one that failed again.
      reused: 5,
      juheCalls: vendor.requests.length,
      localCalls: 0,
    });
    expect(data.usage.failed).toBe(2);
    const erased = await graphql<{ deleteRecognitionRequests: number }>(
      servers[0].url,
      `
        mutation {
          deleteRecognitionRequests(filter: { status: [SUCCEEDED] })
        }
      `,
    );
    expect(erased.data.deleteRecognitionRequests).toBe(data.usage.recognitions);
    const after = await graphql<{ usage: Record<string, number> }>(
      servers[0].url,
      "{ usage(range: {}) { recognitions noPlate failed reused juheCalls localCalls } }",
    );
    expect(after.data.usage).toEqual(data.usage);
    const nothing = await graphql<{ usage: Record<string, number> }>(
      servers[0].url,
      `
        {
          usage(range: { lt: "2020-01-01T00:00:00Z" }) {
            recognitions
            noPlate
            failed
            reused
            juheCalls
            localCalls
          }
        }
      `,
    );
    expect(Object.values(nothing.data.usage)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe("with settings of its own", () => {
  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterEach(() => vendor.answerWith(EXAMPLE));

  afterAll(() => database.drop());

  async function withServer(more: Record<string, string>, use: (server: TestServer) => Promise<void>): Promise<void> {
    const server = await startServer(settings(more));
    try {
      await use(server);
    } finally {
      await server.stop();
    }
  }

  test("REUSE_SECONDS answers the same photo from the store, until they have passed", async () => {
    await withServer({ REUSE_SECONDS: "60" }, async (server) => {
      const image = await newPhoto();
      const first = await recognize(server, image);
      const second = await recognize(server, image);
      expect(second.data.recognizeBase64).toEqual({ ...first.data.recognizeBase64, reused: true });
      expect(callsFor(image)).toBe(1);
      await database.query("UPDATE recognition_requests SET created_at = created_at - interval '61 seconds'");
      expect((await recognize(server, image)).data.recognizeBase64.reused).toBe(false);
      expect(callsFor(image)).toBe(2);
    });
  });

  test("JUHE_DAILY_LIMIT stops spending over two servers, and the local engine answers where it may", async () => {
    await database.query("DELETE FROM vendor_days");
    const before = vendor.requests.length;
    await withServer({ JUHE_DAILY_LIMIT: "3" }, async (first) => {
      await withServer({ JUHE_DAILY_LIMIT: "3", RECOGNIZER: "juhe-then-local" }, async (second) => {
        const photos = await Promise.all(Array.from({ length: 8 }, newPhoto));
        const answers = await Promise.all(photos.map((image) => recognize(first, image)));
        const spent = answers.filter(({ errors }) => errors?.[0]?.extensions.code === "RECOGNIZER_QUOTA_EXCEEDED");
        expect(spent).toHaveLength(5);
        expect(vendor.requests.length - before).toBe(3);
        const { data } = await recognize(second, await newPhoto());
        expect(data.recognizeBase64.request.engine).toBe("LOCAL");
        expect(vendor.requests.length - before).toBe(3);
      });
    });
    await database.query("DELETE FROM vendor_days");
  });

  test("a vendor that is down is left alone, which /readyz and the metrics show", async () => {
    vendor.answerWith({ status: 503, body: "down" });
    await withServer({}, async (server) => {
      const before = vendor.requests.length;
      for (let i = 0; i < 15; i++) {
        const { errors } = await recognize(server, await newPhoto());
        expect(errors?.[0]?.extensions.code).toBe("RECOGNIZER_UNAVAILABLE");
      }
      expect(vendor.requests.length - before).toBe(10);
      const ready = await fetch(`${server.url}/readyz`);
      expect([ready.status, await ready.json()]).toEqual([200, { status: "ready", vendor: "down" }]);
      expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(/^plategraph_vendor_up 0$/m);
    });
  });
});

describe("a server killed in the middle", () => {
  const CALLS = 1_000;
  const AT_A_TIME = 25;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  test("leaves no billed call unrecorded, and repeats none that carried a key", async () => {
    const before = vendor.requests.length;
    vendor.answerWith({ ...EXAMPLE, afterMs: 5 });
    const photos = await Promise.all(Array.from({ length: CALLS }, newPhoto));
    const run = async (server: TestServer, answered: (i: number, answer: GraphQLAnswer<Payload> | null) => void) => {
      let next = 0;
      const worker = async (): Promise<void> => {
        for (let i = next++; i < CALLS; i = next++) {
          answered(i, await recognize(server, photos[i] ?? "", { idempotencyKey: `kill-${i}` }).catch(() => null));
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    };

    const first = await startServer(settings());
    const ids = new Map<number, string>();
    let killed: Promise<unknown> | null = null;
    await run(first, (i, answer) => {
      const id = answer?.data?.recognizeBase64?.request.id;
      if (id !== undefined) ids.set(i, id);
      if (ids.size >= CALLS / 3) killed ??= first.stop("SIGKILL");
    });
    if (killed !== null) await (killed as Promise<unknown>);
    expect(ids.size).toBeGreaterThanOrEqual(Math.floor(CALLS / 3));
    expect(ids.size).toBeLessThan(CALLS);

    const second = await startServer(settings());
    let cutOff = 0;
    await run(second, (i, answer) => {
      const error = answer?.errors?.[0]?.extensions;
      if (error === undefined) {
        if (ids.has(i))
          expect(answer?.data.recognizeBase64).toMatchObject({ reused: true, request: { id: ids.get(i) } });
        return;
      }
      expect(error).toMatchObject({ code: "RECOGNIZER_UNAVAILABLE", retryable: false });
      expect(ids.has(i)).toBe(false);
      cutOff += 1;
    });
    await second.stop();

    const calls = new Map<string, number>();
    for (const { photo } of vendor.requests.slice(before)) {
      const key = photo.toString("base64");
      calls.set(key, (calls.get(key) ?? 0) + 1);
    }
    expect([...calls.values()].filter((count) => count > 1)).toEqual([]);
    const [ledger] = await database.query<{ all: number; unknown: number }>(
      `SELECT count(*)::int AS all, count(*) FILTER (WHERE outcome = 'UNKNOWN')::int AS unknown FROM vendor_calls`,
    );
    // An entry without a call is possible, a call without an entry is not.
    expect(ledger?.all).toBeGreaterThanOrEqual(calls.size);
    expect(ledger?.all).toBeLessThanOrEqual(calls.size + AT_A_TIME);
    expect(ledger?.unknown).toBeLessThanOrEqual(AT_A_TIME);
    expect(cutOff).toBeLessThanOrEqual(AT_A_TIME);
  }, 180_000);
});
