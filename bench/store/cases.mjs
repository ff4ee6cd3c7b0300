/** What is asked of every server: the same things of the same rows, each in its own words. */
import { newReading, PARTNER, trafficOf } from "./reading.mjs";

/** How many different bodies a case has; the load goes round. */
const BODIES = 500;
const DEPTH = 20_000;

const SCALARS =
  "id plateNumber province color type confidence brightness direction capturedAt recognizedAt cameraId engine";
const REQUEST = "request { id status durationMs createdAt }";
const PG_REQUEST = "recognitionRequestByPartnerIdAndRequestId { id status durationMs createdAt }";

export const CASES = {
  newest: "newest 50 in a day with confidence ≥ 80",
  plate: "a plate's newest 20 with their requests",
  byId: "one by id with its request",
  deep: "20,000 rows deep",
  store: "a mutation storing a reading",
};

/** Bodies of every case for one server, from rows that the database gave; `url` is where it listens. */
export async function bodiesOf(server, samples, url) {
  const body = WORDS[server](samples, url);
  const all = {};
  for (const name of Object.keys(CASES)) all[name] = (await body[name]()).map((each) => JSON.stringify(each));
  return all;
}

/** What to ask for, from a store that was seeded with so many rows. */
export async function sampled(client, rows) {
  const { rows: readings } = await client.query(
    "SELECT id, plate_number, captured_at FROM plate_recognitions WHERE partner_id = $1 ORDER BY md5(id::text) LIMIT $2",
    [PARTNER, BODIES],
  );
  const deep = await positions(client, DEPTH, BODIES);
  const days = readings.map(({ captured_at: at }) => {
    const gte = new Date(Math.floor(at / 86_400_000) * 86_400_000);
    return { gte: gte.toISOString(), lt: new Date(gte.getTime() + 86_400_000).toISOString() };
  });
  return {
    ids: readings.map(({ id }) => id),
    numbers: readings.map((row) => row.plate_number),
    days,
    deep,
    nextPlate: trafficOf(rows),
  };
}

/** Where so many readings stand that come after the first `depth`, latest first. */
async function positions(client, depth, count) {
  const { rows } = await client.query(
    `SELECT id, to_char(captured_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS value FROM plate_recognitions WHERE partner_id = $1
     ORDER BY captured_at DESC, id DESC OFFSET $2 LIMIT $3`,
    [PARTNER, depth, count],
  );
  return rows;
}

/** Our cursor of the reading that comes after the first `depth`, latest first. */
export async function cursorAt(client, depth) {
  const [position] = await positions(client, depth, 1);
  return cursorOf(position);
}

const cursorOf = ({ id, value }) => Buffer.from(JSON.stringify(["CAPTURED_AT_DESC", value, id])).toString("base64url");

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=";

/** PostGraphile takes the key by another name, which the load puts in. */
function rowOf({ id: _id, ...row }) {
  return row;
}

