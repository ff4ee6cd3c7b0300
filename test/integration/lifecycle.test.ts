import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fixture, graphql, upload } from "../support/graphql-client.js";
import { createTestDatabase } from "../support/test-database.js";
import { startFailing, startServer } from "../support/test-server.js";
import { until } from "../support/until.js";

const IN_FLIGHT = 20;

describe("with the embedded database", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "plategraph-data-"));
  });
  afterAll(async () => rm(folder, { recursive: true, force: true }));

  test("a second start finds the data of the first, and a signal lets requests in flight end", async () => {
    const first = await startServer({ DATA_DIR: folder });
    for (const path of ["/readyz", "/healthz", "/metrics"])
      expect((await fetch(`${first.url}${path}`)).status).toBe(200);
    expect(first.output()).toContain("curl");
    // Sent, then told to stop while one is being read and others wait.
    const photo = await fixture("blue");
    const inFlight = Promise.all(Array.from({ length: IN_FLIGHT }, () => upload(first.url, photo)));
    await until("all there, and one of them being read", async () => {
      const metrics = await (await fetch(`${first.url}/metrics`)).text();
      const sumOf = (name: string): number =>
        [...metrics.matchAll(new RegExp(`^${name}\\{.*\\} (\\d+)$`, "gm"))].reduce((sum, [, n]) => sum + Number(n), 0);
      const [running, waiting] = [sumOf("plategraph_engine_running"), sumOf("plategraph_engine_waiting")];
      return running > 0 && running + waiting + sumOf("plategraph_recognitions_total") === IN_FLIGHT;
    });
    const code = first.stop("SIGINT");
    const answers = await inFlight;
    expect(await code).toBe(0);
    const { plateNumber } = answers[0]?.data.recognizeUpload.recognitions[0] ?? { plateNumber: "" };

    const second = await startServer({ DATA_DIR: folder });
    const found = await graphql<{ plate: { sightings: number } | null }>(
      second.url,
      "query ($number: String!) { plate(number: $number) { sightings } }",
      { number: plateNumber },
    );
    expect(found.data.plate).toEqual({ sightings: IN_FLIGHT });

    const rival = await startFailing({ DATA_DIR: folder });
    expect(rival.code).toBe(1);
    expect(rival.output).toContain("Another PlateGraph");

    // Killed, it leaves PostgreSQL behind; the next start takes over.
    await second.stop("SIGKILL");
    const third = await startServer({ DATA_DIR: folder });
    const again = await graphql<{ plate: { sightings: number } | null }>(
      third.url,
      "query ($number: String!) { plate(number: $number) { sightings } }",
      { number: plateNumber },
    );
    expect(again.data.plate).toEqual({ sightings: IN_FLIGHT });
    expect(await third.stop()).toBe(0);
    // Five starts: half a minute each beside many busy programs.
  }, 400_000);
});

describe("settings", () => {
  test("every fault is listed at once", async () => {
    const { code, output } = await startFailing({
      PORT: "70000",
      RECOGNIZER: "juhe",
      MAX_IMAGE_BYTES: "big",
      DATABASE_URL: "mysql://x",
      ALLOW_ANONYMOUS: "yes",
    });
    expect(code).toBe(1);
    for (const name of [
      "PORT",
      "RECOGNIZER juhe needs a JUHE_KEY",
      "MAX_IMAGE_BYTES",
      "DATABASE_URL",
      "ALLOW_ANONYMOUS",
    ])
      expect(output).toContain(name);
  });

  test("without anonymous callers nobody is served, and those who run it still are", async () => {
    const database = await createTestDatabase();
    const server = await startServer({ DATABASE_URL: database.url, ALLOW_ANONYMOUS: "false" });
    const { status, errors } = await graphql(server.url, "{ __typename }");
    expect(status).toBe(401);
    expect(errors?.[0]?.extensions).toEqual({
      code: "UNAUTHENTICATED",
      retryable: false,
      requestId: expect.any(String),
    });
    const asked = await fetch(`${server.url}/graphql?query={__typename}`, {
      headers: { "apollo-require-preflight": "1" },
    });
    expect(asked.status).toBe(401);
    const form = new FormData();
    form.append("key", "k");
    form.append("file", new Blob(["x"]), "a.jpg");
    const vendor = await fetch(`${server.url}/verify_carlicense/verify`, { method: "POST", body: form });
    expect(await vendor.json()).toMatchObject({ error_code: 10001 });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
    await database.drop();
  });
});

describe("on a PostgreSQL server", () => {
  test("a database with pending migrations is named and refused", async () => {
    const database = await createTestDatabase("template1");
    const { code, output } = await startFailing({ DATABASE_URL: database.url });
    expect(code).toBe(1);
    expect(output).toContain("npm run migrate");
    await database.drop();
  });

  test("readiness follows the database", async () => {
    const database = await createTestDatabase();
    const server = await startServer({ DATABASE_URL: database.url });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await database.drop();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    const { errors } = await graphql(server.url, "{ plateRecognitions { nodes { id } } }");
    expect(errors?.[0]?.extensions.code).toBe("INTERNAL_SERVER_ERROR");
    expect(errors?.[0]?.extensions.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(errors?.[0]?.message).not.toMatch(/database|postgres/i);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});

describe("browsers", () => {
  test("GET /graphql is a page that offers Sandbox, and only known sites may call", async () => {
    const database = await createTestDatabase();
    const server = await startServer({ DATABASE_URL: database.url, CORS_ORIGINS: "https://app.example.com" });
    try {
      const page = await (await fetch(`${server.url}/graphql`, { headers: { accept: "text/html" } })).text();
      expect(page).toContain('id="embeddableSandbox" data-script="https://embeddable-sandbox.cdn.apollographql.com/');
      const allowed = async (origin: string): Promise<string | null> => {
        const answer = await fetch(`${server.url}/graphql`, {
          method: "OPTIONS",
          headers: {
            origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
          },
        });
        return answer.headers.get("access-control-allow-origin");
      };
      expect(await allowed("https://studio.apollographql.com")).toBe("https://studio.apollographql.com");
      expect(await allowed("https://app.example.com")).toBe("https://app.example.com");
      expect(await allowed("https://evil.example.com")).toBeNull();
    } finally {
      expect(await server.stop()).toBe(0);
      await database.drop();
    }
  });
});
