/** docs/clients.md: what it shows is what is run here, against a server that asks for keys. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { codegen } from "@graphql-codegen/core";
import { preset } from "@graphql-codegen/client-preset";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { buildSchema, parse, print } from "graphql";
import * as apollo from "../../docs/clients/apollo.js";
import codegenConfig from "../../docs/clients/codegen.js";
import { PlateGraphError, retrying } from "../../docs/clients/errors.js";
import { PlateGraph } from "../../docs/clients/fetch.js";
import type * as RelayClient from "../../docs/clients/relay.js";
import * as urql from "../../docs/clients/urql.js";
import { fixture } from "../support/graphql-client.js";
import { createKey } from "../support/keys-command.js";
import { compileRelayModule } from "../support/relay-artifacts.js";
import { storeReadings } from "../support/stored-readings.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";
import { until } from "../support/until.js";

const run = promisify(execFile);
const BLUE = "渝X32547";
/** Stored before: five, read in pages of two. */
const STORED = ["粤B10005", "粤B10004", "粤B10003", "粤B10002", "粤B10001"];
const FILTER = { plateNumber: { startsWith: "粤B1000" } };

let database: TestDatabase;
let server: TestServer;
let url: string;
let key: string;
let photo: Blob;
const noPhoto = new Blob(["not a photo"]);

