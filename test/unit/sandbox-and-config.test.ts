import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  parse,
  specifiedScalarTypes,
  validate,
  type OperationDefinitionNode,
} from "graphql";
import { ConfigError, readConfig } from "../../src/config.js";
import { EXAMPLES } from "../../src/graphql/sandbox.page.js";

interface DescribedField {
  description?: string | null | undefined;
  args?: readonly { name: string; description?: string | null | undefined }[];
}

describe("the examples in Sandbox", () => {
  test("are valid against the schema and show every operation", async () => {
    const schema = buildSchema(await readFile("schema.graphql", "utf8"));
    const document = parse(EXAMPLES);
    expect(validate(schema, document)).toEqual([]);
    const shown = document.definitions.flatMap((definition) =>
      (definition as OperationDefinitionNode).selectionSet.selections.map((field) =>
        "name" in field ? field.name.value : "",
      ),
    );
    const offered = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}),
    );
    expect(new Set(shown)).toEqual(new Set(offered));
  });

  test("every type, field, argument and enum value of the schema is described", async () => {
    const schema = buildSchema(await readFile("schema.graphql", "utf8"));
    const bare: string[] = [];
    const check = (name: string, described: { description?: string | null | undefined }): void => {
      if (!described.description) bare.push(name);
    };
    // Roots need no words of their own, and the specification describes what is built in.
    const exempt = ["Query", "Mutation", ...specifiedScalarTypes.map(({ name }) => name)];
    for (const type of Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"))) {
      if (!exempt.includes(type.name)) check(type.name, type);
      if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
      if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
      const fields: Record<string, DescribedField> = type.getFields();
      for (const [name, field] of Object.entries(fields)) {
        check(`${type.name}.${name}`, field);
        for (const argument of field.args ?? []) check(`${type.name}.${name}(${argument.name})`, argument);
      }
    }
    expect(bare).toEqual([]);
  });
});

describe("settings", () => {
  test("have the contract's defaults", () => {
    expect(readConfig({})).toMatchObject({
      http: { host: "127.0.0.1", port: 4000 },
      database: { url: null, dataDir: "./data" },
      recognizer: { mode: "local", localMinConfidence: 80 },
      juhe: null,
      images: { maxBytes: 10 * 1024 * 1024, maxPixels: 40_000_000 },
      allowAnonymous: true,
    });
  });

  test("a key makes Juhe the recogniser, a public address keeps strangers out", () => {
    expect(readConfig({ JUHE_KEY: "k", HOST: "0.0.0.0" })).toMatchObject({
      recognizer: { mode: "juhe" },
      juhe: { key: "k", baseUrl: "http://apis.juhe.cn", timeoutMs: 15_000 },
      allowAnonymous: false,
    });
    expect(readConfig({ HOST: "0.0.0.0", ALLOW_ANONYMOUS: "everyone" }).allowAnonymous).toBe(true);
    expect(() => readConfig({ HOST: "0.0.0.0", ALLOW_ANONYMOUS: "true" })).toThrow("everyone");
    expect(readConfig({ HOST: "::1" }).allowAnonymous).toBe(true);
  });

  test("every variable of .env.example is known, and its values are the defaults", async () => {
    const lines = (await readFile(".env.example", "utf8")).split("\n").filter((line) => /^[A-Z_]+=/.test(line));
    const example = Object.fromEntries(lines.map((line) => line.split("=", 2) as [string, string]));
    expect(readConfig(example)).toEqual(readConfig({}));
    const known = [...(await readFile("src/config.ts", "utf8")).matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name);
    expect(new Set(Object.keys(example))).toEqual(new Set(known));
  });

  test("all faults come at once", () => {
    expect.assertions(2);
    try {
      readConfig({
        PORT: "x",
        JUHE_TIMEOUT_MS: "0",
        RECOGNIZER: "local-then-juhe",
        CORS_ORIGINS: "https://a.example/path",
      });
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).faults).toHaveLength(4);
    }
  });
});