const WORDS = {
  plategraph: ({ ids, numbers, days, deep }) => ({
    newest: () =>
      days.map((capturedAt) => ({
        query: `query ($filter: PlateRecognitionFilter) { plateRecognitions(filter: $filter, first: 50) { nodes { ${SCALARS} } } }`,
        variables: { filter: { capturedAt, confidence: { gte: 80 } } },
      })),
    plate: () =>
      numbers.map((eq) => ({
        query: `query ($filter: PlateRecognitionFilter) { plateRecognitions(filter: $filter, first: 20) { nodes { ${SCALARS} ${REQUEST} } } }`,
        variables: { filter: { plateNumber: { eq } } },
      })),
    byId: () =>
      ids.map((id) => ({
        query: `query ($id: ID!) { plateRecognition(id: $id) { ${SCALARS} ${REQUEST} } }`,
        variables: { id: `recognition_${id}` },
      })),
    deep: () =>
      deep.map((position) => ({
        query: `query ($after: String) { plateRecognitions(first: 50, after: $after) { nodes { ${SCALARS} } } }`,
        variables: { after: cursorOf(position) },
      })),
    store: () => [
      {
        query:
          "mutation ($image: String!) { recognizeBase64(image: $image) { request { id } recognitions { id plateNumber } } }",
        variables: { image: PIXEL },
      },
    ],
  }),
  mercurius: ({ ids, numbers, days, deep }) => ({
    newest: () =>
      days.map((day) => ({
        query: `query ($gte: String!, $lt: String!) { newest(gte: $gte, lt: $lt, minConfidence: 80, first: 50) { nodes { ${SCALARS} } } }`,
        variables: day,
      })),
    plate: () =>
      numbers.map((number) => ({
        query: `query ($number: String!) { plate(number: $number, first: 20) { nodes { ${SCALARS} ${REQUEST} } } }`,
        variables: { number },
      })),
    byId: () =>
      ids.map((id) => ({ query: `query ($id: ID!) { byId(id: $id) { ${SCALARS} ${REQUEST} } }`, variables: { id } })),
    deep: () =>
      deep.map((after) => ({
        query: `query ($value: String!, $id: ID!) { deep(value: $value, id: $id, first: 50) { nodes { ${SCALARS} } } }`,
        variables: after,
      })),
    store: () => [{ query: "mutation { store { request { id } recognitions { id plateNumber } } }" }],
  }),
  limit: ({ ids, numbers, days, deep }) => ({
    newest: () => days,
    plate: () => numbers.map((number) => ({ number })),
    byId: () => ids.map((id) => ({ id })),
    deep: () => deep,
    store: () => [{}],
  }),
  postgraphile: ({ ids, numbers, days, nextPlate }, url) => ({
    newest: () =>
      days.map(({ gte, lt }) => ({
        query: `query ($owner: UUID!, $filter: PlateRecognitionFilter) { allPlateRecognitions(condition: { partnerId: $owner }, filter: $filter,
          orderBy: [CAPTURED_AT_DESC, ROW_ID_DESC], first: 50) { nodes { ${SCALARS} } } }`,
        variables: {
          owner: PARTNER,
          filter: {
            capturedAt: { greaterThanOrEqualTo: gte, lessThan: lt },
            confidence: { greaterThanOrEqualTo: 80 },
          },
        },
      })),
    plate: () =>
      numbers.map((plateNumber) => ({
        query: `query ($owner: UUID!, $plateNumber: String!) { allPlateRecognitions(condition: { partnerId: $owner, plateNumber: $plateNumber },
          orderBy: [CAPTURED_AT_DESC, ROW_ID_DESC], first: 20) { nodes { ${SCALARS} ${PG_REQUEST} } } }`,
        variables: { owner: PARTNER, plateNumber },
      })),
    byId: () =>
      ids.map((id) => ({
        query: `query ($owner: UUID!, $id: UUID!) { plateRecognitionByPartnerIdAndRowId(partnerId: $owner, rowId: $id) { ${SCALARS} ${PG_REQUEST} } }`,
        variables: { owner: PARTNER, id },
      })),
    deep: async () => {
      const list = (variables, args, fields) => ({
        query: `query ($owner: UUID!, $after: Cursor) { allPlateRecognitions(condition: { partnerId: $owner }, ${args},
          orderBy: [CAPTURED_AT_DESC, ROW_ID_DESC], after: $after) { ${fields} } }`,
        variables: { owner: PARTNER, ...variables },
      });
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(list({}, `offset: ${DEPTH}, first: ${BODIES}`, "edges { cursor }")),
      });
      const { data } = await response.json();
      return data.allPlateRecognitions.edges.map(({ cursor }) =>
        list({ after: cursor }, "first: 50", `nodes { ${SCALARS} }`),
      );
    },
    // Its way to store both rows in one request; each of the two fields is a transaction of its own.
    store: () =>
      Array.from({ length: BODIES }, () => {
        const { request, recognition } = newReading(nextPlate());
        return {
          query: `mutation ($request: RecognitionRequestInput!, $reading: PlateRecognitionInput!) {
            createRecognitionRequest(input: { recognitionRequest: $request }) { recognitionRequest { id } }
            createPlateRecognition(input: { plateRecognition: $reading }) { plateRecognition { id plateNumber } } }`,
          variables: {
            request: { ...rowOf(request), rowId: "@A@", imageSha256: request.imageSha256.toString("base64") },
            reading: { ...rowOf(recognition), rowId: "@B@", requestId: "@A@" },
          },
        };
      }),
  }),
};
