/** What is asked of a store as it grows: bodies by the name of the query. */
import { bodiesOf, cursorAt, sampled } from "./cases.mjs";

export const PAGE_1 = "page 1, of 20";
export const PAGE_20000 = "page 20,000, of 20 (the last where there are fewer)";
export const STATISTICS = "statistics of a month by day";
export const INSERT = "a mutation storing a reading";

const PAGE = 20;
const PAGES_DEEP = 20_000;
const SAMPLES = 200;

export async function growthBodies(client, url, rows) {
  const { newest, plate, byId, store } = await bodiesOf("plategraph", await sampled(client, rows), url);
  const { rows: plates } = await client.query("SELECT number, last_seen_at FROM plates ORDER BY md5(number) LIMIT $1", [
    SAMPLES,
  ]);
  const numbers = plates.map(({ number }) => number);
  const month = (at) => ({ gte: new Date(at - 30 * 86_400_000).toISOString(), lt: new Date(at).toISOString() });
  const each = (query, variablesOf) =>
    numbers.map((number) => JSON.stringify({ query, variables: variablesOf(number) }));
  return {
    [PAGE_1]: [list({})],
    [PAGE_20000]: [list({}, await cursorDeep(client))],
    "newest 50 in a day with confidence ≥ 80": newest,
    "a plate's newest 20 with their requests": plate,
    "one by id with its request": byId,
    "plate with sightings, first and last seen": each(
      "query ($n: String!) { plate(number: $n) { sightings firstSeenAt lastSeenAt } }",
      (n) => ({ n }),
    ),
    "similarPlates, distance 2": each(
      "query ($n: String!) { similarPlates(number: $n) { distance plate { number } } }",
      (n) => ({ n }),
    ),
    "contains three characters": numbers.map((number) => list({ plateNumber: { contains: number.slice(-3) } })),
    "contains two characters": numbers.map((number) => list({ plateNumber: { contains: number.slice(-2) } })),
    "matches with ? and *": numbers.map((number) =>
      list({ plateNumber: { matches: `${number.slice(0, 2)}?${number.slice(3, 5)}*` } }),
    ),
    "a camera's newest 20": numbers.map((_, index) => list({ cameraId: [`camera-${index}`] })),
    "a kind that nobody has": [list({ type: ["HONG_KONG"] })],
    [INSERT]: store,
    [STATISTICS]: plates.slice(0, 10).map(({ last_seen_at: at }) =>
      JSON.stringify({
        query:
          "query ($filter: PlateRecognitionFilter) { recognitionStats(filter: $filter, interval: DAY) { start count distinctPlates } }",
        variables: { filter: { capturedAt: month(at.getTime()) } },
      }),
    ),
  };
}

function list(filter, after = null) {
  const query = `query ($filter: PlateRecognitionFilter, $after: String) { plateRecognitions(filter: $filter, first: ${PAGE}, after: $after) { nodes { id plateNumber capturedAt } } }`;
  return JSON.stringify({ query, variables: { filter, after } });
}

async function cursorDeep(client) {
  const { rows } = await client.query("SELECT count(*)::int AS count FROM plate_recognitions");
  return cursorAt(client, Math.min(PAGES_DEEP * PAGE, rows[0].count - PAGE) - 1);
}
