/**
 * Fields that a stored row does not carry as they are, as plain functions of the row. TypeGraphQL's own field resolvers would make a promise and
 * a list of arguments for each field of each row.
 */
import { isInterfaceType, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from "graphql";
import type { PlateRow } from "../plate-records/plate.table.js";
import type { PlateRecognitionRow, RecognitionRequestRow } from "../recognitions/store/recognition.rows.js";
import type { GraphQLContext } from "./context.js";
import { encodeCursor } from "./paging.js";
import type { PageInfoType, PlateRecognitionEdgeType, RecognitionConnection } from "./types/connection.type.js";

type Maybe<Value> = Value | null | Promise<Value | null>;

const plateRecognition = {
  request: (row: PlateRecognitionRow, _: unknown, { loaders }: GraphQLContext): Maybe<RecognitionRequestRow> =>
    row.request ?? loaders.request.load(row.requestKey),
  plate: (row: PlateRecognitionRow, _: unknown, { loaders }: GraphQLContext): Maybe<PlateRow> =>
    loaders.plate.load(row.plateNumber),
};

const recognitionRequest = {
  // What is wrong with the server's own account at the vendor is the operator's business.
  juheErrorCode: (row: RecognitionRequestRow): number | null =>
    row.errorCode === "RECOGNIZER_MISCONFIGURED" ? null : row.juheErrorCode,
};

const plateRecognitionConnection = {
  nodes: ({ rows }: RecognitionConnection): PlateRecognitionRow[] => rows,
  edges: ({ rows, order }: RecognitionConnection): PlateRecognitionEdgeType[] =>
    rows.map((row) => ({ cursor: encodeCursor(order, row), node: row })),
  pageInfo: ({ rows, order, hasNextPage, hasPreviousPage }: RecognitionConnection): PageInfoType => {
    const cursorOf = (row: PlateRecognitionRow | undefined): string | null => (row ? encodeCursor(order, row) : null);
    return { hasNextPage, hasPreviousPage, startCursor: cursorOf(rows[0]), endCursor: cursorOf(rows.at(-1)) };
  },
  totalCount: (connection: RecognitionConnection): Promise<number> => connection.count(),
};

const COMPUTED = {
  PlateRecognition: plateRecognition,
  RecognitionRequest: recognitionRequest,
  PlateRecognitionConnection: plateRecognitionConnection,
};

/** Puts the functions in their places; a type or field that the schema lacks is a fault of the program. */
export function computeFields(schema: GraphQLSchema): GraphQLSchema {
  for (const [typeName, fields] of Object.entries(COMPUTED)) {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`The schema has no object type ${typeName}.`);
    for (const [name, resolve] of Object.entries(fields)) {
      const field = type.getFields()[name];
      if (field === undefined) throw new Error(`${typeName} has no field ${name}.`);
      field.resolve = resolve as GraphQLFieldResolver<unknown, GraphQLContext>;
    }
  }
  const node = schema.getType("Node");
  if (!isInterfaceType(node)) throw new Error("The schema has no interface Node.");
  // TypeGraphQL's own way is a promise, for which compiled operations have no place.
  node.resolveType = (row: object) => ("plateNumber" in row ? "PlateRecognition" : "RecognitionRequest");
  return schema;
}
