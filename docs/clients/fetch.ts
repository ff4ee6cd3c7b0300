/** PlateGraph by plain `fetch`, in browsers and in Node.js. */
import { PlateGraphError, retrying, type GraphQLFault } from "./errors.js";

const RECOGNIZE = `mutation Recognize($image: Upload!, $options: RecognizeOptions) {
  recognizeUpload(image: $image, options: $options) {
    reused
    request { id status }
    recognitions { id plateNumber color type confidence boundingBox { left top right bottom } }
  }
}`;

const READINGS = `query Readings($filter: PlateRecognitionFilter, $first: Int, $after: String) {
  plateRecognitions(filter: $filter, first: $first, after: $after) {
    nodes { id plateNumber confidence capturedAt }
    pageInfo { endCursor hasNextPage }
  }
}`;

export interface Recognized {
  /** Whether an earlier call with the same idempotency key was answered. */
  reused: boolean;
  request: { id: string; status: "SUCCEEDED" | "NO_PLATE" | "FAILED" };
  recognitions: {
    id: string;
    plateNumber: string;
    color: string;
    type: string;
    confidence: number;
    boundingBox: { left: number; top: number; right: number; bottom: number } | null;
  }[];
}

export interface Reading {
  id: string;
  plateNumber: string;
  confidence: number;
  /** ISO 8601. */
  capturedAt: string;
}

interface Page<Node> {
  nodes: Node[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

export class PlateGraph {
  /**
   * @param url such as http://127.0.0.1:4000/graphql
   * @param key an API key; null where anonymous callers are let in
   */
  constructor(
    private readonly url: string,
    private readonly key: string | null = null,
  ) {}

  /**
   * Reads the plates in a photo. Without an idempotency key, a call whose answer was lost would read the photo, and bill it, twice.
   * @param photo a `File` of an <input>, or `new Blob([await readFile("photo.jpg")])`
   */
  async recognize(photo: Blob, options: Record<string, unknown> = {}): Promise<Recognized> {
    const variables = { image: null, options: { idempotencyKey: crypto.randomUUID(), ...options } };
    const form = (): FormData => {
      const body = new FormData();
      // The order is that of the GraphQL multipart request specification.
      body.append("operations", JSON.stringify({ query: RECOGNIZE, variables }));
      body.append("map", JSON.stringify({ photo: ["variables.image"] }));
      body.append("photo", photo, "photo.jpg");
      return body;
    };
    // A page of another site could send a form, but not this header; without it the server refuses forms.
    const headers = { "apollo-require-preflight": "true" };
    const data = await retrying(() => this.send<{ recognizeUpload: Recognized }>(form(), headers));
    return data.recognizeUpload;
  }

  /** Every reading that the filter matches, in pages that are fetched while they are consumed. */
  async *readings(filter: Record<string, unknown> = {}, pageSize = 100): AsyncGenerator<Reading> {
    let after: string | null = null;
    do {
      const page: Page<Reading> = await this.page({ filter, first: pageSize, after });
      yield* page.nodes;
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
  }

  /** @throws PlateGraphError */
  async query<Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> {
    return this.send<Data>(JSON.stringify({ query, variables }), { "content-type": "application/json" });
  }

  private async page(variables: Record<string, unknown>): Promise<Page<Reading>> {
    const data = await retrying(() => this.query<{ plateRecognitions: Page<Reading> }>(READINGS, variables));
    return data.plateRecognitions;
  }

  private async send<Data>(body: FormData | string, headers: Record<string, string>): Promise<Data> {
    let answer: { data: Data; errors?: GraphQLFault[] };
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: {
          ...headers,
          accept: "application/graphql-response+json, application/json",
          ...(this.key !== null && { authorization: `Bearer ${this.key}` }),
        },
        body,
      });
      answer = (await response.json()) as typeof answer;
    } catch (error) {
      throw PlateGraphError.network(error);
    }
    const fault = answer.errors?.[0];
    if (fault !== undefined) throw new PlateGraphError(fault);
    return answer.data;
  }
}
