/** The examples one by one, each with the variables that it declares. */
import { parse, print, type OperationDefinitionNode } from "graphql";
import { EXAMPLES, EXAMPLE_VARIABLES } from "./examples";

export interface Example {
  /** What it shows, from the comment above it. */
  title: string;
  query: string;
  /** JSON, or nothing. */
  variables: string;
}

export function exampleOperations(): Example[] {
  return parse(EXAMPLES)
    .definitions.filter((definition): definition is OperationDefinitionNode => "variableDefinitions" in definition)
    .map((definition) => {
      const { start = 0 } = definition.loc ?? {};
      const comment = /# \d+\. ([^\n]*)\n$/.exec(EXAMPLES.slice(0, start))?.[1] ?? definition.name?.value ?? "";
      const declared = (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
      const variables = declared.filter((name) => name in EXAMPLE_VARIABLES);
      return {
        title: comment.replace(/\.$/, ""),
        query: `# ${comment}\n${print(definition)}\n`,
        variables:
          variables.length === 0
            ? ""
            : JSON.stringify(Object.fromEntries(variables.map((name) => [name, EXAMPLE_VARIABLES[name]])), null, 2),
      };
    });
}
