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
/** Answers may be this many places from where they were sent. */
const SENT_TOGETHER = 16;

async function burst(
  url: string,
  photo: Buffer,
): Promise<{ answers: Awaited<ReturnType<typeof upload>>[]; order: number[] }> {
  const order: number[] = [];
  const answers = await Promise.all(
    Array.from({ length: BURST }, async (_, index) => {
      const answer = await upload(url, photo);
      order.push(index);
      return answer;
    }),
  );
  return { answers, order };
}

async function residentMegabytes(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const bytes = /^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1];
  if (bytes === undefined) throw new Error("/metrics does not tell the memory");
  return Number(bytes) / 1e6;
}

describe("the local engine under load", () => {
  test("answers a burst of 200 in order of arrival, with memory flat from the first burst on", async () => {
    const server = await startServer({ DATABASE_URL: database.url, MALLOC_ARENA_MAX: "2" });
    const photo = await fixture("blue");
    const first = await burst(server.url, photo);
    const before = await residentMegabytes(server.url);
    const second = await burst(server.url, photo);
    const after = await residentMegabytes(server.url);
    for (const { answers, order } of [first, second]) {
      expect(new Set(answers.map(({ data }) => data.recognizeUpload.request.status))).toEqual(new Set(["SUCCEEDED"]));
      expect(new Set(answers.map(({ data }) => data.recognizeUpload.request.id)).size).toBe(BURST);
      // Uploads that are sent at the same time may overtake each other on their way to the queue, but not in it.
      const late = order.map((sent, answered) => Math.abs(sent - answered));
      expect(Math.max(...late)).toBeLessThanOrEqual(SENT_TOGETHER);
    }
    // 200 photos of one megapixel would be 600 MB decoded.
    expect(after - before).toBeLessThan(60);
    expect(await server.stop()).toBe(0);
  });

  test("refuses at once what its queue has no room for, and reads on afterwards", async () => {
    const server = await startServer({ DATABASE_URL: database.url, LOCAL_QUEUE: "1" });
    const photo = await fixture("blue");
    const answers = await Promise.all(Array.from({ length: 12 }, () => upload(server.url, photo)));
    const refused = answers.flatMap(({ errors }) => errors ?? []);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(12);
    for (const { extensions } of refused)
      expect(extensions).toEqual({ code: "RECOGNIZER_UNAVAILABLE", retryable: true });
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
    for (const { extensions } of late) expect(extensions).toEqual({ code: "RECOGNIZER_UNAVAILABLE", retryable: true });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});
