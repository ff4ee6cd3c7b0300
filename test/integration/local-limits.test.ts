import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fixture, upload } from "../support/graphql-client.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer } from "../support/test-server.js";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

const BURST = 200;
function burst(url: string, photo: Buffer): Promise<Awaited<ReturnType<typeof upload>>[]> {
  return Promise.all(Array.from({ length: BURST }, () => upload(url, photo)));
}

async function residentMegabytes(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const bytes = /^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1];
  if (bytes === undefined) throw new Error("/metrics does not tell the memory");
  return Number(bytes) / 1e6;
}

describe("the local engine under load", () => {
  // That they are answered in order of arrival is tested where the order is known, in local-recognizer.test.ts.
  test("answers a burst of 200 in full, with memory flat from the first burst on", async () => {
    const server = await startServer({ DATABASE_URL: database.url, MALLOC_ARENA_MAX: "2" });
    try {
      const photo = await fixture("blue");
      const first = await burst(server.url, photo);
      const before = await residentMegabytes(server.url);
      const second = await burst(server.url, photo);
      const after = await residentMegabytes(server.url);
      const requests = [...first, ...second].map(({ data }) => data.recognizeUpload.request);
      expect(new Set(requests.map(({ status }) => status))).toEqual(new Set(["SUCCEEDED"]));
      expect(new Set(requests.map(({ id }) => id)).size).toBe(2 * BURST);
      // 200 photos of one megapixel would be 600 MB decoded.
      expect(after - before).toBeLessThan(80);
    } finally {
      expect(await server.stop()).toBe(0);
    }
  });

  test("refuses at once what its queue has no room for, and reads on afterwards", async () => {
    const server = await startServer({ DATABASE_URL: database.url, LOCAL_QUEUE: "1" });
    const photo = await fixture("blue");
    const answers = await Promise.all(Array.from({ length: 12 }, () => upload(server.url, photo)));
    const refused = answers.flatMap(({ errors }) => errors ?? []);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(12);
    for (const { extensions } of refused)
      expect(extensions).toEqual({ code: "RECOGNIZER_UNAVAILABLE", retryable: true, requestId: expect.any(String) });
    const { data } = await upload(server.url, photo);
    expect(data.recognizeUpload.request.status).toBe("SUCCEEDED");
    expect(await server.stop()).toBe(0);
  });

  test("a photo that takes too long fails alone", async () => {
    const server = await startServer({ DATABASE_URL: database.url, LOCAL_TIMEOUT_MS: "100" });
    const photo = await fixture("blue");
    // One thread: those at the end of the queue can't be read in time.
    const answers = await Promise.all(Array.from({ length: 20 }, () => upload(server.url, photo)));
    const late = answers.flatMap(({ errors }) => errors ?? []);
    expect(late.length).toBeGreaterThan(0);
    for (const { extensions } of late)
      expect(extensions).toEqual({ code: "RECOGNIZER_UNAVAILABLE", retryable: true, requestId: expect.any(String) });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});
