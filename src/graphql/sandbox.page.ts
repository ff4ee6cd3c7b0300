/** What a browser finds at GET /graphql: Apollo Sandbox with a worked first example for every operation. */
import type { ApolloServerPlugin, GraphQLServerListener } from "@apollo/server";
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

# 6. Plates like one that a camera may have misread.
query LikeThisPlate($number: String = "粤TNT444") {
  similarPlates(number: $number, first: 5) { distance plate { number sightings lastSeenAt } }
}

# 7. A month of readings, day by day.
query ByDay {
  recognitionStats(
    filter: { capturedAt: { gte: "2026-11-01T00:00:00+08:00", lt: "2026-12-01T00:00:00+08:00" } }
    interval: DAY
    timeZone: "Asia/Shanghai"
  ) {
    start count distinctPlates averageConfidence
  }
}

# 8. One reading by its id (take one from above).
query OneReading($id: ID = "recognition_00000000-0000-7000-8000-000000000000") {
  plateRecognition(id: $id) { plateNumber confidence request { id status recognitions { plateNumber } } }
}

# 9. One attempt by its id.
query OneRequest($id: ID = "request_00000000-0000-7000-8000-000000000000") {
  recognitionRequest(id: $id) { status engine errorCode durationMs recognitions { plateNumber } }
}

# 10. Anything by its id.
query AnyNode($id: ID = "recognition_00000000-0000-7000-8000-000000000000") {
  node(id: $id) { __typename id ... on PlateRecognition { plateNumber } ... on RecognitionRequest { status } }
}

# 11. Many at once.
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

# 15. What was used, and what it cost in calls to the vendor.
query UsageOfNovember {
  usage(range: { gte: "2026-11-01T00:00:00+08:00", lt: "2026-12-01T00:00:00+08:00" }) {
    recognitions noPlate failed reused juheCalls localCalls
  }
}

# 16. A reading corrected: both texts are found from then on.
mutation Correct($id: ID! = "recognition_00000000-0000-7000-8000-000000000000") {
  correctPlateRecognition(id: $id, plateNumber: "粤TNT444") { plateNumber readPlateNumber corrections { from to correctedAt } }
}

# 17. Erased for good: what one camera read before a date. Each call takes up to ten seconds; call until it gives 0.
mutation EraseReadings {
  deletePlateRecognitions(filter: { cameraId: ["gate-1"], capturedAt: { lt: "2020-01-01T00:00:00Z" } })
}

# 18. Erased with their readings, hashes and raw answers.
mutation EraseRequests {
  deleteRecognitionRequests(filter: { cameraId: ["gate-1"], createdAt: { lt: "2020-01-01T00:00:00Z" } })
}

# 19. Who did what.
query AuditLog {
  auditLog(first: 10) { nodes { createdAt action actorKey subject affected } }
}
`;

/** One white pixel: enough to see an answer, that it shows no plate. */
const WHITE_PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=";

/** Sandbox comes from Apollo's site; where that can't be reached, this stands in its place and needs nothing from outside. */
const WITHOUT_SANDBOX = `
  <h1>PlateGraph</h1>
  <p>Apollo Sandbox is loaded from Apollo's site, which this browser can't reach. The server itself works without it.</p>
  <form method="post" action="/verify_carlicense/verify" enctype="multipart/form-data">
    <input type="hidden" name="key" value="sandbox" />
    <label>Read a photo: <input type="file" name="file" accept="image/*" required /></label> <button>Read</button>
  </form>
  <p>What to POST to <code>/graphql</code>:</p>
  <pre>${EXAMPLES.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</pre>`;

/** Sandbox's own place lies over the whole page, also while it is empty. */
const FALLBACK_STYLE = "#embeddableSandbox:empty { display: none; } .fallback { max-height: 95vh; overflow: auto; }";

const APOLLOS_FALLBACK = /(<div class="fallback">)[\s\S]*?(<\/div>)/;

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
    .replace(APOLLOS_FALLBACK, (_all, open: string, close: string) => `${open}${WITHOUT_SANDBOX}${close}`)
    .replace(".fallback {", `${FALLBACK_STYLE}\n        .fallback {`);
}
