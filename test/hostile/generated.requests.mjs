/** Hostile requests made from a seed: documents, bodies, forms, headers, keys, methods and bytes that are no HTTP. */
import { HostileValues } from "./generated.values.mjs";

/** Documents that the schema takes, from which hostile ones are made; `$`-words become literals or variables. */
const DOCUMENTS = [
  "{ node(id: $id) { __typename id ... on PlateRecognition { plateNumber cameraId } ... on RecognitionRequest { externalReference } ... on Plate { number } } }",
  "{ nodes(ids: [$id, $id, $id]) { id ... on PlateRecognition { plateNumber corrections { from to } } } }",
  "{ plateRecognition(id: $id) { plateNumber readPlateNumber request { externalReference image { sha256 } } plate { number } } }",
  "{ recognitionRequest(id: $id) { status externalReference cameraId recognitions { plateNumber } } }",
  "{ plateRecognitions(filter: { plateNumber: { $condition: $text } }, first: $count, after: $cursor) { totalCount nodes { id plateNumber cameraId } pageInfo { endCursor } } }",
  "{ plateRecognitions(filter: $value, orderBy: CONFIDENCE_ASC, last: $count, before: $cursor) { edges { cursor node { plateNumber } } } }",
  "{ plates(filter: { number: { $condition: $text } }, orderBy: NUMBER_ASC, first: $count, after: $cursor) { totalCount nodes { number sightings } } }",
  "{ plates(filter: $value, orderBy: SIGHTINGS_DESC, first: $count, after: $cursor) { nodes { id number recognitions(first: 2) { nodes { id } } } } }",
  "{ recognitionRequests(filter: { externalReference: $text, imageSha256: $text }, first: $count, after: $cursor) { totalCount nodes { id externalReference } } }",
  "{ recognitionRequests(filter: $value, first: $count, before: $cursor) { nodes { id errorCode } } }",
  "{ plate(number: $text) { id number sightings recognitions(first: $count, after: $cursor) { totalCount nodes { cameraId } } } }",
  "{ similarPlates(number: $text, maxDistance: $count, first: $count) { distance plate { number } } }",
  "{ recognitionStats(filter: $value, interval: HOUR, timeZone: $text) { start count } }",
  "{ recognitionStats(interval: MONTH, timeZone: $text) { start count distinctPlates averageConfidence } }",
  "{ cameras { id recognitionCount } usage(range: { gte: $text, lt: $text }) { recognitions juheCalls } }",
  "{ usage(range: $value) { failed } auditLog(first: $count, after: $cursor) { totalCount nodes { subject actorKey } } }",
  "mutation { correctPlateRecognition(id: $id, plateNumber: $text) { id plateNumber plate { number } } }",
  "mutation { deletePlateRecognitions(filter: { plateNumber: { eq: $text }, cameraId: [$text] }) }",
  "mutation { deleteRecognitionRequests(filter: $value) }",
  'mutation { recognizeBase64(image: "AAAA", options: { cameraId: $text, externalReference: $text, idempotencyKey: $text, capturedAt: $text }) { reused request { id } } }',
  "{ __schema { types { name fields { name args { name } type { name ofType { name } } } } } }",
  "{ __type(name: $text) { name } __typename }",
];
const PIECES =
  '{ } ( ) [ ] : , ! $ @ ... | & = " """ # \\ fragment on query mutation subscription __typename a id'.split(" ");
