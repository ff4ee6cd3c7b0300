/** What a browser finds at GET /graphql: Apollo Sandbox with a worked first example for every operation. */
import type { ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginLandingPageLocalDefault } from "@apollo/server/plugin/landingPage/default";
import type { GraphQLContext } from "./context.js";

/** Sandbox shows the whole document; the button beside each operation runs that one. */
export const EXAMPLES = `# Press the button beside an operation to run it. A photo goes in first: in the panel
# "Variables" below, "Add files" gives $photo a file (JPEG, PNG, WebP or BMP).

# 1. A photo in, its plates out.
mutation RecognizeUpload($photo: Upload!, $options: RecognizeOptions) {
  recognizeUpload(image: $photo, options: $options) {
    request { id status engine durationMs image { format width height } }
    recognitions { id plateNumber color type confidence boundingBox { left top right bottom } }
  }
}

# 2. The same with base64 text, or a data: URI, instead of a file.
mutation RecognizeBase64($base64: String!) {
  recognizeBase64(image: $base64) {
    request { id status }
    recognitions { plateNumber confidence }
  }
}

# 3. The latest readings that are sure, a page at a time.
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

# 5. Everything about one plate.
query OnePlate($number: String = "粤TNT444") {
  plate(number: $number) {
    number sightings firstSeenAt lastSeenAt
    recognitions(first: 5) { nodes { capturedAt confidence cameraId } }
  }
}

# 6. One reading by its id (take one from above).
query OneReading($id: ID = "UGxhdGVSZWNvZ25pdGlvbjowMDAwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA") {
  plateRecognition(id: $id) { plateNumber confidence request { id status recognitions { plateNumber } } }
}

# 7. One attempt by its id.
query OneRequest($id: ID = "UmVjb2duaXRpb25SZXF1ZXN0OjAwMDAwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA") {
  recognitionRequest(id: $id) { status engine errorCode durationMs recognitions { plateNumber } }
}

# 8. Anything by its id.
query AnyNode($id: ID = "UGxhdGVSZWNvZ25pdGlvbjowMDAwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA") {
  node(id: $id) { __typename id ... on PlateRecognition { plateNumber } ... on RecognitionRequest { status } }
}

# 9. Many at once.
query ManyNodes($ids: [ID!] = ["UGxhdGVSZWNvZ25pdGlvbjowMDAwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA"]) {
  nodes(ids: $ids) { __typename id }
}
`;

/** One pixel: enough to see an answer (INVALID_IMAGE would need none; this one is read and shows no plate). */
const WHITE_PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=";

export function sandboxPage(): ApolloServerPlugin<GraphQLContext> {
  return ApolloServerPluginLandingPageLocalDefault({
    embed: { runTelemetry: false },
    document: EXAMPLES,
    variables: { options: { cameraId: "gate-1", externalReference: "first-try" }, base64: WHITE_PIXEL },
    footer: false,
  });
}
