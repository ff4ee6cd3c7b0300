import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fixture, upload } from "../support/graphql-client.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer } from "../support/test-server.js";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

describe("the local engine under load", () => {
  test("answers a burst in full while its queue has room", async () => {
    const server = await startServer({ DATABASE_URL: database.url });
    const photo = await fixture("blue");
    const answers = await Promise.all(Array.from({ length: 30 }, () => upload(server.url, photo)));
    expect(new Set(answers.map(({ data }) => data.recognizeUpload.request.status))).toEqual(new Set(["SUCCEEDED"]));
    expect(new Set(answers.map(({ data }) => data.recognizeUpload.request.id)).size).toBe(30);
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
