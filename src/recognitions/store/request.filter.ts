/** The filter of recognition requests and its SQL conditions. */
import type { ColumnNames } from "../../database/entity.table.js";
import { equalTo, type OneByOne } from "../../database/keyset.js";
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
export function requestConditions(filter: RequestFilter, r: RequestColumns, parameters: Parameters): string[] {
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
    ...(createdAt?.gte == null ? [] : [`${r.createdAt} >= ${parameters.add(createdAt.gte)}::timestamptz`]),
    ...(createdAt?.lt == null ? [] : [`${r.createdAt} < ${parameters.add(createdAt.lt)}::timestamptz`]),
  ];
}

/**
 * How the rows of a page are found without reading those that do not match: each value of the condition that fits fewest requests is looked up in an
 * index that continues in the order of creation. Null where a single condition does that by itself.
 */
export function requestsOneByOne(
  filter: RequestFilter,
  r: RequestColumns,
): { oneByOne: OneByOne | null; rest: RequestFilter } {
  const { status, engine, errorCode, cameraId } = filter;
  if (filter.imageSha256 == null && filter.externalReference == null) {
    if (errorCode)
      return { oneByOne: equalTo([r.errorCode], [unique(errorCode)]), rest: { ...filter, errorCode: null } };
    if (cameraId) return { oneByOne: equalTo([r.cameraId], [unique(cameraId)]), rest: { ...filter, cameraId: null } };
    if (status || engine) {
      const pairs = unique(status ?? RECOGNITION_STATUSES).flatMap((each) =>
        unique(engine ?? RECOGNITION_ENGINES).map((by) => [each, by] as const),
      );
      const lists = [pairs.map(([each]) => each), pairs.map(([, by]) => by)];
      return { oneByOne: equalTo([r.status, r.engine], lists), rest: { ...filter, status: null, engine: null } };
    }
  }
  return { oneByOne: null, rest: filter };
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