beforeAll(async () => {
  database = await createTestDatabase();
  key = await createKey(database.url, "acme", "recognize,read");
  const [partner] = await database.query<{ id: string }>("SELECT id FROM partners WHERE name = 'acme'");
  await storeReadings(
    database,
    STORED.map((plateNumber, at) => ({ plateNumber, capturedAt: `2026-11-0${9 - at}T00:00:00.000Z` })),
    partner?.id,
  );
  server = await startServer({ DATABASE_URL: database.url, ALLOW_ANONYMOUS: "false" });
  url = `${server.url}/graphql`;
  photo = new Blob([new Uint8Array(await fixture("blue"))]);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

/** A key whose minute is used up. */
async function usedUpKey(partner: string): Promise<string> {
  const limited = await createKey(database.url, partner, "read", "--rate-limit", "1");
  await new PlateGraph(url, limited).query("{ __typename }");
  return limited;
}

const INVALID = { code: "INVALID_IMAGE", retryable: false, requestId: expect.stringMatching(/^[\w-]{8,}$/) };
const UNAUTHENTICATED = { code: "UNAUTHENTICATED", retryable: false };
const RATE_LIMITED = {
  code: "RATE_LIMITED",
  retryable: true,
  retryAfterSeconds: expect.any(Number),
};

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test("the page shows the files that are tested here, as they are", async () => {
  const page = await readFile("docs/clients.md", "utf8");
  const files = (await readdir("docs/clients")).filter((name) => !name.startsWith("__"));
  expect(files).toHaveLength(8);
  for (const name of files)
    expect(page).toContain(`\n${(await readFile(`docs/clients/${name}`, "utf8")).trimEnd()}\n\`\`\`\n`);
});

describe("fetch", () => {
  test("reads a photo, once for one idempotency key", async () => {
    const client = new PlateGraph(url, key);
    const first = await client.recognize(photo, { idempotencyKey: "fetch-1" });
    expect(first).toMatchObject({
      reused: false,
      request: { status: "SUCCEEDED" },
      recognitions: [{ plateNumber: BLUE }],
    });
    expect(await client.recognize(photo, { idempotencyKey: "fetch-1" })).toEqual({ ...first, reused: true });
  });

  test("pages through a connection", async () => {
    const readings = await collected(new PlateGraph(url, key).readings(FILTER, 2));
    expect(readings.map(({ plateNumber }) => plateNumber)).toEqual(STORED);
  });

  test("gives faults with their codes", async () => {
    await expect(new PlateGraph(url, key).recognize(noPhoto)).rejects.toMatchObject(INVALID);
    await expect(new PlateGraph(url).query("{ __typename }")).rejects.toMatchObject(UNAUTHENTICATED);
    const limited = new PlateGraph(url, await usedUpKey("fetch"));
    await expect(limited.query("{ __typename }")).rejects.toMatchObject(RATE_LIMITED);
    const nowhere = new PlateGraph("http://127.0.0.1:1/graphql");
    await expect(nowhere.query("{ __typename }")).rejects.toMatchObject({ code: "NETWORK_ERROR", retryable: true });
  });

  test("calls again what may succeed later, and nothing else", async () => {
    const answers = (retryable: boolean) => {
      let calls = 0;
      return async (): Promise<number> => {
        if (++calls > 2) return calls;
        throw new PlateGraphError({ message: "", extensions: { code: "X", retryable, retryAfterSeconds: 0.01 } });
      };
    };
    await expect(retrying(answers(true))).resolves.toBe(3);
    await expect(retrying(answers(true), 2)).rejects.toBeInstanceOf(PlateGraphError);
    await expect(retrying(answers(false))).rejects.toBeInstanceOf(PlateGraphError);
  });
});

describe("Apollo Client", () => {
  test("reads a photo, once for one idempotency key", async () => {
    const client = apollo.createApolloClient(url, key);
    const variables = { image: photo, options: { idempotencyKey: "apollo-1" } };
    const { data } = await client.mutate({ mutation: apollo.RECOGNIZE, variables });
    expect(data?.recognizeUpload).toMatchObject({ reused: false, recognitions: [{ plateNumber: BLUE }] });
    const again = await client.mutate({ mutation: apollo.RECOGNIZE, variables });
    expect(again.data?.recognizeUpload.reused).toBe(true);
  });

  test("pages through a connection, which the cache joins", async () => {
    const client = apollo.createApolloClient(url, key);
    const first = { filter: FILTER, first: 2 };
    const list = client.watchQuery({ query: apollo.READINGS, variables: first });
    const shown: { plateRecognitions: { edges: unknown[] } }[] = [];
    const subscription = list.subscribe(({ dataState, data }) => dataState === "complete" && shown.push(data));
    while (shown.length === 0) await setTimeout(5);
    const page = () => client.readQuery({ query: apollo.READINGS, variables: first })?.plateRecognitions;
    while (page()?.pageInfo.hasNextPage)
      await list.fetchMore({ variables: { after: page()?.pageInfo.endCursor ?? "" } });
    // What a component is given at the end.
    const edges = STORED.map((plateNumber) => ({ node: { plateNumber } }));
    await until("shown whole", () => shown.at(-1)?.plateRecognitions.edges.length === edges.length);
    expect(shown.at(-1)).toMatchObject({ plateRecognitions: { edges } });
    subscription.unsubscribe();
    client.stop();
  });

  test("gives faults with their codes", async () => {
    const faultOf = async (client: ReturnType<typeof apollo.createApolloClient>, image?: Blob) =>
      apollo.plateGraphError(
        await (
          image === undefined
            ? client.query({ query: apollo.READINGS })
            : client.mutate({ mutation: apollo.RECOGNIZE, variables: { image } })
        ).catch((error: unknown) => error),
      );
    expect(await faultOf(apollo.createApolloClient(url, key), noPhoto)).toMatchObject(INVALID);
    expect(await faultOf(apollo.createApolloClient(url))).toMatchObject(UNAUTHENTICATED);
    expect(await faultOf(apollo.createApolloClient(url, await usedUpKey("apollo")))).toMatchObject(RATE_LIMITED);
    const nowhere = apollo.createApolloClient("http://127.0.0.1:1/graphql");
    expect(await faultOf(nowhere)).toMatchObject({ code: "NETWORK_ERROR" });
    expect(await faultOf(nowhere, photo)).toMatchObject({ code: "NETWORK_ERROR" });
  });
});

describe("urql", () => {
  test("reads a photo, once for one idempotency key", async () => {
    const client = urql.createUrqlClient(url, key);
    const variables = { image: photo, options: { idempotencyKey: "urql-1" } };
    const { data } = await client.mutation(urql.RECOGNIZE, variables).toPromise();
    expect(data?.recognizeUpload).toMatchObject({ reused: false, recognitions: [{ plateNumber: BLUE }] });
    const again = await client.mutation(urql.RECOGNIZE, variables).toPromise();
    expect(again.data?.recognizeUpload.reused).toBe(true);
  });

  test("pages through a connection", async () => {
    const client = urql.createUrqlClient(url, key);
    const found: string[] = [];
    let after: string | null = null;
    do {
      const { data, error } = await client.query(urql.READINGS, { filter: FILTER, first: 2, after }).toPromise();
      expect(error).toBeUndefined();
      found.push(...(data?.plateRecognitions.nodes.map(({ plateNumber }) => plateNumber) ?? []));
      after = data?.plateRecognitions.pageInfo.hasNextPage ? data.plateRecognitions.pageInfo.endCursor : null;
    } while (after !== null);
    expect(found).toEqual(STORED);
  });

  test("gives faults with their codes", async () => {
    const faultOf = async (client: ReturnType<typeof urql.createUrqlClient>, image?: Blob) => {
      const { error } = await (
        image === undefined ? client.query(urql.READINGS, {}) : client.mutation(urql.RECOGNIZE, { image })
      ).toPromise();
      return error && urql.plateGraphError(error);
    };
    expect(await faultOf(urql.createUrqlClient(url, key), noPhoto)).toMatchObject(INVALID);
    expect(await faultOf(urql.createUrqlClient(url))).toMatchObject(UNAUTHENTICATED);
    expect(await faultOf(urql.createUrqlClient(url, await usedUpKey("urql")))).toMatchObject(RATE_LIMITED);
    expect(await faultOf(urql.createUrqlClient("http://127.0.0.1:1/graphql"))).toMatchObject({ code: "NETWORK_ERROR" });
  });
});

describe("Relay", () => {
  let folder: string;
  let relay: typeof RelayClient;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "plategraph-relay-"));
    const bundle = await compileRelayModule(folder, "docs/clients/relay.ts", "docs/clients/relay.config.json");
    relay = (await import(bundle)) as typeof RelayClient;
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test("reads a photo, once for one idempotency key", async () => {
    const environment = relay.createRelayEnvironment(url, key);
    const first = await relay.recognize(environment, photo, { idempotencyKey: "relay-1" });
    expect(first).toMatchObject({ reused: false, recognitions: [{ plateNumber: BLUE }] });
    expect((await relay.recognize(environment, photo, { idempotencyKey: "relay-1" })).reused).toBe(true);
  });

  test("pages through a connection", async () => {
    const readings = await collected(relay.listReadings(relay.createRelayEnvironment(url, key), FILTER, 2));
    expect(readings.map(({ plateNumber }) => plateNumber)).toEqual(STORED);
  });

  test("the fragment has a query that pages on, and the server answers it", async () => {
    const artifact = await readFile(join(folder, "src/__generated__/relayReadingsPageQuery.graphql.ts"), "utf8");
    const text = /"text": ("(?:[^"\\]|\\.)*")/.exec(artifact)?.[1] ?? "";
    const variables = { filter: FILTER, count: 2 };
    const data = await new PlateGraph(url, key).query(JSON.parse(text) as string, variables);
    expect(data).toMatchObject({ plateRecognitions: { edges: [{ node: { plateNumber: STORED[0] } }, {}] } });
  });

  test("gives faults with their codes", async () => {
    const { createRelayEnvironment, listReadings, recognize } = relay;
    const list = (withKey?: string) => collected(listReadings(createRelayEnvironment(url, withKey)));
    await expect(recognize(createRelayEnvironment(url, key), noPhoto)).rejects.toMatchObject(INVALID);
    await expect(list()).rejects.toMatchObject(UNAUTHENTICATED);
    await expect(list(await usedUpKey("relay"))).rejects.toMatchObject(RATE_LIMITED);
  });
});

