/** A worked example of every operation, shown by the explorer and by Apollo Sandbox. Imports nothing: it is bundled for the browser too. */

export const EXAMPLES = `# Run the operation that the cursor is in. A photo goes in first: give $photo a file
# (JPEG, PNG, WebP or BMP; in Apollo Sandbox by "Add files" under "Variables").

# 1. Read the plates in a photo.
mutation RecognizeUpload($photo: Upload!, $options: RecognizeOptions) {
  recognizeUpload(image: $photo, options: $options) {
    request { id status engine durationMs image { format width height } }
    recognitions { id plateNumber color type confidence boundingBox { left top right bottom } }
  }
}

# 2. The same with base64 text or a data: URI instead of a file.
mutation RecognizeBase64($base64: String!) {
  recognizeBase64(image: $base64) {
    request { id status }
    recognitions { plateNumber confidence }
  }
}

# 3. The latest readings with a high confidence, in pages.
query LatestPlates($after: String) {
  plateRecognitions(filter: { confidence: { gte: 80 } }, first: 20, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { id plateNumber province confidence capturedAt cameraId }
  }
}

# 4. By plate and by date.
query PlatesOfTheYear {
  plateRecognitions(
    filter: { plateNumber: { startsWith: "粤" }, capturedAt: { gte: "2026-01-01T00:00:00+08:00", lt: "2027-01-01T00:00:00+08:00" } }
    orderBy: CAPTURED_AT_DESC
  ) {
    nodes { plateNumber capturedAt request { externalReference image { sha256 } } }
  }
}

# 5. One plate with its latest readings.
query OnePlate($number: String = "粤TNT444") {
  plate(number: $number) {
    number sightings firstSeenAt lastSeenAt
    recognitions(first: 5) { nodes { capturedAt confidence cameraId } }
  }
}

# 6. Plates with similar numbers: a camera may have misread one.
query LikeThisPlate($number: String = "粤TNT444") {
  similarPlates(number: $number, first: 5) { distance plate { number sightings lastSeenAt } }
}

# 7. The readings of a month, counted by day.
query ByDay {
  recognitionStats(
    filter: { capturedAt: { gte: "2026-11-01T00:00:00+08:00", lt: "2026-12-01T00:00:00+08:00" } }
    interval: DAY
    timeZone: "Asia/Shanghai"
  ) {
    start count distinctPlates averageConfidence
  }
}

# 8. One reading by its id.
query OneReading($id: ID = "recognition_00000000-0000-7000-8000-000000000000") {
  plateRecognition(id: $id) { plateNumber confidence request { id status recognitions { plateNumber } } }
}

# 9. One recognition request by its id.
query OneRequest($id: ID = "request_00000000-0000-7000-8000-000000000000") {
  recognitionRequest(id: $id) { status engine errorCode durationMs recognitions { plateNumber } }
}

# 10. An object by its id.
query AnyNode($id: ID = "recognition_00000000-0000-7000-8000-000000000000") {
  node(id: $id) { __typename id ... on PlateRecognition { plateNumber } ... on RecognitionRequest { status } }
}

# 11. Several objects by their ids.
query ManyNodes($ids: [ID!] = ["recognition_00000000-0000-7000-8000-000000000000"]) {
  nodes(ids: $ids) { __typename id }
}

# 12. Requests that failed, latest first: by status, error, camera, reference or photo.
query FailedRequests {
  recognitionRequests(filter: { status: [FAILED] }, first: 10) {
    nodes { id createdAt engine errorCode fallbackReason externalReference cameraId }
  }
}

# 13. The plates seen most often.
query FrequentPlates {
  plates(orderBy: SIGHTINGS_DESC, first: 10) { nodes { number sightings firstSeenAt lastSeenAt } }
}

# 14. Every camera.
query Cameras {
  cameras { id recognitionCount firstSeenAt lastSeenAt }
}

# 15. Usage: photos read, and calls to the vendor.
query UsageOfNovember {
  usage(range: { gte: "2026-11-01T00:00:00+08:00", lt: "2026-12-01T00:00:00+08:00" }) {
    recognitions noPlate failed reused juheCalls localCalls
  }
}

# 16. Correct a reading: from then on searches find it by both numbers.
mutation Correct($id: ID! = "recognition_00000000-0000-7000-8000-000000000000") {
  correctPlateRecognition(id: $id, plateNumber: "粤TNT444") { plateNumber readPlateNumber corrections { from to correctedAt } }
}

# 17. Erase the readings of one camera before a date. A call takes at most ten seconds; repeat it until it returns 0.
mutation EraseReadings {
  deletePlateRecognitions(filter: { cameraId: ["gate-1"], capturedAt: { lt: "2020-01-01T00:00:00Z" } })
}

# 18. Erase requests with their readings, hashes and raw answers.
mutation EraseRequests {
  deleteRecognitionRequests(filter: { cameraId: ["gate-1"], createdAt: { lt: "2020-01-01T00:00:00Z" } })
}

# 19. The audit log.
query AuditLog {
  auditLog(first: 10) { nodes { createdAt action actorKey subject affected } }
}
`;

/** One white pixel, which shows no plate: an image for the example with base64. */
const WHITE_PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=";

/** Variables of the examples that have no default of their own. */
export const EXAMPLE_VARIABLES: Readonly<Record<string, unknown>> = {
  options: { cameraId: "gate-1", externalReference: "first-try" },
  base64: WHITE_PIXEL,
};
