/**
 * Fields that a stored row does not hold as they are, as plain functions of the row. A field resolver of TypeGraphQL creates a list of arguments and
 * a promise for each field of each row.
 */
import { isInterfaceType, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from "graphql";
import { fallbackReasonOf, type FallbackReason } from "../engines/fallback.reason.js";
import type { PlateRow } from "../plate-records/plate.table.js";
import type {
  BoxRow,
  CorrectionRow,
  ImageRow,
  PlateRecognitionRow,
  RecognitionRequestRow,
} from "../recognitions/store/recognition.rows.js";
import { publicId } from "../recognitions/public-id.js";
import type { GraphQLContext } from "./context.js";
import type { Loaders } from "./loaders.js";
import type { Connection, Edge, PageInfoType } from "./types/connection.type.js";

type Maybe<Value> = Value | null | Promise<Value | null>;

const plateRecognition = {
  request: (row: PlateRecognitionRow, _: unknown, { loaders }: GraphQLContext): Maybe<RecognitionRequestRow> =>
    row.request ?? loaders.request.load(row.requestKey),
  plate: (row: PlateRecognitionRow, _: unknown, { loaders }: GraphQLContext): Maybe<PlateRow> => plateOf(row, loaders),
  corrections: (row: PlateRecognitionRow, _: unknown, { loaders }: GraphQLContext): Maybe<readonly CorrectionRow[]> =>
    row.corrections ?? loaders.corrections.load(row.key),
  readPlateNumber: (row: PlateRecognitionRow, _: unknown, { loaders }: GraphQLContext): Maybe<string> =>
    row.corrections?.length === 0 ? row.plateNumber : readNumberOf(row, loaders),
  // Absent where the statement was not asked for it; null where the engine gave none.
  boundingBox: (row: PlateRecognitionRow, _: unknown, { loaders }: GraphQLContext): Maybe<BoxRow> =>
    row.boundingBox !== undefined ? row.boundingBox : boxOf(row, loaders),
};

/** A reading that was corrected or erased since it was read may have been the last of its plate: then it is all that is known of it. */
async function plateOf({ plateNumber, capturedAt }: PlateRecognitionRow, loaders: Loaders): Promise<PlateRow> {
  const plate = await loaders.plate.load(plateNumber);
  return plate ?? { number: plateNumber, firstSeenAt: capturedAt, lastSeenAt: capturedAt, sightings: 1 };
}

async function readNumberOf({ key, plateNumber }: PlateRecognitionRow, loaders: Loaders): Promise<string> {
  const [first] = await loaders.corrections.load(key);
  return first?.from ?? plateNumber;
}

async function boxOf({ key }: PlateRecognitionRow, loaders: Loaders): Promise<BoxRow | null> {
  return (
    (await loaders.recognitionWith({ boxes: true, requests: false, images: false }).load(key))?.boundingBox ?? null
  );
}

const plate = {
  // Selected seldom, and computed for those alone.
  id: ({ number }: PlateRow): string => publicId("Plate", number),
};

const recognitionRequest = {
  fallbackReason: ({ fallbackReason }: RecognitionRequestRow): FallbackReason | null =>
    fallbackReason === null ? null : fallbackReasonOf(fallbackReason),
  // Rows hold the sentence.
  fallbackDetail: ({ fallbackReason }: RecognitionRequestRow): string | null => fallbackReason,
  // Faults of the server's own account at the vendor are not shown to callers.
  juheErrorCode: (row: RecognitionRequestRow): number | null =>
    row.errorCode === "RECOGNIZER_MISCONFIGURED" ? null : row.juheErrorCode,
  // Absent where the statement was not asked for it.
  image: (row: RecognitionRequestRow, _: unknown, { loaders }: GraphQLContext): Maybe<ImageRow> =>
    row.image ?? imageOf(row, loaders),
};

async function imageOf({ key }: RecognitionRequestRow, loaders: Loaders): Promise<ImageRow | null> {
  return (await loaders.request.load(key))?.image ?? null;
}

const connection = {
  nodes: ({ rows }: Connection<object>): object[] => rows,
  edges: ({ rows, cursorOf }: Connection<object>): Edge<object>[] =>
    rows.map((row) => ({ cursor: cursorOf(row), node: row })),
  pageInfo: ({ rows, cursorOf, hasNextPage, hasPreviousPage }: Connection<object>): PageInfoType => {
    const [first, last] = [rows[0], rows.at(-1)];
    return {
      hasNextPage,
      hasPreviousPage,
      startCursor: first ? cursorOf(first) : null,
      endCursor: last ? cursorOf(last) : null,
    };
  },
  totalCount: ({ count }: Connection<object>): Promise<number> => count(),
};

const COMPUTED = {
  Plate: plate,
  PlateRecognition: plateRecognition,
  RecognitionRequest: recognitionRequest,
  PlateRecognitionConnection: connection,
  AuditEntryConnection: connection,
  RecognitionRequestConnection: connection,
  PlateConnection: connection,
};

/** @throws Error when the schema lacks one of the types or fields */
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
  // TypeGraphQL's own function gives a promise, which compiled operations do not await.
  node.resolveType = (row: object) =>
    "plateNumber" in row ? "PlateRecognition" : "number" in row ? "Plate" : "RecognitionRequest";
  return schema;
}
