/** The filter of recognition requests and its SQL conditions. */
import type { ColumnNames } from "../../database/entity.table.js";
import { equalTo, type OneByOne } from "../../database/keyset.js";
import { utc } from "../../database/selection.js";
import { oneOf, type Parameters } from "../../database/parameters.js";
import { RECOGNITION_ENGINES, type RecognitionEngine } from "../../engines/engine.js";
import type { ErrorCode } from "../../errors.js";
import type { Optional } from "../../plate-records/plate-number.filter.js";
import type { TimeRange } from "./recognition.filter.js";
import {
  RECOGNITION_STATUSES,
  type RecognitionRequestEntity,
  type RecognitionStatus,
} from "./recognition-request.entity.js";

/** Every condition given must hold; within a list any value will do, so an empty list matches nothing. */
export interface RequestFilter {
  status?: Optional<readonly RecognitionStatus[]>;
  engine?: Optional<readonly RecognitionEngine[]>;
  errorCode?: Optional<readonly ErrorCode[]>;
  externalReference?: Optional<string>;
  cameraId?: Optional<readonly string[]>;
  /** Hexadecimal, 64 characters. */
  imageSha256?: Optional<string>;
  createdAt?: Optional<TimeRange>;
}

type RequestColumns = ColumnNames<RecognitionRequestEntity>;

/** The conditions of `filter` on the requests. Values only ever go into `parameters`. */
export function requestConditions(
  filter: RequestFilter,
  r: RequestColumns,
  parameters: Parameters,
  times: "timestamptz" | "timestamp" = "timestamptz",
): string[] {
  const { status, engine, errorCode, externalReference, cameraId, imageSha256, createdAt } = filter;
  const lists = [
    [r.status, status],
    [r.engine, engine],
    [r.errorCode, errorCode],
    [r.cameraId, cameraId],
  ] as const;
  return [
    ...lists.flatMap(([column, values]) => (values ? [oneOf(column, values, "text", parameters)] : [])),
    ...(externalReference == null ? [] : [`${r.externalReference} = ${parameters.add(externalReference)}::text`]),
    ...(imageSha256 == null ? [] : [`${r.imageSha256} = decode(${parameters.add(imageSha256)}::text, 'hex')`]),
    ...(createdAt?.gte == null ? [] : [`${r.createdAt} >= ${parameters.add(createdAt.gte)}::${times}`]),
    ...(createdAt?.lt == null ? [] : [`${r.createdAt} < ${parameters.add(createdAt.lt)}::${times}`]),
  ];
}

/**
 * How the rows of a page are found without reading those that do not match: in an index that begins with a column of the filter and goes on in the order
 * of creation, once for each wanted value. Null where only the time is asked for.
 */
export function requestLookUp(filter: RequestFilter, r: RequestColumns): RequestLookUp | null {
  const { status, engine, errorCode, cameraId, externalReference, imageSha256 } = filter;
  // The condition that mostly fits fewest requests comes first.
  if (imageSha256 != null || externalReference != null) return { oneByOne: null, rest: filter };
  if (errorCode) return { oneByOne: equalTo([r.errorCode], [unique(errorCode)]), rest: { ...filter, errorCode: null } };
  if (cameraId) return { oneByOne: equalTo([r.cameraId], [unique(cameraId)]), rest: { ...filter, cameraId: null } };
  if (!status && !engine) return null;
  const pairs = unique(status ?? RECOGNITION_STATUSES).flatMap((each) =>
    unique(engine ?? RECOGNITION_ENGINES).map((by) => [each, by] as const),
  );
  const lists = [pairs.map(([each]) => each), pairs.map(([, by]) => by)];
  return { oneByOne: equalTo([r.status, r.engine], lists), rest: { ...filter, status: null, engine: null } };
}

/** The columns as the look-ups name them: the time as its indexes hold it, which no plan takes for the time that all requests are ordered by. */
export function lookUpColumns(r: RequestColumns): RequestColumns {
  return { ...r, createdAt: `(${utc(r.createdAt)})` };
}

export interface RequestLookUp {
  /** Null where a condition of `rest` is on one value. */
  oneByOne: OneByOne | null;
  /** What remains of the filter. */
  rest: RequestFilter;
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
