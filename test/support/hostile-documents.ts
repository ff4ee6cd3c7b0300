/** Documents that ask for far more than their length suggests, by the number of the audit that found them. */

export interface HostileRequest {
  query: string;
  variables?: Record<string, unknown>;
}

const P = "plateRecognitions(first: 100)";

function chained(count: number): string {
  const links = Array.from({ length: count }, (_, i) => `fragment F${i} on Plate { ...F${i + 1} }`);
  return `{ plate(number: "none") { ...F0 } } ${links.join(" ")} fragment F${count} on Plate { number }`;
}

function doubling(count: number): string {
  const below = (i: number): string => `recognitions(first: 1) { nodes { plate { ...F${i + 1} } } }`;
  const links = Array.from({ length: count }, (_, i) => `fragment F${i} on Plate { x: ${below(i)} y: ${below(i)} }`);
  return `{ plate(number: "none") { ...F0 } } ${links.join(" ")} fragment F${count} on Plate { number }`;
}

function aliases(count: number, field: string): string {
  return Array.from({ length: count }, (_, i) => `a${i}: ${field}`).join(" ");
}

const NESTED = "nodes { plate { recognitions(first: 100) { ";

/** Name, request and the code that refuses it. */
export const HOSTILE: [name: string, request: HostileRequest, code: string][] = [
  [
    "B1 lists of 100 in lists of 100, three levels",
    { query: `{ ${P} { ${NESTED}${NESTED}nodes { id } } } } } } } } }` },
    "OPERATION_TOO_COSTLY",
  ],
  [
    "B1 two levels",
    {
      query: `{ ${P} { ${NESTED}nodes { id plateNumber province confidence capturedAt recognizedAt cameraId engine color type direction brightness } } } } } }`,
    },
    "OPERATION_TOO_COSTLY",
  ],
  [
    "B1 by variables",
    {
      query: `query ($n: Int = 100) { plateRecognitions(first: $n) { nodes { plate { recognitions(last: $n) { edges { node { plate { recognitions(first: $n) { nodes { id } } } } } } } } } }`,
    },
    "OPERATION_TOO_COSTLY",
  ],
  ["B2 12 doubling fragments", { query: doubling(12) }, "OPERATION_TOO_DEEP"],
  ["B2 17 doubling fragments", { query: doubling(17) }, "OPERATION_TOO_DEEP"],
  ["B2 60 doubling fragments", { query: doubling(60) }, "OPERATION_TOO_LARGE"],
  ["B2 doubling without depth", { query: flatDoubling(40) }, "OPERATION_TOO_COSTLY"],
  [
    "B3 1,000 aliases of an id of 10 MB",
    { query: `query ($i: ID!) { ${aliases(1000, "node(id: $i) { id }")} }`, variables: { i: "x".repeat(10_000_000) } },
    "OPERATION_TOO_LARGE",
  ],
  [
    "B3 one id of 10 MB",
    { query: `query ($i: ID!) { node(id: $i) { id } }`, variables: { i: "x".repeat(10_000_000) } },
    "OPERATION_TOO_LARGE",
  ],
  [
    "B3 10 MB for a variable of another type",
    {
      query: `query ($i: Int) { plateRecognitions(first: $i) { nodes { id } } }`,
      variables: { i: "x".repeat(10_000_000) },
    },
    "OPERATION_TOO_LARGE",
  ],
  [
    "B4 100 statistics by the hour",
    { query: `{ ${aliases(100, "recognitionStats(interval: HOUR) { count }")} }` },
    "OPERATION_TOO_COSTLY",
  ],
  [
    "B4 100 statistics of a year",
    {
      query: `{ ${aliases(100, `recognitionStats(interval: HOUR, filter: { capturedAt: { gte: "2026-01-01T00:00:00Z", lt: "2027-01-01T00:00:00Z" } }) { count }`)} }`,
    },
    "OPERATION_TOO_LARGE",
  ],
  [
    "B4 90 totals",
    { query: `{ ${aliases(90, "plateRecognitions(first: 0) { totalCount }")} }` },
    "OPERATION_TOO_COSTLY",
  ],
  [
    "B4 1,000 totals",
    { query: `{ ${aliases(1000, "plateRecognitions(first: 0) { totalCount }")} }` },
    "OPERATION_TOO_LARGE",
  ],
  [
    "B10 three aliases of 10,000 characters for each of 100 readings",
    {
      query: `{ plateRecognitions(first: 100) { nodes { ${["a", "b", "c"].map((each) => `${each.repeat(10_000)}: id`).join(" ")} } } }`,
    },
    "OPERATION_TOO_COSTLY",
  ],
  ["B4 101 aliases", { query: `{ ${aliases(101, "__typename")} }` }, "OPERATION_TOO_COSTLY"],
  ["B4 20,000 aliases", { query: `{ ${aliases(20_000, "__typename")} }` }, "OPERATION_TOO_LARGE"],
  [
    "B4 likeness 60 times",
    { query: `{ ${aliases(60, `similarPlates(number: "粤A12345") { distance }`)} }` },
    "OPERATION_TOO_COSTLY",
  ],
  [
    "B5 11 recognitions",
    {
      query: `mutation ($i: String!) { ${aliases(11, "recognizeBase64(image: $i) { reused }")} }`,
      variables: { i: "x" },
    },
    "OPERATION_TOO_COSTLY",
  ],
  [
    "B5 500 recognitions",
    {
      query: `mutation ($i: String!) { ${aliases(500, "recognizeBase64(image: $i) { reused }")} }`,
      variables: { i: "x" },
    },
    "OPERATION_TOO_LARGE",
  ],
  ["B9 500,000 aliases", { query: `{ ${aliases(500_000, "__typename")} }` }, "OPERATION_TOO_LARGE"],
  ["B9 a document of spaces", { query: `{ __typename ${" ".repeat(9_000_000)} }` }, "OPERATION_TOO_LARGE"],
  [
    "B11 350 levels",
    {
      query: `{ plate(number: "none") ${"{ recognitions { nodes { plate ".repeat(80)}{ number }${" } } }".repeat(80)} }`,
    },
    "OPERATION_TOO_DEEP",
  ],
  [
    "B11 1,400 levels",
    {
      query: `{ plate(number: "none") ${"{ recognitions { nodes { plate ".repeat(350)}{ number }${" } } }".repeat(350)} }`,
    },
    "OPERATION_TOO_LARGE",
  ],
  ["C10 5,000 chained fragments", { query: chained(5_000) }, "OPERATION_TOO_LARGE"],
  [
    "nested introspection",
    { query: `{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }` },
    "GRAPHQL_VALIDATION_FAILED",
  ],
  ["51 directives", { query: `{ ${"... @include(if: true) { __typename } ".repeat(51)} }` }, "OPERATION_TOO_COSTLY"],
  [
    "fields through fragments",
    {
      query: `{ ${P} { nodes { ...A ...B } } } fragment A on PlateRecognition { request { ${"...C ".repeat(40)} } } fragment B on PlateRecognition { request { ${"...C ".repeat(40)} } } fragment C on RecognitionRequest { id status engine source orderId createdAt durationMs errorCode image { sha256 byteSize format width } }`,
    },
    "OPERATION_TOO_COSTLY",
  ],
  [
    "deep variables",
    { query: "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", variables: { ids: nested(50) } },
    "BAD_USER_INPUT",
  ],
  [
    "a cycle of fragments",
    { query: `{ plate(number: "x") { ...A } } fragment A on Plate { ...B ...A } fragment B on Plate { ...A number }` },
    "GRAPHQL_VALIDATION_FAILED",
  ],
  ["fragments that all spread all", { query: allSpreadAll(28) }, "GRAPHQL_VALIDATION_FAILED"],
  ["an unknown fragment", { query: `{ plate(number: "x") { ...Nobody } }` }, "GRAPHQL_VALIDATION_FAILED"],
  ["600 unknown fields", { query: `{ ${"x ".repeat(1_900)} }` }, "GRAPHQL_VALIDATION_FAILED"],
  ["an unknown field of 60,000 characters", { query: `{ ${"x".repeat(60_000)} }` }, "GRAPHQL_VALIDATION_FAILED"],
  [
    "lists in lists in a literal",
    { query: `{ nodes(ids: ${"[".repeat(900)}${"]".repeat(900)}) { id } }` },
    "BAD_USER_INPUT",
  ],
];

/** Doubles the fields at every link, three levels deep at most. */
function flatDoubling(count: number): string {
  const links = Array.from(
    { length: count },
    (_, i) => `fragment F${i} on Plate { ...F${i + 1} ... { ...F${i + 1} } }`,
  );
  return `{ plate(number: "none") { ...F0 } } ${links.join(" ")} fragment F${count} on Plate { number sightings }`;
}

function allSpreadAll(count: number): string {
  const spreads = Array.from({ length: count }, (_, i) => `...F${i}`).join(" ");
  return `{ plate(number: "x") { ...F0 } } ${Array.from({ length: count }, (_, i) => `fragment F${i} on Plate { ${spreads} }`).join(" ")}`;
}

function nested(depth: number): unknown {
  let value: unknown = "x";
  for (let i = 0; i < depth; i += 1) value = [value];
  return value;
}
