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
import { EXAMPLES } from "../../explorer/examples.js";

interface DescribedField {
  description?: string | null | undefined;
  args?: readonly { name: string; description?: string | null | undefined }[];
}

describe("the examples of the explorer", () => {
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