const PATHS = [
  "/graphql",
  "/verify_carlicense/query",
  "/verify_carlicense/verify",
  "/metrics",
  "/readyz",
  "/healthz",
  "/",
];
const METHODS = ["PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "GET", "POST"];
const JSON_TYPE = "application/json";
const TYPES = [
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "multipart/form-data; boundary=",
  "multipart/form-data; boundary=b",
  "application/json; charset=utf-16",
  "application/json;;;",
  "application/graphql",
  "application/xml",
  "image/png",
  "*/*",
  "json",
];
const ACCEPTS = [
  "*/*",
  "text/html",
  "application/graphql-response+json",
  "multipart/mixed",
  "text/event-stream",
  ";q=",
  "a/b;q=9",
];

export class HostileRequests {
  /** @param callers keys that a request may show; null for none */
  constructor(random, known, callers) {
    this.random = random;
    this.values = new HostileValues(random, known);
    this.callers = callers;
    this.kinds = [
      [30, () => this.documentRequest()],
      [10, () => this.bodyRequest()],
      [10, () => this.searchRequest()],
      [10, () => this.uploadRequest()],
      [15, () => this.vendorRequest()],
      [5, () => this.methodRequest()],
      [12, () => this.keyRequest()],
      [8, () => this.rawRequest()],
    ];
  }

  /** `{ method, path, headers, body }`, or `{ raw }`: bytes for a connection of their own. */
  next() {
    let left = this.random.next() * this.kinds.reduce((sum, [weight]) => sum + weight, 0);
    const [, make] = this.kinds.find(([weight]) => (left -= weight) < 0) ?? this.kinds[0];
    return make();
  }

  /** Each caller has an address of its own, so that the limit of wrong keys of one does not keep the others out. */
  headers(more = {}) {
    const { random } = this;
    const key = random.pick(this.callers);
    return {
      "x-forwarded-for": `10.${random.below(256)}.${random.below(256)}.${random.below(256)}`,
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(random.chance(0.1) && { accept: random.pick(ACCEPTS) }),
      ...(random.chance(0.05) && {
        "x-plategraph-position": random.pick(["0/0", "FFFFFFFF/FFFFFFFF", "x", "0/", "-1/1", "1/G"]),
      }),
      ...(random.chance(0.05) && {
        origin: random.pick(["null", "http://evil.example", "http://127.0.0.1", "%", "http://[::"]),
      }),
      ...(random.chance(0.03) && {
        host: random.pick(["evil.example", "localhost", "127.0.0.1:1", "[::1]", "a@b", ""]),
      }),
      ...(random.chance(0.03) && { "content-encoding": random.pick(["gzip", "br", "identity", "x"]) }),
      ...(random.chance(0.02) && { cookie: "a".repeat(random.below(8000)) }),
      ...more,
    };
  }

  json(body, more = {}) {
    const headers = this.headers({ "content-type": JSON_TYPE, ...more });
    return {
      method: "POST",
      path: "/graphql",
      headers,
      body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
    };
  }

  document(literal) {
    const { random, values } = this;
    const variables = {};
    const put = (type, value) => {
      if (literal || random.chance(0.5)) return literalOf(value);
      const name = `v${Object.keys(variables).length}`;
      variables[name] = { type, value };
      return `$${name}`;
    };
    let text = random.pick(DOCUMENTS).replaceAll(/\$(id|text|count|cursor|value|condition)/g, (_all, word) => {
      if (word === "id") return put("ID!", values.id());
      if (word === "text") return put("String!", values.text());
      if (word === "count") return put("Int", random.chance(0.6) ? 1 + random.below(20) : values.value(0));
      if (word === "cursor") return random.chance(0.4) ? "null" : put("String", values.cursor());
      if (word === "condition") return random.pick(["eq", "startsWith", "contains", "matches"]);
      return literalOf(values.value());
    });
    const declared = Object.entries(variables).map(([name, { type }]) => `$${name}: ${type}`);
    if (declared.length > 0)
      text = text.startsWith("{")
        ? `query (${declared.join(" ")}) ${text}`
        : text.replace("mutation", `mutation (${declared.join(" ")})`);
    return { text, variables: Object.fromEntries(Object.entries(variables).map(([name, { value }]) => [name, value])) };
  }

  documentText() {
    const { random } = this;
    const kind = random.below(8);
    if (kind === 0) return random.list(200, () => random.pick(PIECES)).join(" ");
    if (kind === 1) return "{ a ".repeat(random.below(3000));
    if (kind === 2)
      return `{ ${Array.from({ length: random.below(400) }, (_, at) => `a${at}: __typename`).join(" ")} }`;
    if (kind === 3) return `{ ...A } fragment A on Query { ...B } fragment B on Query { ...A __typename }`;
    if (kind === 4) return `{ __typename ${"@skip(if: false) ".repeat(random.below(100))} }`;
    if (kind === 5) return `{ plate(number: "${"\\u{1F600}\\uD83D".repeat(random.below(50))}") { number } }`;
    let { text } = this.document(true);
    for (let change = 1 + random.below(4); change > 0; change -= 1) text = this.values.mutated(text);
    return text;
  }

  documentRequest() {
    const { random, values } = this;
    if (random.chance(0.3)) return this.json({ query: this.documentText(), variables: values.value() });
    const { text, variables } = this.document(false);
    if (random.chance(0.2)) for (const name of Object.keys(variables)) variables[name] = values.value();
    return this.json({ query: text, variables, ...(random.chance(0.1) && { extensions: { cost: true } }) });
  }

  bodyRequest() {
    const { random, values } = this;
    const honest = JSON.stringify({ query: "{ __typename }", variables: { a: [1, { b: "粤" }] } });
    const bodies = [
      () => "[".repeat(random.below(200)),
      () => '{"a":'.repeat(random.below(200)) + "1" + "}".repeat(random.below(200)),
      () => honest.slice(0, random.below(honest.length)),
      () => values.mutated(honest),
      () => Buffer.from(honest, "utf16le"),
      () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(honest)]),
      () => random.bytes(random.below(300)),
      () => Buffer.concat([Buffer.from('{"query":"'), random.bytes(20), Buffer.from('"}')]),
      () => JSON.stringify([{ query: "{ __typename }" }, { query: "{ __typename }" }]),
      () => JSON.stringify(values.value()),
      () => `{"query":"{ __typename }","query":${JSON.stringify(values.value())},"__proto__":{"query":"x"}}`,
      () => `{"query":"{ __typename }","variables":{"a":${"9".repeat(random.below(2000))}e${random.below(999)}}}`,
      () =>
        JSON.stringify({
          query: values.value(),
          variables: values.value(),
          operationName: values.value(),
          extensions: values.value(),
          documentId: values.value(),
        }),
      () =>
        JSON.stringify({ extensions: { persistedQuery: { version: values.value(0), sha256Hash: values.value(1) } } }),
      () => "",
    ];
    const body = random.pick(bodies)();
    const request = this.json("", random.chance(0.3) ? { "content-type": random.pick(TYPES) } : {});
    return { ...request, body: Buffer.from(body) };
  }

  searchRequest() {
    const { random, values } = this;
    const search = new URLSearchParams();
    const add = (name, value) => search.append(name, typeof value === "string" ? value : JSON.stringify(value));
    if (random.chance(0.8)) add("query", random.chance(0.5) ? this.document(true).text : this.documentText());
    for (const name of ["variables", "extensions", "operationName", "documentId", "query"])
      if (random.chance(0.2)) add(name, values.value());
    // Longer addresses are refused by Node.js before the server sees them.
    const path = `/graphql?${search.toString().slice(0, 12_000)}${random.chance(0.1) ? "&query=%E0%A4%A&%" : ""}`;
    return { method: "GET", path, headers: this.headers(), body: Buffer.alloc(0) };
  }

  form(parts, boundary = "b") {
    const { random } = this;
    const pieces = parts.map(({ name, body, file }) =>
      Buffer.concat([
        Buffer.from(
          `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file ? '; filename="a"' : ""}\r\n${random.chance(0.05) ? `${"x: y\r\n".repeat(random.below(30))}` : ""}\r\n`,
        ),
        Buffer.from(body),
        Buffer.from("\r\n"),
      ]),
    );
    const whole = Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
    if (random.chance(0.2)) return whole.subarray(0, random.below(whole.length));
    if (random.chance(0.2)) whole[random.below(whole.length)] = random.below(256);
    return whole;
  }

  uploadRequest() {
    const { random, values } = this;
    const query =
      "mutation ($image: Upload!, $options: RecognizeOptions) { recognizeUpload(image: $image, options: $options) { reused request { id status } recognitions { plateNumber } } }";
    const operations = { query, variables: { image: null, ...(random.chance(0.3) && { options: values.value() }) } };
    const paths = [
      "variables.image",
      "variables",
      "query",
      "__proto__.image",
      "constructor.prototype.x",
      "variables.image.x",
      "variables.options.cameraId",
      "0",
    ];
    const map = { 0: random.chance(0.6) ? ["variables.image"] : random.list(3, () => random.pick(paths)) };
    const parts = [
      { name: "operations", body: random.chance(0.1) ? JSON.stringify(values.value()) : JSON.stringify(operations) },
      { name: "map", body: random.chance(0.1) ? JSON.stringify(values.value()) : JSON.stringify(map) },
      { name: random.chance(0.9) ? "0" : values.text(), body: values.photo(), file: true },
    ];
    if (random.chance(0.2)) parts.push(random.pick(parts));
    if (random.chance(0.2)) parts.splice(random.below(parts.length), 1);
    if (random.chance(0.1)) parts.reverse();
    const type = random.chance(0.9) ? "multipart/form-data; boundary=b" : random.pick(TYPES);
    const headers = this.headers({
      "content-type": type,
      ...(random.chance(0.9) && { "apollo-require-preflight": "1" }),
    });
    return { method: "POST", path: "/graphql", headers, body: this.form(parts) };
  }

  vendorRequest() {
    const { random, values } = this;
    const path =
      random.pick(PATHS.slice(1, 3)) +
      (random.chance(0.1) ? `?key=${encodeURIComponent(values.forgedKey())}&key=2` : "");
    const key = random.chance(0.5)
      ? (random.pick(this.callers) ?? "vendor")
      : random.chance(0.5)
        ? values.forgedKey()
        : values.text();
    const photo = values.photo();
    const base64 = random.chance(0.8) ? photo.toString("base64") : values.text();
    if (random.chance(0.4)) {
      const parts = [
        { name: "key", body: key },
        { name: "file", body: random.chance(0.5) ? photo : base64, file: random.chance(0.7) },
      ];
      return {
        method: "POST",
        path,
        headers: this.headers({ "content-type": "multipart/form-data; boundary=b" }),
        body: this.form(parts),
      };
    }
    let body = random.chance(0.7)
      ? new URLSearchParams({ key: wellFormed(key), file: wellFormed(base64) }).toString()
      : `key=${key}&file=${base64}`;
    if (random.chance(0.3)) body = values.mutated(body);
    if (random.chance(0.1)) body += random.pick(["%", "%zz", "&".repeat(40), "=", "&file=%00", "+"]);
    const type = random.chance(0.9) ? "application/x-www-form-urlencoded" : random.pick(TYPES);
    return { method: "POST", path, headers: this.headers({ "content-type": type }), body: Buffer.from(body) };
  }

  methodRequest() {
    const { random, values } = this;
    const path = random.chance(0.8)
      ? random.pick(PATHS)
      : `/${encodeURIComponent(wellFormed(values.text())).slice(0, 500)}`;
    const body = random.chance(0.5) ? random.bytes(random.below(100)) : Buffer.alloc(0);
    return {
      method: random.pick(METHODS),
      path,
      headers: this.headers({ "content-type": random.pick([JSON_TYPE, ...TYPES]) }),
      body,
    };
  }

  keyRequest() {
    const { random, values } = this;
    const { text, variables } = this.document(false);
    const key = values.forgedKey();
    const forged = [
      `Bearer ${key}`,
      `bearer  ${key}`,
      `Basic ${key}`,
      key,
      `Bearer ${key}, Bearer ${key}`,
      `Bearer ${"x".repeat(random.below(4000))}`,
      "Bearer",
      "",
    ];
    return this.json({ query: text, variables }, { authorization: random.pick(forged) });
  }

  /** Bytes that Node.js's client refuses to send. */
  rawRequest() {
    const { random, values } = this;
    const body = JSON.stringify({ query: "{ plateRecognitions { nodes { plateNumber } } }" });
    const key = random.pick(this.callers.filter((each) => each !== null));
    const heads = [
      () =>
        `content-length: ${random.pick([0, 1, body.length - 1, body.length + 7, -1, "1e3", "99999999999999999999", ""])}`,
      () => `content-length: ${body.length}\r\ncontent-length: ${random.pick([body.length, 3])}`,
      () =>
        `transfer-encoding: ${random.pick(["chunked", "chunked, chunked", "gzip", "identity", "Chunked\r\ncontent-length: 5"])}`,
      () =>
        `content-length: ${body.length}\r\nauthorization: Bearer ${values.forgedKey()}\r\nauthorization: Bearer ${key}`,
      () => `content-length: ${body.length}\r\nx: a\r\n b\r\n\tc`,
      () =>
        `content-length: ${body.length}\r\nx-forwarded-for: ${random.pick(["", ",", "127.0.0.1", "a".repeat(5000), "::1, ::2", "10.0.0.1\r\nx-forwarded-for: 10.0.0.2"])}`,
      () => `content-length: ${body.length}\r\nx\0y: z`,
      () => `content-length: ${body.length}\r\nhost: a\r\nhost: b`,
      () =>
        `content-length: ${body.length}\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: AAAA\r\nsec-websocket-version: 13`,
      () => `content-length: ${body.length}\r\nexpect: ${random.pick(["100-continue", "200-ok"])}`,
      () => `content-length: ${body.length}\r\n${"a: b\r\n".repeat(random.below(3000))}c: d`,
      () => `content-length: ${body.length}\r\nx-plategraph-position: 0/0\r\nx-plategraph-position: 0/1`,
    ];
    const line = random.pick([
      "POST /graphql HTTP/1.1",
      "POST /graphql HTTP/1.0",
      "POST http://evil.example/graphql HTTP/1.1",
      "POST /verify_carlicense/query HTTP/1.1",
      "GET /graphql?query={__typename} HTTP/1.1",
      "POST /graphql HTTP/9.9",
      "POST  /graphql",
      "\r\n\r\nPOST /graphql HTTP/1.1",
      "GET /%00%ff HTTP/1.1",
    ]);
    const text = `${line}\r\nhost: 127.0.0.1\r\ncontent-type: ${random.pick([JSON_TYPE, ...TYPES])}\r\n${random.pick(heads)()}\r\n\r\n${body}`;
    const bytes = Buffer.from(text, "latin1");
    if (random.chance(0.1)) return { raw: random.bytes(random.below(500)) };
    if (random.chance(0.1)) bytes[random.below(bytes.length)] = random.below(256);
    return { raw: random.chance(0.1) ? Buffer.concat([bytes, bytes, bytes]) : bytes };
  }
}

/** A GraphQL literal of a JSON value. */
function literalOf(value) {
  if (value === null || typeof value !== "object")
    return typeof value === "number" ? String(value) : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literalOf).join(", ")}]`;
  return `{ ${Object.entries(value)
    .map(([key, each]) => `${key}: ${literalOf(each)}`)
    .join(", ")} }`;
}

function wellFormed(text) {
  return text.replaceAll(/[\ud800-\udfff]/g, "\ufffd");
}
