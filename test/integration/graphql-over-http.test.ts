/** The public audit of GraphQL over HTTP, and that its leniency costs no safety. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { serverAudits } from "graphql-http";
import { graphql } from "../support/graphql-client.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

let database: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({ DATABASE_URL: database.url });
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const audits = serverAudits({ url: () => `${server.url}/graphql`, fetchFn: fetch });

test("the audit has what it had when this was written", () => {
  expect(audits).toHaveLength(61);
});

test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))("%s: %s", async (_id, _name, audit) => {
  const result = await audit.fn();
  expect({ status: result.status, reason: "reason" in result ? result.reason : undefined }).toEqual({ status: "ok" });
});

describe("requests that a page of another site can make", () => {
  const query = `?query=${encodeURIComponent("{ __typename }")}`;
  const statusOf = async (headers: Record<string, string>, method = "GET", body?: string): Promise<number> =>
    (await fetch(`${server.url}/graphql${method === "GET" ? query : ""}`, { method, headers, body: body ?? null }))
      .status;

  test("are refused by GET where the browser says so", async () => {
    expect(await statusOf({ "sec-fetch-site": "cross-site" })).toBe(400);
    expect(await statusOf({ "sec-fetch-site": "same-site" })).toBe(400);
    expect(await statusOf({ "sec-fetch-site": "same-origin" })).toBe(200);
    expect(await statusOf({})).toBe(200);
  });

  test("are refused by POST without a preflight, and mutations by GET", async () => {
    const body = JSON.stringify({ query: "{ __typename }" });
    expect(await statusOf({ "content-type": "text/plain" }, "POST", body)).toBe(400);
    const mutation = `mutation { recognizeBase64(image: "AA==") { reused } }`;
    const answer = await fetch(`${server.url}/graphql?query=${encodeURIComponent(mutation)}`);
    expect(answer.status).toBe(405);
    const { data } = await graphql<{ recognitionRequests: { nodes: unknown[] } }>(
      server.url,
      "{ recognitionRequests { nodes { id } } }",
    );
    expect(data.recognitionRequests.nodes).toEqual([]);
  });
});
