import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "@jest/globals";
import ts from "typescript";

/** Everything between an entity and the GraphQL type: reads, writes and the contract. */
const ROOTS = [
  "src/recognitions/request.records.ts",
  "src/recognitions/store/recognition.tables.ts",
  "src/graphql/types/plate-recognition.type.ts",
  "src/graphql/types/recognition-request.type.ts",
  "src/graphql/types/plate.type.ts",
].map((path) => resolve(path));

function options(): ts.CompilerOptions {
  const { config } = ts.readConfigFile("tsconfig.json", (path) => readFileSync(path, "utf8")) as { config: object };
  return { ...ts.parseJsonConfigFileContent(config, ts.sys, ".").options, noUnusedLocals: false };
}

let before: ts.Program | undefined;

/** What the compiler says when one file has `from` replaced by `to`. */
function faultsAfter(path: string, from: string | RegExp, to: string): string[] {
  const compilerOptions = options();
  const host = ts.createCompilerHost(compilerOptions);
  const read = host.readFile.bind(host);
  const changed = resolve(path);
  host.getSourceFile = (fileName, target) => {
    const old = before?.getSourceFile(fileName);
    const text = resolve(fileName) === changed ? (read(fileName) ?? "").replace(from, to) : null;
    if (text === null && old !== undefined) return old;
    return ts.createSourceFile(fileName, text ?? read(fileName) ?? "", target);
  };
  const program = ts.createProgram({ rootNames: ROOTS, options: compilerOptions, host });
  const faults = ROOTS.flatMap((root) => program.getSemanticDiagnostics(program.getSourceFile(root)));
  before ??= from === to ? program : undefined;
  return faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

test("as it is, everything fits", () => {
  expect(faultsAfter("src/errors.ts", "", "")).toEqual([]);
});

test.each([
  ["the entity", "src/recognitions/store/plate-recognition.entity.ts", /cameraId!:/, "camera!:"],
  ["the row", "src/recognitions/store/recognition.rows.ts", /cameraId:/, "camera:"],
  ["the GraphQL type", "src/graphql/types/plate-recognition.type.ts", /cameraId!:/, "camera!:"],
  ["the request's row", "src/recognitions/store/recognition.rows.ts", /externalReference:/, "reference:"],
  ["the request's entity", "src/recognitions/store/recognition-request.entity.ts", /durationMs!:/, "duration!:"],
  ["the plate's row", "src/plate-records/plate.table.ts", /  sightings: number;/, "  seen: number;"],
])("F: a property of %s that is renamed does not compile", (_, path, from, to) => {
  expect(readFileSync(path, "utf8")).toMatch(from);
  expect(faultsAfter(path, from, to)).not.toEqual([]);
});
