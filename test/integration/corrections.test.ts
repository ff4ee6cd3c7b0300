/** Corrections: the reading stays, both numbers are found, one is counted, and the history is kept. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { graphql, WHITE_PIXEL, type GraphQLAnswer } from "../support/graphql-client.js";
import { createKey } from "../support/keys-command.js";
import { storeReadings } from "../support/stored-readings.js";
import { counted } from "../support/statement-count.js";
import { createTestDatabase, type TestDatabase } from "../support/test-database.js";
import { startServer, type TestServer } from "../support/test-server.js";

let database: TestDatabase;
let server: TestServer;
let partner: string;
let admin: string;
let everything: string;
let stranger: string;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = await createKey(database.url, "owner", "admin");
  everything = await createKey(database.url, "owner", "recognize,read,admin");
  stranger = await createKey(database.url, "stranger", "recognize,read,admin");
  const [row] = await database.query<{ id: string }>("SELECT id FROM partners WHERE name = 'owner'");
  partner = row?.id ?? "";
  server = await startServer({ DATABASE_URL: database.url, RATE_LIMIT_PER_MINUTE: "0" });
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await database.drop();
});

interface Correction {
  from: string;
  to: string;
  actorKey: string | null;
  correctedAt: string;
}

interface Corrected {
  id: string;
  plateNumber: string;
  readPlateNumber: string;
  province: string | null;
  confidence: number;
  corrections: Correction[];
  plate: { number: string; sightings: number };
}

const CORRECT = `mutation ($id: ID!, $plateNumber: String!) {
  correctPlateRecognition(id: $id, plateNumber: $plateNumber) {
    id plateNumber readPlateNumber province confidence corrections { from to actorKey correctedAt } plate { number sightings }
  }
}`;

function correct(
  id: string,
  plateNumber: string,
  key = everything,
): Promise<GraphQLAnswer<{ correctPlateRecognition: Corrected }>> {
  return graphql(server.url, CORRECT, { id, plateNumber }, key);
}

async function stored(...plateNumbers: string[]): Promise<string[]> {
  const ids = await storeReadings(
    database,
    plateNumbers.map((plateNumber, day) => ({ plateNumber, capturedAt: `2026-05-0${day + 1}T00:00:00.000Z` })),
    partner,
  );
  return ids.map((id) => `recognition_${id}`);
}

async function ask<Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> {
  const { data, errors } = await graphql<Data>(server.url, query, variables, everything);
  expect(errors).toBeUndefined();
  return data;
}

async function idsBy(plateNumber: object): Promise<string[]> {
  const { plateRecognitions } = await ask<{ plateRecognitions: { totalCount: number; nodes: { id: string }[] } }>(
    "query ($filter: PlateRecognitionFilter) { plateRecognitions(filter: $filter) { totalCount nodes { id } } }",
    { filter: { plateNumber } },
  );
  expect(plateRecognitions.totalCount).toBe(plateRecognitions.nodes.length);
  return plateRecognitions.nodes.map(({ id }) => id);
}

test("the reading stays, the province follows, and who corrected what and when is kept", async () => {
  const [id = ""] = await stored("粤C10001");
  const before = Date.now();
  const first = await correct(id, " 京c·10007 ");
  expect(first.errors).toBeUndefined();
  expect(first.data.correctPlateRecognition).toMatchObject({
    id,
    plateNumber: "京C10007",
    readPlateNumber: "粤C10001",
    province: "京",
    confidence: 90,
    corrections: [{ from: "粤C10001", to: "京C10007", actorKey: everything.slice(4, 16) }],
    plate: { number: "京C10007", sightings: 1 },
  });
  const second = (await correct(id, "沪C10008")).data.correctPlateRecognition;
  expect(second.readPlateNumber).toBe("粤C10001");
  expect(second.corrections.map(({ from, to }) => [from, to])).toEqual([
    ["粤C10001", "京C10007"],
    ["京C10007", "沪C10008"],
  ]);
  for (const { correctedAt } of second.corrections) {
    expect(Date.parse(correctedAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(correctedAt)).toBeLessThanOrEqual(Date.now());
  }
  // To the number that it has: nothing changes.
  expect((await correct(id, "沪C10008")).data.correctPlateRecognition.corrections).toHaveLength(2);
  const audit = await database.query(
    "SELECT actor_key, subject, affected FROM audit_entries WHERE action = 'RECOGNITION_CORRECTED' AND subject = $1",
    [id],
  );
  expect(audit).toEqual(Array(2).fill({ actor_key: everything.slice(4, 16), subject: id, affected: 1 }));
});

test("both numbers are found by every condition, by plate and by likeness; the corrected one is counted, once", async () => {
  const [wrong = "", right = ""] = await stored("粤D20001", "粤D20002");
  await correct(wrong, "鄂E77777");
  for (const condition of [
    { eq: "粤D20001" },
    { in: ["粤D20001", "鄂E77777"] },
    { in: ["粤D20001"] },
    { startsWith: "粤D20001" },
    { contains: "20001" },
    { contains: "1", startsWith: "粤D2000", matches: "*0001" },
    { matches: "?D20001" },
    { eq: "鄂E77777" },
    { startsWith: "鄂E" },
    { contains: "E7777" },
    { matches: "*77777" },
  ]) {
    expect({ condition, ids: await idsBy(condition) }).toEqual({ condition, ids: [wrong] });
  }
  const plates = async (number: object): Promise<unknown> =>
    (
      await ask<{ plates: unknown }>(
        "query ($filter: PlateFilter) { plates(filter: $filter) { totalCount nodes { number sightings } } }",
        { filter: { number } },
      )
    ).plates;
  const found = { totalCount: 1, nodes: [{ number: "鄂E77777", sightings: 1 }] };
  for (const condition of [
    { eq: "粤D20001" },
    { in: ["粤D20001", "鄂E77777"] },
    { startsWith: "粤D20001" },
    { contains: "20001" },
    { contains: "1", startsWith: "粤D2000", matches: "*0001" },
    { matches: "?D20001" },
    { eq: "鄂E77777" },
    { contains: "E7777" },
  ]) {
    expect({ condition, plates: await plates(condition) }).toEqual({ condition, plates: found });
  }
  expect(await plates({ startsWith: "粤D20001", contains: "77777" })).toEqual({ totalCount: 0, nodes: [] });
  expect(await plates({ startsWith: "粤D2000" })).toMatchObject({ totalCount: 2 });
  // Conditions hold of one of the texts, not each of another.
  expect(await idsBy({ startsWith: "粤D20001", contains: "77777" })).toEqual([]);
  expect(await idsBy({ startsWith: "粤D2000" })).toEqual([right, wrong]);

  const plate = `{ number sightings recognitions { totalCount nodes { id readPlateNumber } } }`;
  const corrected = {
    number: "鄂E77777",
    sightings: 1,
    recognitions: { totalCount: 1, nodes: [{ id: wrong, readPlateNumber: "粤D20001" }] },
  };
  expect(await ask(`{ old: plate(number: "粤D20001") ${plate} new: plate(number: "鄂E77777") ${plate} }`)).toEqual({
    old: corrected,
    new: corrected,
  });
  expect(await ask(`{ similarPlates(number: "粤D20001", maxDistance: 1) { distance plate { number } } }`)).toEqual({
    similarPlates: [
      { distance: 0, plate: { number: "鄂E77777" } },
      { distance: 1, plate: { number: "粤D20002" } },
    ],
  });
  expect(
    await ask(
      `{ recognitionStats(interval: MONTH, filter: { plateNumber: { in: ["粤D20001", "鄂E77777"] } }) { count distinctPlates } }`,
    ),
  ).toEqual({ recognitionStats: [{ count: 1, distinctPlates: 1 }] });

  // A number with readings of its own is itself, also where others were corrected from it.
  const [own = ""] = await stored("粤D20001");
  expect(await plates({ eq: "粤D20001" })).toMatchObject({
    totalCount: 2,
    nodes: [{ number: "鄂E77777" }, { number: "粤D20001" }],
  });
  expect(await ask(`{ plate(number: "粤D20001") ${plate} }`)).toEqual({
    plate: {
      number: "粤D20001",
      sightings: 1,
      recognitions: { totalCount: 1, nodes: [{ id: own, readPlateNumber: "粤D20001" }] },
    },
  });
  expect(new Set(await idsBy({ eq: "粤D20001" }))).toEqual(new Set([wrong, own]));
});

test("many corrections at once, to and from the same plates, all come through", async () => {
  const ids = await stored("粤F30001", "粤F30002", "粤F30001", "粤F30002");
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, round) => correct(ids[round % 4] ?? "", `粤F3000${1 + ((round >> 2) % 3)}`)),
  );
  expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
  const counted = await database.query(
    "SELECT number, sightings FROM plates WHERE number LIKE '粤F3000_' ORDER BY number",
  );
  expect(counted).toEqual(
    await database.query(
      `SELECT plate_number AS number, count(*)::int AS sightings FROM plate_recognitions
       WHERE plate_number LIKE '粤F3000_' GROUP BY 1 ORDER BY 1`,
    ),
  );
});

test.each(["", " · ", "粤", "粤A12345678901", "京A1234\u00005", "粤A-<b>1", "汉字汉字汉字", "🚗A12345"])(
  "%j is not a number",
  async (plateNumber) => {
    const [id = ""] = await stored("粤G40001");
    const { errors } = await correct(id, plateNumber);
    expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  },
);

test("another partner's reading and one that is not there are NOT_FOUND, and nothing changes", async () => {
  const [id = ""] = await stored("粤H50001");
  const codes = async (answer: Promise<GraphQLAnswer<unknown>>): Promise<unknown[]> =>
    (await answer).errors?.map(({ extensions }) => extensions.code) ?? [];
  expect(await codes(correct(id, "粤H50002", stranger))).toEqual(["NOT_FOUND"]);
  expect(await codes(correct("recognition_01900000-0000-7000-8000-000000000000", "粤H50002"))).toEqual(["NOT_FOUND"]);
  expect(await codes(correct(id.replace("recognition_", "request_"), "粤H50002"))).toEqual(["BAD_USER_INPUT"]);
  const reader = await createKey(database.url, "owner", "recognize,read");
  expect(await codes(correct(id, "粤H50002", reader))).toEqual(["FORBIDDEN"]);
  expect(await idsBy({ startsWith: "粤H5000" })).toEqual([id]);
  expect(await database.query("SELECT FROM plate_recognitions WHERE plate_number = '粤H50002'")).toEqual([]);
});

test("a key with admin alone corrects, and reads nothing else", async () => {
  const [id = ""] = await stored("粤J60001");
  const query = `mutation ($id: ID!) { correctPlateRecognition(id: $id, plateNumber: "粤J60002") { plateNumber province } }`;
  const answer = await graphql(server.url, query, { id }, admin);
  expect(answer.data).toEqual({ correctPlateRecognition: { plateNumber: "粤J60002", province: "粤" } });
  const read = await graphql(server.url, "{ plateRecognitions { nodes { id } } }", {}, admin);
  expect(read.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
});

test("a reading that was just made has been corrected by nobody, which its maker may know", async () => {
  const recognizer = await createKey(database.url, "owner", "recognize");
  const query = `mutation ($image: String!) { recognizeBase64(image: $image) { recognitions { readPlateNumber corrections { to } } } }`;
  const { errors } = await graphql(server.url, query, { image: WHITE_PIXEL }, recognizer);
  expect(errors).toBeUndefined();
});

test("corrections of a page of readings are one statement", async () => {
  const query = "{ plateRecognitions(first: 10) { nodes { readPlateNumber corrections { from } } } }";
  expect((await counted(server.url, () => ask(query))).statements).toBe(2);
});
