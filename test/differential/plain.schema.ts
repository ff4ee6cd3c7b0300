/**
 * The other side of the differential test: the schema that the server publishes, over plain resolvers on rows in memory. It shares nothing with
 * the server but the contract: no loaders, no selection, no compiled execution, no SQL.
 */
import {
  buildClientSchema,
  defaultFieldResolver,
  GraphQLError,
  isInterfaceType,
  isObjectType,
  isScalarType,
  Kind,
  print,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  type IntrospectionQuery,
  responsePathAsArray,
} from "graphql";
import { decodeBase64Image } from "../../src/images/base64.decoder.js";
import { plateDistance } from "../../src/plates/plate.distance.js";
import { plainStats, type StatsArguments } from "./plain.stats.js";
import type { SeededReading, SeededRequest, SeededRows } from "./seeded.rows.js";

export class PlainError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const bad = (message: string): PlainError => new PlainError("BAD_USER_INPUT", message);
const readingId = ({ key }: SeededReading): string => `recognition_${key}`;
const requestId = ({ key }: SeededRequest): string => `request_${key}`;

/** The path of a field in the answer. */
export type ResponsePath = readonly (string | number)[];

/** How many turns of the event loop a field's resolver takes, so that resolvers end in another order; null for no delay. */
export interface PlainContext {
  turnsOf: ((path: ResponsePath) => number) | null;
}

interface SeenPlate {
  number: string;
  firstSeenAt: string;
  lastSeenAt: string;
  sightings: number;
}

type Row = SeededReading | SeededRequest | SeenPlate;

interface PlateFilter {
  number?: Filter["plateNumber"];
  province?: string[] | null;
  firstSeenAt?: Filter["capturedAt"];
  lastSeenAt?: Filter["capturedAt"];
  sightings?: Filter["confidence"];
}

