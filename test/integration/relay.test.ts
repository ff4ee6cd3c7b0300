/** Relay's own compiler takes the schema: every connection can be refetched, and paged on from any object that has it. */
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { buildSchema, getNamedType, isObjectType } from "graphql";

const run = promisify(execFile);
const COMPILER = createRequire(import.meta.url).resolve("relay-compiler/cli.js");
const PAGE = "first: $count, after: $cursor";
const ARGUMENTS = `@argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" })`;

/** A fragment on the type, with its connection, that Relay makes a query for to page on. */
function refetchable(name: string, type: string, field: string, selection: string, args = ""): string {
  return `fragment ${name} on ${type} ${ARGUMENTS} @refetchable(queryName: "${name}Query") {
    ${field}(${PAGE}${args}) @connection(key: "${name}_${field}") { edges { node { ${selection} } } } }`;
}

const FRAGMENTS: Readonly<Record<string, string>> = {
  Readings: refetchable("Readings", "Query", "plateRecognitions", "id plateNumber plate { number }"),
  History: refetchable("History", "Plate", "recognitions", "id capturedAt request { status errorCode }"),
  Requests: refetchable("Requests", "Query", "recognitionRequests", "id status recognitions { plateNumber }"),
  Plates: refetchable("Plates", "Query", "plates", "id number sightings", ", orderBy: SIGHTINGS_DESC"),
  Audit: refetchable("Audit", "Query", "auditLog", "id action subject"),
  Reading: `fragment Reading on PlateRecognition @refetchable(queryName: "ReadingQuery") { plateNumber boundingBox { left } }`,
  Request: `fragment Request on RecognitionRequest @refetchable(queryName: "RequestQuery") { status image { sha256 } }`,
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "relay-"));
  await mkdir(join(folder, "src"));
  await copyFile(new URL("../../schema.graphql", import.meta.url), join(folder, "schema.graphql"));
  const config = { src: "./src", schema: "./schema.graphql", language: "javascript", eagerEsModules: true };
  await writeFile(join(folder, "relay.config.json"), JSON.stringify(config));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function compile(fragments: Readonly<Record<string, string>>): Promise<string[]> {
  for (const [name, text] of Object.entries(fragments))
    await writeFile(join(folder, "src", `${name}.js`), `graphql\`${text}\`;\n`);
  await run(process.execPath, [COMPILER, "relay.config.json"], { cwd: folder });
  return readdir(join(folder, "src", "__generated__"));
}

test("relay-compiler makes a query to refetch each connection and node", async () => {
  const made = await compile(FRAGMENTS);
  for (const name of Object.keys(FRAGMENTS))
    expect(made).toEqual(expect.arrayContaining([`${name}.graphql.js`, `${name}Query.graphql.js`]));
});

test("no connection of the schema is left out", async () => {
  const schema = buildSchema(await readFile(new URL("../../schema.graphql", import.meta.url), "utf8"));
  const connections = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
    .filter(({ field }) => getNamedType(field.type).name.endsWith("Connection"))
    .map(({ type, field }) => [type.name, field.name]);
  expect(connections.length).toBeGreaterThan(4);
  const refetched = Object.values(FRAGMENTS).flatMap((text) => {
    const [, type, field] = /on (\w+) @argumentDefinitions.*"\) \{\s+(\w+)\(/.exec(text) ?? [];
    return type === undefined ? [] : [[type, field]];
  });
  expect(refetched.sort()).toEqual(connections.sort());
});

test("and refuses what the schema does not have", async () => {
  await expect(compile({ Faulty: refetchable("Faulty", "Camera", "recognitions", "id") })).rejects.toThrow();
});
