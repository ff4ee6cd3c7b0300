/** Partners kept apart: what a key opens, what it does not, and that no field of the schema leaks another partner's records. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from "graphql";
import { graphql, WHITE_PIXEL, fixture } from "../support/graphql-client.js";
import { createKey } from "../support/keys-command.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startFailing, startServer, type TestServer } from "../support/test-server.js";

const PLATE = "粤B12345";
const RECOGNIZE = `mutation ($image: String!) {
  recognizeBase64(image: $image) { request { id status } recognitions { id plateNumber } }
}`;

let database: TestDatabase;
let server: TestServer;
let owner: string;
let stranger: string;
let reader: string;
let recognizer: string;
let recognitionId: string;
let requestId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const settings = { DATABASE_URL: database.url, ALLOW_ANONYMOUS: "false", RATE_LIMIT_PER_MINUTE: "0" };
  owner = await createKey(database.url, "owner", "recognize,read,admin");
  reader = await createKey(database.url, "owner", "read");
  recognizer = await createKey(database.url, "owner", "recognize");
  stranger = await createKey(database.url, "stranger", "recognize,read,admin");
  const [partner] = await database.query<{ id: string }>("SELECT id FROM partners WHERE name = 'owner'");
  const [id] = await storeReadings(
    database,
    [{ plateNumber: PLATE, capturedAt: "2026-11-01T00:00:00.000Z" }],
    partner?.id,
  );
  const [row] = await database.query<{ request_id: string }>(
    "SELECT request_id FROM plate_recognitions WHERE id = $1",
    [id],
  );
  recognitionId = `recognition_${id}`;
  requestId = `request_${row?.request_id}`;
  server = await startServer(settings);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const codesOf = (errors: { extensions: { code: string } }[] | undefined): string[] => [
  ...new Set(errors?.map(({ extensions }) => extensions.code)),
];

describe("who calls", () => {
  test.each([
    ["no key", {}],
    ["a key that is none", { authorization: "Bearer plg_wrong" }],
    ["another scheme", { authorization: "Basic eDp5" }],
    ["no scheme", { authorization: "plg_wrong" }],
  ])("%s is UNAUTHENTICATED, with status 401", async (_what, headers) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ query: "{ __typename }" }),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    const { errors } = (await response.json()) as { errors: { extensions: object }[] };
    expect(errors[0]?.extensions).toEqual({ code: "UNAUTHENTICATED", retryable: false, requestId: expect.any(String) });
  });

  test("the caller is asked for before the body is read", async () => {
    // The body never ends: a server that read it first would not answer.
    const body = new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{"query":')) });
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      duplex: "half",
      signal: AbortSignal.timeout(30_000),
    });
    expect(response.status).toBe(401);
  });
});

describe("scopes", () => {
  test("recognize stores, and reads nothing that was stored before", async () => {
    const stored = await graphql<{ recognizeBase64: { request: { status: string } } }>(
      server.url,
      RECOGNIZE,
      { image: WHITE_PIXEL },
      recognizer,
    );
    expect(stored.errors).toBeUndefined();
    expect(stored.data.recognizeBase64.request.status).toBe("NO_PLATE");
    const read = await graphql(server.url, "{ plateRecognitions { nodes { id } } }", {}, recognizer);
    expect(codesOf(read.errors)).toEqual(["FORBIDDEN"]);
    const photo = (await fixture("blue")).toString("base64");
    // The answer to one's own photo, from either side.
    const own = await graphql<{ recognizeBase64: Record<"recognitions" | "request", unknown> }>(
      server.url,
      `
        mutation ($image: String!) {
          recognizeBase64(image: $image) {
            recognitions {
              id
              plateNumber
            }
            request {
              recognitions {
                id
                plateNumber
              }
            }
          }
        }
      `,
      { image: photo },
      recognizer,
    );
    expect(own.errors).toBeUndefined();
    expect(own.data.recognizeBase64.request).toEqual({ recognitions: own.data.recognizeBase64.recognitions });
    expect(own.data.recognizeBase64.recognitions).toHaveLength(1);
    const around = await graphql(
      server.url,
      `
        mutation ($image: String!) {
          recognizeBase64(image: $image) {
            recognitions {
              plateNumber
              plate {
                sightings
              }
            }
          }
        }
      `,
      { image: photo },
      recognizer,
    );
    expect(codesOf(around.errors)).toEqual(["FORBIDDEN"]);
  });

  test("read reads, and stores nothing", async () => {
    const read = await graphql<{ plate: { number: string } }>(
      server.url,
      `{ plate(number: "${PLATE}") { number } }`,
      {},
      reader,
    );
    expect(read.data.plate).toEqual({ number: PLATE });
    const [before] = await database.query<{ count: number }>("SELECT count(*)::int AS count FROM recognition_requests");
    const stored = await graphql(server.url, RECOGNIZE, { image: WHITE_PIXEL }, reader);
    expect(codesOf(stored.errors)).toEqual(["FORBIDDEN"]);
    expect(await database.query("SELECT count(*)::int AS count FROM recognition_requests")).toEqual([before]);
  });
});

describe("every field that returns records", () => {
  let schema: GraphQLSchema;

  beforeAll(async () => {
    const { data } = await graphql<IntrospectionQuery>(server.url, getIntrospectionQuery(), {}, reader);
    schema = buildClientSchema(data);
  });

  const DEPTH = 2;

  /** Required arguments that name the owner's records. A field that is not named here and has one makes the walk fail. */
  const ARGUMENTS: Readonly<Record<string, () => string>> = {
    "node.id": () => `"${recognitionId}"`,
    "nodes.ids": () => `["${recognitionId}", "${requestId}", "plate_${Buffer.from(PLATE).toString("base64url")}"]`,
    "plateRecognition.id": () => `"${recognitionId}"`,
    "recognitionRequest.id": () => `"${requestId}"`,
    "plate.number": () => `"${PLATE}"`,
    "similarPlates.number": () => `"${PLATE}"`,
    "recognitionStats.interval": () => "DAY",
    "usage.range": () => "{}",
  };

  /** One query for each object type that the field can return. */
  function queriesOf(field: GraphQLField<unknown, unknown>): string[] {
    const given = field.args
      .filter((argument) => argument.type.toString().endsWith("!") && argument.defaultValue === undefined)
      .map(({ name }) => {
        const value = ARGUMENTS[`${field.name}.${name}`];
        if (value === undefined) throw new Error(`The walk has no value for ${field.name}(${name}:).`);
        return `${name}: ${value()}`;
      });
    const args = given.length === 0 ? "" : `(${given.join(", ")})`;
    return objectTypesOf(field).map(
      (type) => `{ ${field.name}${args} { __typename ... on ${type.name} { ${fieldsOf(type, DEPTH)} } } }`,
    );
  }

  function objectTypesOf(field: GraphQLField<unknown, unknown>): readonly GraphQLObjectType[] {
    const type = getNamedType(field.type);
    if (isInterfaceType(type) || isUnionType(type)) return schema.getPossibleTypes(type);
    return isObjectType(type) ? [type] : [];
  }

  /** Every field that needs no arguments, and everything below it, so many levels deep. */
  function fieldsOf(type: GraphQLObjectType, depth: number): string {
    return Object.values(type.getFields())
      .filter(({ args }) => args.every((argument) => !argument.type.toString().endsWith("!")))
      .flatMap((field) => {
        const [below] = objectTypesOf(field);
        if (below === undefined) return [field.name];
        return depth === 0 ? [] : [`${field.name} { __typename ${fieldsOf(below, depth - 1)} }`];
      })
      .join(" ");
  }

  const roots = (): GraphQLField<unknown, unknown>[] => Object.values(schema.getQueryType()?.getFields() ?? {});

  test("gives the owner something, and another partner nothing", async () => {
    expect(roots().length).toBeGreaterThanOrEqual(11);
    let seen = 0;
    for (const query of roots().flatMap(queriesOf)) {
      const own = await graphql(server.url, query, {}, owner);
      expect({ query, errors: own.errors }).toEqual({ query, errors: undefined });
      if (JSON.stringify(own.data).includes(PLATE) || JSON.stringify(own.data).includes(requestId)) seen += 1;
      const other = JSON.stringify(await graphql(server.url, query, {}, stranger));
      expect(other).not.toContain(recognitionId);
      expect(other).not.toContain(requestId);
      expect(other.replaceAll(`"${PLATE}"`, "")).not.toContain(PLATE);
      expect(other).not.toContain("2026-11-01");
    }
    // A walk that finds nothing for the owner either would prove nothing.
    expect(seen).toBeGreaterThan(4);
  });

  test("gives nothing to a key without the scope read", async () => {
    for (const query of roots().flatMap(queriesOf)) {
      const { data, errors } = await graphql(server.url, query, {}, recognizer);
      expect({ query, codes: codesOf(errors) }).toEqual({ query, codes: ["FORBIDDEN"] });
      expect(JSON.stringify(data ?? null)).not.toContain(PLATE);
    }
  });
});

