/** The page that a browser gets at GET /graphql: Apollo Sandbox with an example of every operation. */
import type { ApolloServerPlugin, GraphQLServerListener } from "@apollo/server";
import { ApolloServerPluginLandingPageLocalDefault } from "@apollo/server/plugin/landingPage/default";
import type { GraphQLContext } from "./context.js";

/** Sandbox shows the whole document, with a button beside each operation that runs it. */
export const EXAMPLES = `# Press the button beside an operation to run it. A photo goes in first: in the panel
# "Variables" below, "Add files" gives $photo a file (JPEG, PNG, WebP or BMP).

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

/** Shown where the browser can't reach Apollo's site, from which Sandbox is loaded; needs nothing from outside. */
const WITHOUT_SANDBOX = `
  <h1>PlateGraph</h1>
  <p>Apollo Sandbox is loaded from Apollo's site, which this browser can't reach. The server itself works without it.</p>
  <form method="post" action="/verify_carlicense/verify" enctype="multipart/form-data">
    <input type="hidden" name="key" value="sandbox" />
    <label>Read a photo: <input type="file" name="file" accept="image/*" required /></label> <button>Read</button>
  </form>
  <p>What to POST to <code>/graphql</code>:</p>
  <pre>${EXAMPLES.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</pre>`;

/** Sandbox's element covers the whole page, also while it is empty. */
const FALLBACK_STYLE = "#embeddableSandbox:empty { display: none; } .fallback { max-height: 95vh; overflow: auto; }";

const APOLLO_FALLBACK = /(<div class="fallback">)[\s\S]*?(<\/div>)/;

export function sandboxPage(): ApolloServerPlugin<GraphQLContext> {
  const sandbox: ApolloServerPlugin<GraphQLContext> = ApolloServerPluginLandingPageLocalDefault({
    embed: { runTelemetry: false },
    document: EXAMPLES,
    variables: { options: { cameraId: "gate-1", externalReference: "first-try" }, base64: WHITE_PIXEL },
    footer: false,
  });
  return {
    async serverWillStart(service) {
      const listener = (await sandbox.serverWillStart?.(service)) ?? {};
      return {
        ...listener,
        renderLandingPage: async () => ({ html: async () => withOwnFallback(await pageOf(listener)) }),
      };
    },
  };
}

async function pageOf(listener: GraphQLServerListener): Promise<string> {
  const page = await listener.renderLandingPage?.();
  return typeof page?.html === "function" ? page.html() : (page?.html ?? "");
}

function withOwnFallback(html: string): string {
  return html
    .replace(APOLLO_FALLBACK, (_all, open: string, close: string) => `${open}${WITHOUT_SANDBOX}${close}`)
    .replace(".fallback {", `${FALLBACK_STYLE}\n        .fallback {`);
}
