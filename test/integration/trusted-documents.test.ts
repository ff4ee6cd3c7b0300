/** Documents that are asked for by id: trusted ones from a file, and automatic persisted queries (audit D2). */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createKey } from "../support/keys-command.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startFailing, startServer, type TestServer } from "../support/test-server.js";

const PLATE = "粤A10001";
const DOCUMENTS = {
  plate: "query ($number: String!) { plate(number: $number) { number } }",
  erase: `mutation { deletePlateRecognitions(filter: { plateNumber: { eq: "京A00000" } }) }`,
  recognize: "mutation ($image: String!) { recognizeBase64(image: $image) { request { status } } }",
  deep: `{ plateRecognitions { nodes { ${"request { recognitions { ".repeat(10)} id ${"} }".repeat(10)} } } }`,
};

interface Answer {
  status: number;
  data?: unknown;
  code: unknown;
}

let folder: string;
let database: TestDatabase;
let open: TestServer;
let strict: TestServer;
let key: string;

async function fileOf(documents: unknown): Promise<string> {
  const path = join(folder, `${Math.random()}.json`);
  await writeFile(path, typeof documents === "string" ? documents : JSON.stringify(documents));
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plategraph-documents-"));
  database = await createTestDatabase();
  await storeReadings(database, [{ plateNumber: PLATE, capturedAt: "2026-05-01T00:00:00Z" }]);
  key = await createKey(database.url, "owner", "read");
  const settings = { DATABASE_URL: database.url, TRUSTED_DOCUMENTS: await fileOf(DOCUMENTS) };
  [open, strict] = await Promise.all([
    startServer(settings),
    startServer({ ...settings, TRUSTED_DOCUMENTS_ONLY: "true" }),
  ]);
});

afterAll(async () => {
  expect(await Promise.all([open.stop(), strict.stop()])).toEqual([0, 0]);
  await database.drop();
  await rm(folder, { recursive: true });
});

async function answerOf(response: Response): Promise<Answer> {
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  return { status: response.status, ...(data !== undefined && { data }), code: errors?.[0]?.extensions.code };
}

async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return answerOf(
    await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    }),
  );
}

async function get(url: string, search: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
  return answerOf(await fetch(`${url}/graphql?${new URLSearchParams(search).toString()}`, { headers }));
}

const GRAPHQL_TYPE = { accept: "application/graphql-response+json" };
const ASKED = { documentId: "plate", variables: { number: PLATE } };
const FOUND = { status: 200, data: { plate: { number: PLATE } }, code: undefined };

describe("a trusted document", () => {
  test("runs by its id, by POST and by GET, also where no others do", async () => {
    for (const { url } of [open, strict]) {
      expect(await post(url, ASKED)).toEqual(FOUND);
      expect(await get(url, { documentId: "plate", variables: JSON.stringify(ASKED.variables) })).toEqual(FOUND);
    }
  });

  test("that is not known is PERSISTED_QUERY_NOT_FOUND, 400 or 200 by media type", async () => {
    const code = "PERSISTED_QUERY_NOT_FOUND";
    for (const { url } of [open, strict]) {
      for (const documentId of ["other", "", "__proto__", "constructor"]) {
        expect(await post(url, { documentId })).toEqual({ status: 200, code });
        expect(await post(url, { documentId }, GRAPHQL_TYPE)).toEqual({ status: 400, code });
        expect(await get(url, { documentId }, GRAPHQL_TYPE)).toEqual({ status: 400, code });
      }
    }
  });

  test("is one text, and does not stand beside a query", async () => {
    for (const body of [{ documentId: 7 }, { documentId: ["plate"] }, { ...ASKED, query: "{ __typename }" }])
      expect(await post(open.url, body)).toEqual({ status: 400, code: "BAD_REQUEST" });
    const twice = await fetch(`${open.url}/graphql?documentId=plate&documentId=plate`);
    expect(await answerOf(twice)).toEqual({ status: 400, code: "BAD_REQUEST" });
  });

  test("is held to the limits of operations and of the method", async () => {
    expect(await post(open.url, { documentId: "deep" })).toMatchObject({ code: "OPERATION_TOO_DEEP" });
    expect(await get(open.url, { documentId: "erase" })).toMatchObject({ status: 405, code: "BAD_REQUEST" });
  });

  test("takes an upload's form", async () => {
    const form = new FormData();
    form.append("operations", JSON.stringify({ documentId: "recognize", variables: { image: null } }));
    form.append("map", JSON.stringify({ a: ["variables.image"] }));
    form.append("a", new Blob(["x"]), "a");
    const headers = { "apollo-require-preflight": "1" };
    const answer = await answerOf(await fetch(`${strict.url}/graphql`, { method: "POST", headers, body: form }));
    // The document ran: a file is no value of its variable.
    expect(answer.code).toBe("BAD_USER_INPUT");
  });
});

