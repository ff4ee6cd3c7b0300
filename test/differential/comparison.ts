/** Runs one operation on the server and on the plain resolvers, and tells what differs. */
import type { GraphQLError } from "graphql";
import {
  execute,
  getOperationAST,
  parse,
  validate,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from "graphql";
import type { GeneratedOperation } from "./document.generator.js";
import type { PlainContext, ResponsePath } from "./plain.schema.js";

interface Answer {
  data?: unknown;
  errors?: readonly GraphQLFormattedError[];
}

type ErrorsByPlace = ReadonlyMap<string, ReadonlySet<string>>;

/** The server cuts its messages at 400 characters. */
const MAX_MESSAGE = 400;
/** Turns of the event loop that everything else waits for one error: more than the levels of any operation here. */
const TURNS = 100;

/** As text, so that the order of keys counts. */
function dataOf({ data }: Answer): string {
  return JSON.stringify({ data });
}

/**
 * Errors by the place that is null because of them; `retryable` and whatever else extensions hold is left out. Where several errors meet in one place,
 * graphql-js reports those that happen before the place becomes null, which depends on the order in which resolvers end: it is enough that both
 * sides share one, in the order in which the server's comes first.
 */
function errorsByPlace({ data, errors }: Answer): ErrorsByPlace {
  const groups = new Map<string, Set<string>>();
  for (const { message, path, locations, extensions } of errors ?? []) {
    const place = JSON.stringify(nullPlace(data, path ?? []));
    const text = message.slice(0, MAX_MESSAGE).replace(/…$/, "");
    const group = groups.get(place) ?? new Set<string>();
    groups.set(place, group.add(JSON.stringify({ message: text, path, locations, code: extensions?.code })));
  }
  return groups;
}

function nullPlace(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  let value = data;
  for (const [depth, key] of path.entries()) {
    if (value === null || value === undefined) return path.slice(0, depth);
    value = (value as Record<string | number, unknown>)[key];
  }
  return path;
}

function sameErrors(ours: ErrorsByPlace, theirs: ErrorsByPlace, isRequestFault: boolean): boolean {
  return (
    ours.size === theirs.size &&
    [...ours].every(([place, group]) => {
      const other = theirs.get(place) ?? new Set<string>();
      const shared = [...group].filter((error) => other.has(error)).length;
      // Errors of the request itself have no place, and all count.
      return isRequestFault ? shared === group.size && shared === other.size : shared > 0;
    })
  );
}

/** The plain answer's errors, and those that it has when the resolvers on the way to one of these errors end before all others. */
async function errorsWithFirst(
  schema: GraphQLSchema,
  operation: GeneratedOperation,
  plain: Answer,
  first: readonly GraphQLFormattedError[],
): Promise<ErrorsByPlace> {
  const all = new Map([...errorsByPlace(plain)].map(([place, group]) => [place, new Set(group)]));
  for (const { path = [] } of first) {
    const turnsOf = (at: ResponsePath): number => (at.every((key, depth) => path[depth] === key) ? 0 : TURNS);
    const answer = await askPlain(schema, operation, { turnsOf });
    for (const [place, group] of errorsByPlace(answer)) for (const error of group) all.get(place)?.add(error);
  }
  return all;
}

export async function askServer(url: string, operation: GeneratedOperation): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(operation),
  });
  return (await response.json()) as Answer;
}

/** By the documented codes: what graphql-js finds wrong has none of its own. */
export async function askPlain(
  schema: GraphQLSchema,
  operation: GeneratedOperation,
  contextValue: PlainContext = { turnsOf: null },
): Promise<Answer> {
  const { query, variables, operationName } = operation;
  let document;
  try {
    document = parse(query);
  } catch (error) {
    return { errors: [coded(error as GraphQLError, "GRAPHQL_PARSE_FAILED")] };
  }
  const faults = validate(schema, document);
  if (faults.length > 0) {
    return {
      errors: faults.map((fault) =>
        coded(
          fault,
          fault.nodes?.[0]?.kind.endsWith("Value") === true ? "BAD_USER_INPUT" : "GRAPHQL_VALIDATION_FAILED",
        ),
      ),
    };
  }
  const result: ExecutionResult = await execute({
    schema,
    document,
    contextValue,
    variableValues: variables,
    operationName: operationName ?? null,
  });
  const known = getOperationAST(document, operationName) !== null;
  return {
    ...("data" in result && { data: result.data }),
    ...(result.errors && {
      errors: result.errors.map((error) => coded(error, known ? "BAD_USER_INPUT" : "OPERATION_RESOLUTION_FAILURE")),
    }),
  };
}

function coded(error: GraphQLError, code: string): GraphQLFormattedError {
  const original = error.originalError as { code?: string } | undefined;
  return { ...error.toJSON(), extensions: { code: original?.code ?? code } };
}

/** What differs between the plain answer and three answers of the server, in words; null where nothing does. */
export async function difference(
  url: string,
  schema: GraphQLSchema,
  operation: GeneratedOperation,
): Promise<{ outcome: "data" | "errors" | "limited"; text: string | null }> {
  const plain = await askPlain(schema, operation);
  const agree = async (answer: Answer): Promise<boolean> => {
    const isRequestFault = plain.data === undefined;
    const ours = errorsByPlace(answer);
    return (
      sameErrors(ours, errorsByPlace(plain), isRequestFault) ||
      (!isRequestFault && sameErrors(ours, await errorsWithFirst(schema, operation, plain, answer.errors ?? []), false))
    );
  };
  for (let run = 1; run <= 3; run += 1) {
    const answer = await askServer(url, operation);
    if (String(answer.errors?.[0]?.extensions?.code).startsWith("OPERATION_TOO"))
      return { outcome: "limited", text: null };
    if (dataOf(answer) !== dataOf(plain) || !(await agree(answer))) {
      const asked = `${JSON.stringify(operation.query)}\nvariables ${JSON.stringify(operation.variables)} operation ${operation.operationName ?? ""}`;
      return {
        outcome: "data",
        text: `${asked}\nrun ${run}: ${JSON.stringify(answer)}\nplain: ${JSON.stringify(plain)}`,
      };
    }
  }
  return { outcome: plain.errors ? "errors" : "data", text: null };
}