interface Paging {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

interface Connection {
  rows: Row[];
  order: string;
  total: number;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

interface Filter {
  plateNumber?: { eq?: string | null; startsWith?: string | null; in?: string[] | null } | null;
  capturedAt?: { gte?: string | null; lt?: string | null } | null;
  recognizedAt?: { gte?: string | null; lt?: string | null } | null;
  confidence?: { gte?: number | null; lte?: number | null } | null;
  color?: string[] | null;
  cameraId?: string[] | null;
}

interface RequestFilter {
  status?: string[] | null;
  engine?: string[] | null;
  errorCode?: string[] | null;
  externalReference?: string | null;
  cameraId?: string[] | null;
  imageSha256?: string | null;
  createdAt?: { gte?: string | null; lt?: string | null } | null;
}

type Resolvers = Record<string, Record<string, GraphQLFieldResolver<never, PlainContext>>>;

export function plainSchema(introspection: IntrospectionQuery, rows: SeededRows): GraphQLSchema {
  const schema = buildClientSchema(introspection);
  for (const [typeName, fields] of Object.entries(plainResolvers(rows))) {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`The server has no type ${typeName}.`);
    for (const [name, resolve] of Object.entries(fields)) {
      const field = type.getFields()[name];
      if (field === undefined) throw new Error(`The server has no field ${typeName}.${name}.`);
      field.resolve = resolve as GraphQLFieldResolver<unknown, PlainContext>;
    }
  }
  for (const [name, type] of Object.entries(schema.getTypeMap())) {
    if (!isObjectType(type) || name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) field.resolve = delayed(field.resolve ?? defaultFieldResolver);
  }
  const node = schema.getType("Node");
  if (isInterfaceType(node)) {
    node.resolveType = (row: object) =>
      "plateNumber" in row ? "PlateRecognition" : "number" in row ? "Plate" : "RecognitionRequest";
  }
  const dateTime = schema.getType("DateTime");
  if (isScalarType(dateTime)) {
    dateTime.parseValue = (value) => moment(value);
    dateTime.parseLiteral = (literal) => {
      try {
        return moment(literal.kind === Kind.STRING ? literal.value : print(literal));
      } catch (error) {
        throw new GraphQLError((error as Error).message, { nodes: literal });
      }
    };
  }
  return schema;
}

function delayed(resolve: GraphQLFieldResolver<unknown, PlainContext>): typeof resolve {
  return (root, args, context, info) => {
    const { turnsOf } = context;
    if (turnsOf === null) return resolve(root, args, context, info);
    let turns = turnsOf(responsePathAsArray(info.path));
    const wait = async (): Promise<unknown> => {
      for (; turns > 0; turns -= 1) await new Promise((done) => setImmediate(done));
      return resolve(root, args, context, info);
    };
    return wait();
  };
}

function moment(value: unknown): string {
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  if (typeof value !== "string" || !shape.test(value) || Number.isNaN(Date.parse(value))) {
    const what = typeof value === "string" ? JSON.stringify(value) : `A ${typeof value}`;
    throw new GraphQLError(
      `${what} is not a date and time: write it as 2026-11-23T08:30:00Z or 2026-11-23T16:30:00+08:00.`,
    );
  }
  return new Date(value).toISOString();
}

function plainResolvers({ requests, readings }: SeededRows): Resolvers {
  const plateOf = (number: string): SeenPlate | null => {
    const seen = readings.filter(({ plateNumber }) => plateNumber === number);
    if (seen.length === 0) return null;
    const times = seen.map(({ capturedAt }) => capturedAt).sort();
    return { number, firstSeenAt: times[0] ?? "", lastSeenAt: times.at(-1) ?? "", sightings: seen.length };
  };
  const readAs = (number: string) => {
    const corrected = readings.filter(({ corrections }) => corrections[0]?.from === number);
    const [latest] = corrected.sort((a, b) =>
      a.capturedAt !== b.capturedAt ? (a.capturedAt < b.capturedAt ? 1 : -1) : a.key < b.key ? 1 : -1,
    );
    return latest ? plateOf(latest.plateNumber) : null;
  };
  const allPlates = (): SeenPlate[] =>
    [...new Set(readings.map(({ plateNumber }) => plateNumber))].flatMap((number) => plateOf(number) ?? []);
  const find = (id: string, type?: string): Row | null => {
    const plate = /^plate_([\w-]+)$/.exec(id);
    if (plate !== null && type === undefined) return plateOf(Buffer.from(plate[1] ?? "", "base64url").toString());
    if (plate !== null) throw bad(`${JSON.stringify(id)} is the id of a Plate, not of a ${type}.`);
    const match = /^(recognition|request)_([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/.exec(
      id,
    );
    if (match === null) throw bad(`${JSON.stringify(id)} is not an id that this server gave out.`);
    const found = match[1] === "recognition" ? "PlateRecognition" : "RecognitionRequest";
    if (type !== undefined && found !== type) {
      throw bad(`${JSON.stringify(id)} is the id of a ${found}, not of a ${type}.`);
    }
    const list: readonly (SeededReading | SeededRequest)[] = found === "PlateRecognition" ? readings : requests;
    return list.find(({ key }) => key === match[2]) ?? null;
  };
  return {
    Query: {
      node: async (_root, { id }: { id: string }) => find(id),
      nodes: async (_root, { ids }: { ids: string[] }) => ids.map(async (id) => find(id)),
      plate: async (_root, { number }: { number: string }) => plateOf(number) ?? readAs(number),
      plateRecognition: async (_root, { id }: { id: string }) => find(id, "PlateRecognition"),
      recognitionRequest: async (_root, { id }: { id: string }) => find(id, "RecognitionRequest"),
      plateRecognitions: async (_root, args: Paging & { filter?: Filter | null; orderBy?: string | null }) =>
        page(
          readings.filter((row) => meets(row, args.filter ?? {})),
          args.orderBy ?? "CAPTURED_AT_DESC",
          args,
        ),
      recognitionRequests: async (_root, args: Paging & { filter?: RequestFilter | null; orderBy?: string | null }) => {
        const filter = args.filter ?? {};
        if (filter.imageSha256 != null && filter.imageSha256.length !== 64)
          throw bad("`imageSha256` must be 64 hexadecimal characters.");
        return page(
          requests.filter((row) => meetsRequest(row, filter)),
          args.orderBy ?? "CREATED_AT_DESC",
          args,
        );
      },
      recognitionStats: async (_root, args: StatsArguments & { filter?: Filter | null }) => {
        const stats = plainStats(
          readings.filter((row) => meets(row, args.filter ?? {})),
          args,
          args.filter?.capturedAt ?? {},
        );
        if (stats === null)
          throw bad(`${JSON.stringify(args.timeZone)} is not a time zone: use a name such as Asia/Shanghai.`);
        return stats;
      },
      plates: async (_root, args: Paging & { filter?: PlateFilter | null; orderBy?: string | null }) =>
        page(
          allPlates().filter((row) => {
            const read = readings.filter(({ plateNumber }) => plateNumber === row.number).map(readTextOf);
            return meetsPlate(row, [row.number, ...read], args.filter ?? {});
          }),
          args.orderBy ?? "LAST_SEEN_AT_DESC",
          args,
        ),
      cameras: async () => {
        const ids = [...new Set(readings.flatMap(({ cameraId }) => cameraId ?? []))].sort();
        return ids.map((id) => {
          const times = readings.filter(({ cameraId }) => cameraId === id).map(({ capturedAt }) => capturedAt);
          times.sort();
          return { id, firstSeenAt: times[0], lastSeenAt: times.at(-1), recognitionCount: times.length };
        });
      },
      similarPlates: async (_root, args: { number: string; maxDistance?: number | null; first?: number | null }) => {
        const most = args.maxDistance ?? 2;
        if (most < 0 || most > 2) throw bad(`\`maxDistance\` must be from 0 to 2, and is ${most}.`);
        const first = args.first ?? 10;
        if (first < 0 || first > 100) throw bad(`\`first\` must be from 0 to 100, and is ${first}.`);
        return [...new Set(readings.map(({ plateNumber }) => plateNumber))]
          .map((number) => {
            const texts = readings.filter(({ plateNumber }) => plateNumber === number).map(readTextOf);
            const distances = [number, ...texts].map((text) => plateDistance(args.number, text));
            return { plate: plateOf(number), distance: Math.min(...distances) };
          })
          .filter(({ distance }) => distance <= most)
          .sort(
            (a, b) =>
              a.distance - b.distance ||
              (b.plate?.sightings ?? 0) - (a.plate?.sightings ?? 0) ||
              ((a.plate?.number ?? "") < (b.plate?.number ?? "") ? -1 : 1),
          )
          .slice(0, first);
      },
    },
    Mutation: {
      recognizeBase64: async (_root, { image }: { image: string }) => {
        await decodeBase64Image(image, { maxBytes: 10 * 1024 * 1024 });
        throw new PlainError("INVALID_IMAGE", "Only images that are refused are generated.");
      },
      deletePlateRecognitions: async () => {
        throw bad("`filter` holds no condition: everything would be erased.");
      },
      deleteRecognitionRequests: async () => {
        throw bad("`filter` holds no condition: everything would be erased.");
      },
      correctPlateRecognition: async (_root, { id, plateNumber }: { id: string; plateNumber: string }) => {
        find(id, "PlateRecognition");
        // Only numbers that are refused are generated.
        throw bad(`${JSON.stringify(plateNumber)} is not a plate number.`);
      },
    },
    Plate: {
      id: ({ number }: SeenPlate) => `plate_${Buffer.from(number).toString("base64url")}`,
      recognitions: async (plate: { number: string }, args: Paging) =>
        page(
          readings.filter(({ plateNumber }) => plateNumber === plate.number),
          "CAPTURED_AT_DESC",
          args,
        ),
    },
    PlateRecognition: {
      id: readingId,
      readPlateNumber: async (row: SeededReading) => readTextOf(row),
      request: async ({ requestKey }: SeededReading) => requests.find(({ key }) => key === requestKey),
      plate: async ({ plateNumber }: SeededReading) => plateOf(plateNumber),
    },
    RecognitionRequest: {
      id: requestId,
      fallbackReason: ({ fallbackReason }: SeededRequest) =>
        fallbackReason === null ? null : fallbackReason.startsWith("Juhe is out") ? "VENDOR_OUT_OF_QUOTA" : "OTHER",
      fallbackDetail: ({ fallbackReason }: SeededRequest) => fallbackReason,
      image: (row: SeededRequest) => row,
      juheErrorCode: ({ errorCode, juheErrorCode }: SeededRequest) =>
        errorCode === "RECOGNIZER_MISCONFIGURED" ? null : juheErrorCode,
      recognitions: async ({ key }: SeededRequest) =>
        readings.filter(({ requestKey }) => requestKey === key).sort((a, b) => a.rank - b.rank),
    },
    PlateRecognitionConnection: CONNECTION,
    RecognitionRequestConnection: CONNECTION,
    PlateConnection: CONNECTION,
  };
}

function readTextOf({ plateNumber, corrections }: SeededReading): string {
  return corrections[0]?.from ?? plateNumber;
}

const CONNECTION: Resolvers[string] = {
  nodes: ({ rows }: Connection) => rows,
  edges: ({ rows, order }: Connection) => rows.map((node) => ({ node, cursor: cursorOf(order, node) })),
  pageInfo: ({ rows, order, hasNextPage, hasPreviousPage }: Connection) => {
    const [first, last] = [rows[0], rows.at(-1)];
    return {
      hasNextPage,
      hasPreviousPage,
      startCursor: first ? cursorOf(order, first) : null,
      endCursor: last ? cursorOf(order, last) : null,
    };
  },
  totalCount: async ({ total }: Connection) => total,
};

function meetsRequest(row: SeededRequest, filter: RequestFilter): boolean {
  const anyOf = (values: string[] | null | undefined, value: string | null): boolean =>
    values == null || (value !== null && values.includes(value));
  const { externalReference, imageSha256, createdAt } = filter;
  return (
    anyOf(filter.status, row.status) &&
    anyOf(filter.engine, row.engine) &&
    anyOf(filter.errorCode, row.errorCode) &&
    anyOf(filter.cameraId, row.cameraId) &&
    (externalReference == null || row.externalReference === externalReference) &&
    (imageSha256 == null || row.sha256 === imageSha256.toLowerCase()) &&
    (createdAt?.gte == null || row.createdAt >= createdAt.gte) &&
    (createdAt?.lt == null || row.createdAt < createdAt.lt)
  );
}

function fitsNumber(text: string, filter: Filter["plateNumber"]): boolean {
  return (
    (filter?.eq == null || text === filter.eq) &&
    (filter?.startsWith == null || text.startsWith(filter.startsWith)) &&
    (filter?.in == null || filter.in.includes(text))
  );
}

function meets(
  row: SeededReading,
  { plateNumber, capturedAt, recognizedAt, confidence, color, cameraId }: Filter,
): boolean {
  return (
    (fitsNumber(row.plateNumber, plateNumber) || fitsNumber(readTextOf(row), plateNumber)) &&
    (capturedAt?.gte == null || row.capturedAt >= capturedAt.gte) &&
    (capturedAt?.lt == null || row.capturedAt < capturedAt.lt) &&
    (recognizedAt?.gte == null || row.recognizedAt >= recognizedAt.gte) &&
    (recognizedAt?.lt == null || row.recognizedAt < recognizedAt.lt) &&
    (confidence?.gte == null || row.confidence >= confidence.gte) &&
    (confidence?.lte == null || row.confidence <= confidence.lte) &&
    (color == null || color.includes(row.color)) &&
    (cameraId == null || (row.cameraId !== null && cameraId.includes(row.cameraId)))
  );
}

/** @param texts the number and what was read where that was corrected */
function meetsPlate(
  row: SeenPlate,
  texts: readonly string[],
  { number, province, firstSeenAt, lastSeenAt, sightings }: PlateFilter,
): boolean {
  return (
    texts.some((text) => fitsNumber(text, number)) &&
    (province == null || province.some((each) => row.number.startsWith(each))) &&
    (firstSeenAt?.gte == null || row.firstSeenAt >= firstSeenAt.gte) &&
    (firstSeenAt?.lt == null || row.firstSeenAt < firstSeenAt.lt) &&
    (lastSeenAt?.gte == null || row.lastSeenAt >= lastSeenAt.gte) &&
    (lastSeenAt?.lt == null || row.lastSeenAt < lastSeenAt.lt) &&
    (sightings?.gte == null || row.sightings >= sightings.gte) &&
    (sightings?.lte == null || row.sightings <= sightings.lte)
  );
}

/** The property of a row that each order begins with. */
const PROPERTIES: Readonly<Record<string, string>> = {
  CAPTURED_AT: "capturedAt",
  RECOGNIZED_AT: "recognizedAt",
  CONFIDENCE: "confidence",
  CREATED_AT: "createdAt",
  LAST_SEEN_AT: "lastSeenAt",
  FIRST_SEEN_AT: "firstSeenAt",
  SIGHTINGS: "sightings",
};

/** Null where the key alone orders the list. */
function keyOf(order: string, row: Row): string | number | null {
  const property = PROPERTIES[order.replace(/_(ASC|DESC)$/, "")] ?? "";
  return (row as unknown as Record<string, string | number>)[property] ?? null;
}

const lastKeyOf = (row: Row): string => ("number" in row ? row.number : row.key);

export function cursorOf(order: string, row: Row): string {
  return Buffer.from(JSON.stringify([order, keyOf(order, row), lastKeyOf(row)])).toString("base64url");
}

type Place = readonly [string | number | null, string];

function page(rows: readonly Row[], order: string, { first, after, last, before }: Paging): Connection {
  if (first != null && last != null) throw bad("Give `first` or `last`, not both.");
  for (const [name, size] of [
    ["last", last],
    ["first", first],
  ] as const) {
    if (size != null && (size < 0 || size > 100)) throw bad(`\`${name}\` must be from 0 to 100, and is ${size}.`);
  }
  const sign = order.endsWith("_ASC") ? 1 : -1;
  const compare = ([a, keyOfA]: Place, [b, keyOfB]: Place): number =>
    sign * ((a ?? 0) < (b ?? 0) ? -1 : (a ?? 0) > (b ?? 0) ? 1 : keyOfA < keyOfB ? -1 : keyOfA > keyOfB ? 1 : 0);
  const place = (row: Row): Place => [keyOf(order, row), lastKeyOf(row)];
  const [from, to] = [after, before].map((cursor) => (cursor == null ? null : position(cursor, order)));
  const within = [...rows]
    .sort((a, b) => compare(place(a), place(b)))
    .filter((row) => (!from || compare(place(row), from) > 0) && (!to || compare(place(row), to) < 0));
  const size = last ?? first ?? 20;
  const goesOn = within.length > size;
  const base = { order, total: rows.length };
  return last != null
    ? { ...base, rows: size === 0 ? [] : within.slice(-size), hasNextPage: to != null, hasPreviousPage: goesOn }
    : { ...base, rows: within.slice(0, size), hasNextPage: goesOn, hasPreviousPage: from != null };
}

function position(cursor: string, order: string): Place {
  let parts: unknown = null;
  try {
    parts = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    // Not a cursor: the error below says so.
  }
  if (!Array.isArray(parts)) throw bad(`${JSON.stringify(cursor)} is not a cursor that this server gave out.`);
  const [madeFor, value, id] = parts as [string, string | number | null, string];
  if (madeFor !== order) throw bad(`The cursor was made for the order ${madeFor}, not for ${order}.`);
  return [value, id];
}