test("TRUSTED_DOCUMENTS_ONLY refuses every other document, registered ones included, and serves the page", async () => {
  const query = "{ __typename }";
  const persistedQuery = { version: 1, sha256Hash: createHash("sha256").update(query).digest("hex") };
  const forbidden = { status: 403, code: "FORBIDDEN" };
  for (const body of [
    { query },
    { query, extensions: { persistedQuery } },
    { extensions: { persistedQuery } },
    { documentId: null, query },
    { query: DOCUMENTS.plate, variables: ASKED.variables },
    {},
  ])
    expect(await post(strict.url, body)).toEqual(forbidden);
  expect(await get(strict.url, { query })).toEqual(forbidden);
  expect(await get(strict.url, {})).toEqual(forbidden);
  const page = await fetch(`${strict.url}/graphql`, { headers: { accept: "text/html" } });
  expect(await page.text()).toMatch(/^<!doctype html>/i);
});

test("without the setting a documentId is PERSISTED_QUERY_NOT_SUPPORTED", async () => {
  const server = await startServer({ DATABASE_URL: database.url });
  try {
    expect(await post(server.url, ASKED)).toEqual({ status: 200, code: "PERSISTED_QUERY_NOT_SUPPORTED" });
  } finally {
    await server.stop();
  }
});

test("a file with faults is refused at start, each document named", async () => {
  const starting = async (documents: unknown): Promise<string> => {
    const { code, output } = await startFailing({
      DATABASE_URL: database.url,
      TRUSTED_DOCUMENTS: await fileOf(documents),
    });
    expect(code).toBe(1);
    return output;
  };
  const output = await starting({ ...DOCUMENTS, gone: "{ gone }", broken: "{", long: `{ ${"a ".repeat(3000)}}` });
  expect(output).toContain('the document "gone" is refused: Cannot query field "gone" on type "Query"');
  expect(output).toContain('the document "broken" is refused: Syntax Error');
  expect(output).toContain('the document "long" is refused');
  expect(output).not.toContain('"plate"');
  for (const documents of ["{", "[]", { a: 1 }]) expect(await starting(documents)).toContain("can't be read");
  const { code, output: alone } = await startFailing({ DATABASE_URL: database.url, TRUSTED_DOCUMENTS_ONLY: "true" });
  expect(code).toBe(1);
  expect(alone).toContain("TRUSTED_DOCUMENTS_ONLY needs TRUSTED_DOCUMENTS");
});

describe("an automatic persisted query", () => {
  const query = DOCUMENTS.plate;
  const persistedQuery = { version: 1, sha256Hash: createHash("sha256").update(query).digest("hex") };
  const asked = { variables: { number: PLATE }, extensions: { persistedQuery } };
  const search = { variables: JSON.stringify(asked.variables), extensions: JSON.stringify(asked.extensions) };

  test("is registered with its text, and then asked for by its hash", async () => {
    expect((await post(open.url, asked)).code).toBe("PERSISTED_QUERY_NOT_FOUND");
    const wrong = { version: 1, sha256Hash: "0".repeat(64) };
    // Found by `npm run hostile:generated`: both were masked as faults of the server.
    for (const faulty of [wrong, { ...persistedQuery, version: 2 }]) {
      const answer = await post(open.url, { query, extensions: { persistedQuery: faulty } });
      expect(answer).toEqual({ status: 400, code: "BAD_REQUEST" });
    }
    expect(await post(open.url, { ...asked, query })).toEqual(FOUND);
    expect(await post(open.url, asked)).toEqual(FOUND);
    expect(await get(open.url, search)).toEqual(FOUND);
  });

  test("D2: needs a key where anonymous callers are not let in, as a trusted document does", async () => {
    const server = await startServer({
      DATABASE_URL: database.url,
      ALLOW_ANONYMOUS: "false",
      TRUSTED_DOCUMENTS: await fileOf(DOCUMENTS),
    });
    try {
      const refused = { status: 401, code: "UNAUTHENTICATED" };
      const authorization = { authorization: `Bearer ${key}` };
      expect(await post(server.url, { ...asked, query }, authorization)).toMatchObject({ data: { plate: null } });
      for (const headers of [{}, { authorization: "Bearer plg_wrong" }]) {
        expect(await post(server.url, asked, headers)).toEqual(refused);
        expect(await get(server.url, search, headers)).toEqual(refused);
        expect(await post(server.url, ASKED, headers)).toEqual(refused);
        expect(await get(server.url, { documentId: "plate" }, headers)).toEqual(refused);
      }
      expect(await get(server.url, search, authorization)).toMatchObject({ data: { plate: null } });
    } finally {
      await server.stop();
    }
  });

  test("is its partner's own: another is not told that it was sent", async () => {
    const server = await startServer({ DATABASE_URL: database.url, ALLOW_ANONYMOUS: "false" });
    try {
      const keyed = (each: string) => ({ authorization: `Bearer ${each}` });
      const owner = keyed(key);
      const colleague = keyed(await createKey(database.url, "owner", "read"));
      const stranger = keyed(await createKey(database.url, "stranger", "read"));
      const found = { status: 200, data: { plate: null }, code: undefined };
      expect(await post(server.url, { ...asked, query }, owner)).toEqual(found);
      expect(await post(server.url, asked, colleague)).toEqual(found);
      const unknown = { status: 200, code: "PERSISTED_QUERY_NOT_FOUND" };
      expect(await post(server.url, asked, stranger)).toEqual(unknown);
      expect(await get(server.url, search, stranger)).toEqual(unknown);
      expect(await post(server.url, { ...asked, query }, stranger)).toEqual(found);
      expect(await get(server.url, search, stranger)).toEqual(found);
    } finally {
      await server.stop();
    }
  });
});
