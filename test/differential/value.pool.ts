/** The values that generated arguments and filters take: mostly accepted ones, and of each kind some that are refused. */
import type { ValuePool } from "./document.generator.js";
import { cursorOf } from "./plain.schema.js";
import type { SeededRows } from "./seeded.rows.js";

function repeated<Value>(values: readonly Value[], times: number): Value[] {
  return Array.from({ length: times }, () => values).flat();
}

/** Few values of each kind: found and absent ones, and ones that are refused. */
export function valuePool(rows: SeededRows): ValuePool {
  const readings = rows.readings.slice(0, 3).map(({ key }) => `recognition_${key}`);
  const requests = rows.requests.slice(0, 3).map(({ key }) => `request_${key}`);
  const plates = ["粤A12345", "京B8O0O1"].map((number) => `plate_${Buffer.from(number).toString("base64url")}`);
  const ids = [...readings, ...requests, ...plates];
  const absent = "recognition_0190a000-0000-7000-8000-00000000ffff";
  const [first, , , , , middle] = rows.readings;
  const cursors = [first, middle].flatMap((row) => (row ? [cursorOf("CAPTURED_AT_DESC", row)] : []));
  const otherCursors = [first, middle].flatMap((row) => (row ? [cursorOf("CONFIDENCE_ASC", row)] : []));
  const [request, , another] = rows.requests;
  const requestCursors = [request, another].flatMap((row) => (row ? [cursorOf("CREATED_AT_DESC", row)] : []));
  const plateCursors = ["2026-03-01T12:00:00.000Z", "2026-03-02T12:00:00.000Z"].map((lastSeenAt) =>
    cursorOf("LAST_SEEN_AT_DESC", { number: "粤A12345", lastSeenAt, firstSeenAt: lastSeenAt, sightings: 1 }),
  );
  return {
    id: [...repeated(ids, 4), absent, "zzz", 7],
    ids: [...repeated(ids, 4), absent, "zzz"],
    "Query.plateRecognition.id": [...repeated(readings, 8), ...requests, absent, "zzz", 7],
    "Query.recognitionRequest.id": [...repeated(requests, 8), ...readings, absent, "zzz", 7],
    number: ["粤A12345", "京B8O0O1", "鲁D00000", "川X00000"],
    first: [...repeated([0, 1, 2, 3, 5], 4), 101],
    last: [...repeated([0, 1, 2, 3], 4), -1],
    after: [...repeated(cursors, 8), ...otherCursors, "zzz"],
    before: [...repeated(cursors, 8), ...otherCursors, "zzz"],
    orderBy: [...repeated(["CAPTURED_AT_DESC"], 6), "CAPTURED_AT_ASC", "CONFIDENCE_ASC", "RECOGNIZED_AT_DESC"],
    // Zones of one offset: the plain side knows no other.
    timeZone: [...repeated(["Asia/Shanghai", "UTC", "Asia/Dubai"], 6), "+08:00"],
    maxDistance: [0, 1, 1, 2, 2, 2, 3],
    image: ["%%%", "data:image/png,plain"],
    options: [null, {}],
    // Only filters without a condition, which are refused.
    "Mutation.deletePlateRecognitions.filter": [{}, { plateNumber: {} }, { plateNumber: { contains: "" } }],
    "Mutation.deleteRecognitionRequests.filter": [{}, { createdAt: {} }],
    "Mutation.correctPlateRecognition.plateNumber": ["", "粤", "<b>"],
    // 川X00000 was read and always corrected.
    "PlateNumberFilter.eq": ["粤A12345", "沪B00000", "川X00000"],
    "PlateNumberFilter.startsWith": ["粤", "京B", "川"],
    "PlateNumberFilter.in": ["粤A12345", "京B8O0O1", "x", "川X00000"],
    "DateTimeRange.gte": [
      ...repeated(["2026-03-01T05:00:00Z", "2026-03-02T08:00:00+08:00", "2026-03-01T00:00:00.5Z"], 6),
      "2026-02-30T00:00:00",
    ],
    "DateTimeRange.lt": ["2026-03-02T05:00:00.001Z"],
    "IntRange.gte": [0, 3, 50, 80],
    "IntRange.lte": [80, 100],
    "PlateRecognitionFilter.color": ["BLUE", "GREEN"],
    "PlateRecognitionFilter.cameraId": ["east", 'we"st', "none"],
    "Query.recognitionRequests.orderBy": [...repeated(["CREATED_AT_DESC"], 6), "CREATED_AT_ASC"],
    "Query.recognitionRequests.after": [...repeated(requestCursors, 8), ...otherCursors, "zzz"],
    "Query.recognitionRequests.before": [...repeated(requestCursors, 8), ...otherCursors, "zzz"],
    "Query.plates.orderBy": [
      ...repeated(["LAST_SEEN_AT_DESC"], 4),
      "SIGHTINGS_DESC",
      "NUMBER_ASC",
      "FIRST_SEEN_AT_ASC",
    ],
    "Query.plates.after": [...repeated(plateCursors, 8), ...otherCursors, "zzz"],
    "Query.plates.before": [...repeated(plateCursors, 8), ...otherCursors, "zzz"],
    "PlateFilter.province": ["粤", "京", "藏"],
    "RecognitionRequestFilter.status": ["SUCCEEDED", "FAILED", "NO_PLATE"],
    "RecognitionRequestFilter.engine": ["LOCAL", "JUHE"],
    "RecognitionRequestFilter.errorCode": ["INVALID_IMAGE", "RECOGNIZER_MISCONFIGURED", "SERVER_BUSY"],
    "RecognitionRequestFilter.externalReference": [request?.externalReference ?? "none", "none"],
    "RecognitionRequestFilter.cameraId": ["east", 'we"st', "none"],
    "RecognitionRequestFilter.imageSha256": [...repeated([request?.sha256.toUpperCase()], 6), "zzz"],
  };
}
