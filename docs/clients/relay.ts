/** PlateGraph by Relay. */
import { Environment, Network, RecordSource, Store, commitMutation, fetchQuery, graphql } from "relay-runtime";
import type { FetchFunction, GraphQLResponse } from "relay-runtime";
import { PlateGraphError, type GraphQLFault } from "./errors.js";

/** For a component: `usePaginationFragment(readings, ref)` gives `data`, `hasNext` and `loadNext(20)`. */
export const readings = graphql`
  fragment relayReadings on Query
  @argumentDefinitions(
    filter: { type: "PlateRecognitionFilter" }
    count: { type: "Int", defaultValue: 20 }
    cursor: { type: "String" }
  )
  @refetchable(queryName: "relayReadingsPageQuery") {
    plateRecognitions(filter: $filter, first: $count, after: $cursor)
      @connection(key: "relayReadings_plateRecognitions") {
      edges {
        node {
          id
          plateNumber
          capturedAt
        }
      }
    }
  }
`;

/** For a script, which needs no connection in the store. */
const listQuery = graphql`
  query relayListQuery($filter: PlateRecognitionFilter, $first: Int, $after: String) {
    plateRecognitions(filter: $filter, first: $first, after: $after) {
      nodes {
        id
        plateNumber
        capturedAt
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`;

const recognizeMutation = graphql`
  mutation relayRecognizeMutation($image: Upload!, $options: RecognizeOptions) {
    recognizeUpload(image: $image, options: $options) {
      reused
      recognitions {
        id
        plateNumber
        confidence
      }
    }
  }
`;

interface Reading {
  id: string;
  plateNumber: string;
  capturedAt: string;
}

interface List {
  plateRecognitions: { nodes: Reading[]; pageInfo: { endCursor: string | null; hasNextPage: boolean } };
}

interface Recognized {
  [name: string]: unknown;
  recognizeUpload: { reused: boolean; recognitions: { id: string; plateNumber: string; confidence: number }[] };
}

/** @param key an API key; null where anonymous callers are let in */
export function createRelayEnvironment(url: string, key: string | null = null): Environment {
  const send: FetchFunction = async ({ text, name }, variables, _cacheConfig, uploadables) => {
    const operation = JSON.stringify({ query: text, operationName: name, variables });
    const files = Object.entries(uploadables ?? {});
    const form = new FormData();
    form.append("operations", operation);
    form.append("map", JSON.stringify(Object.fromEntries(files.map(([path]) => [path, [`variables.${path}`]]))));
    for (const [path, file] of files) form.append(path, file, "photo.jpg");
    // Forms are refused without the header that pages of other sites can't send.
    const headers: Record<string, string> =
      files.length > 0 ? { "apollo-require-preflight": "true" } : { "content-type": "application/json" };
    if (key !== null) headers.authorization = `Bearer ${key}`;
    const answer = await fetch(url, { method: "POST", headers, body: files.length > 0 ? form : operation })
      .then(async (response) => (await response.json()) as GraphQLResponse & { errors?: GraphQLFault[] })
      .catch((error: unknown) => {
        throw PlateGraphError.network(error);
      });
    const fault = answer.errors?.[0];
    if (fault !== undefined) throw new PlateGraphError(fault);
    return answer;
  };
  return new Environment({ network: Network.create(send), store: new Store(new RecordSource()) });
}

/** The variable of the file is null; the file itself stands in `uploadables` under the variable's name. */
export function recognize(
  environment: Environment,
  photo: Blob,
  options: Record<string, unknown> = {},
): Promise<Recognized["recognizeUpload"]> {
  return new Promise((resolve, reject) => {
    commitMutation<{ response: Recognized; variables: { image: unknown; options: unknown } }>(environment, {
      mutation: recognizeMutation,
      variables: { image: null, options: { idempotencyKey: crypto.randomUUID(), ...options } },
      uploadables: { image: photo },
      onCompleted: ({ recognizeUpload }) => resolve(recognizeUpload),
      onError: reject,
    });
  });
}

export async function* listReadings(
  environment: Environment,
  filter: Record<string, unknown> = {},
  first = 100,
): AsyncGenerator<Reading> {
  let after: string | null = null;
  do {
    const variables: Record<string, unknown> = { filter, first, after };
    const data: List | undefined = await fetchQuery<{ response: List; variables: typeof variables }>(
      environment,
      listQuery,
      variables,
    ).toPromise();
    if (data === undefined) return;
    yield* data.plateRecognitions.nodes;
    const { hasNextPage, endCursor } = data.plateRecognitions.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after !== null);
}