const python = await run("python3", ["-c", "import sys; assert sys.version_info >= (3, 8)"]).then(
  () => test,
  () => test.skip,
);

describe("Python", () => {
  /** Runs the lines with a client at hand, and gives what they print as JSON. */
  async function pythonRun(lines: string, ...args: string[]): Promise<unknown> {
    const env = { PATH: process.env.PATH, PYTHONPATH: "docs/clients", PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" };
    const start = "import json, sys\nfrom plategraph import PlateGraph, PlateGraphError\n";
    const { stdout } = await run("python3", ["-c", start + lines, url, key, ...args], { env });
    return JSON.parse(stdout);
  }

  python("reads a photo, once for one idempotency key", async () => {
    const answers = await pythonRun(
      `client = PlateGraph(sys.argv[1], sys.argv[2])
photo = open("test/fixtures/blue.jpg", "rb").read()
print(json.dumps([client.recognize(photo, idempotencyKey="python-1") for _ in range(2)]))`,
    );
    expect(answers).toMatchObject([
      { reused: false, recognitions: [{ plateNumber: BLUE }] },
      { reused: true, recognitions: [{ plateNumber: BLUE }] },
    ]);
  });

  python("pages through a connection", async () => {
    const lines = `print(json.dumps([one["plateNumber"] for one in PlateGraph(sys.argv[1], sys.argv[2]).readings(json.loads(sys.argv[3]), 2)]))`;
    expect(await pythonRun(lines, JSON.stringify(FILTER))).toEqual(STORED);
  });

  python("gives faults with their codes", async () => {
    const faults = await pythonRun(
      `def fault(call):
    try:
        call()
    except PlateGraphError as error:
        return {"code": error.code, "retryable": error.retryable, "retryAfterSeconds": error.retry_after_seconds, "requestId": error.request_id}
url, key, limited = sys.argv[1:]
print(json.dumps([
    fault(lambda: PlateGraph(url, key).recognize(b"not a photo")),
    fault(lambda: PlateGraph(url).query("{ __typename }")),
    fault(lambda: PlateGraph(url, limited, attempts=1).query("{ __typename }")),
    fault(lambda: PlateGraph("http://127.0.0.1:1/graphql", attempts=1).query("{ __typename }")),
]))`,
      await usedUpKey("python"),
    );
    expect(faults).toMatchObject([INVALID, UNAUTHENTICATED, RATE_LIMITED, { code: "NETWORK_ERROR", retryable: true }]);
  });

  python("is a program too", async () => {
    const env = { PATH: process.env.PATH, PLATEGRAPH_URL: url, PLATEGRAPH_KEY: key, PYTHONUTF8: "1" };
    const { stdout } = await run("python3", ["docs/clients/plategraph.py", "test/fixtures/blue.jpg"], { env });
    expect(stdout).toMatch(/^test\/fixtures\/blue\.jpg 渝X32547 \d+\n$/);
  });
});

async function generatedTypes(config: object): Promise<string> {
  const schema = await readFile("schema.graphql", "utf8");
  const documents = [apollo.READINGS, apollo.RECOGNIZE].map((document) => ({ document, rawSDL: print(document) }));
  const options = {
    baseOutputDir: "src/gql/",
    schema: parse(schema),
    schemaAst: buildSchema(schema),
    documents: documents.map((one, at) => ({ ...one, location: `${at}.ts` })),
    config,
    plugins: [],
    presetConfig: {},
    pluginMap: {},
  };
  const sections = await preset.buildGeneratesSection(options);
  const types = sections.find(({ filename }) => filename.endsWith("graphql.ts"));
  return types === undefined ? "" : codegen(types);
}

test("graphql-codegen knows every scalar by the configuration shown", async () => {
  const { config } = codegenConfig.generates["src/gql/"];
  const text = await generatedTypes(config);
  expect(text).toMatch(/RecognizeMutationVariables = Exact<\{\s*image: Blob;/);
  expect(text).toMatch(/ReadingsQuery = .*plateNumber: string, capturedAt: string/);
  await expect(generatedTypes({ ...config, scalars: {} })).rejects.toThrow(/Unknown scalar type/);
});