describe("the vendor's protocol", () => {
  async function juhe(key: string): Promise<{ error_code: number }> {
    const form = new URLSearchParams({ key, file: (await fixture("blue")).toString("base64") });
    return (await fetch(`${server.url}/verify_carlicense/query`, { method: "POST", body: form })).json() as Promise<{
      error_code: number;
    }>;
  }

  test("takes our keys in the form's field, and answers a wrong one 10001 and one without the scope 10002", async () => {
    expect(await juhe(owner)).toMatchObject({ error_code: 0 });
    expect(await juhe("plg_wrong")).toMatchObject({ error_code: 10001 });
    expect(await juhe("a-key-of-the-vendor")).toMatchObject({ error_code: 10001 });
    expect(await juhe(reader)).toMatchObject({ error_code: 10002 });
  });
});

describe("rate limits", () => {
  test("hold over two servers, answer 429 with headers and seconds, and leave another partner alone", async () => {
    const settings = { DATABASE_URL: database.url, ALLOW_ANONYMOUS: "false", RATE_LIMIT_PER_MINUTE: "600" };
    const limited = await createKey(database.url, "limited", "read,recognize", "--rate-limit", "10");
    const servers = await Promise.all([startServer(settings), startServer(settings)]);
    try {
      const ask = (url: string, key: string): Promise<Response> =>
        fetch(`${url}/graphql`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
          body: JSON.stringify({ query: "{ __typename }" }),
        });
      const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => ask(servers[i % 2]?.url ?? "", limited)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
      const refused = answers.find(({ status }) => status === 429);
      expect(refused?.headers.get("ratelimit-limit")).toBe("10");
      expect(refused?.headers.get("ratelimit-remaining")).toBe("0");
      expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
      const { errors } = (await refused?.json()) as { errors: { extensions: Record<string, unknown> }[] };
      expect(errors[0]?.extensions).toMatchObject({ code: "RATE_LIMITED", retryable: true });
      expect(errors[0]?.extensions.retryAfterSeconds).toBeGreaterThan(0);
      const served = await ask(servers[0].url, owner);
      expect(served.status).toBe(200);
      expect(served.headers.get("ratelimit-limit")).toBe("600");
      const form = new URLSearchParams({ key: limited, file: WHITE_PIXEL });
      const juhe = await fetch(`${servers[0].url}/verify_carlicense/query`, { method: "POST", body: form });
      expect(await juhe.json()).toMatchObject({ error_code: 10012 });
    } finally {
      await Promise.all(servers.map((each) => each.stop()));
    }
  });
});

describe("a server that starts", () => {
  test("open to the world by accident refuses, and says why", async () => {
    const { code, output } = await startFailing({
      DATABASE_URL: database.url,
      HOST: "0.0.0.0",
      ALLOW_ANONYMOUS: "true",
    });
    expect(code).toBe(1);
    expect(output).toContain("ALLOW_ANONYMOUS");
    expect(output).toContain("npm run keys");
  });

  test("without anyone who could call says how to make a key", async () => {
    const empty = await createTestDatabase();
    const lonely = await startServer({ DATABASE_URL: empty.url, ALLOW_ANONYMOUS: "false" });
    expect(lonely.output()).toContain("npm run keys -- create");
    await lonely.stop();
    await empty.drop();
    expect(server.output()).not.toContain("npm run keys -- create");
  });
});
