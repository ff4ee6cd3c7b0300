/** PlateGraph by urql. In a React application, take `Client` and the exchanges from `urql`, which passes them on from `@urql/core`. */
import { Client, cacheExchange, fetchExchange, gql, type CombinedError, type TypedDocumentNode } from "@urql/core";
import { PlateGraphError } from "./errors.js";

export const RECOGNIZE: TypedDocumentNode<
  { recognizeUpload: { reused: boolean; recognitions: { id: string; plateNumber: string; confidence: number }[] } },
  { image: Blob; options?: Record<string, unknown> }
> = gql`
  mutation Recognize($image: Upload!, $options: RecognizeOptions) {
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

export const READINGS: TypedDocumentNode<
  {
    plateRecognitions: {
      nodes: { id: string; plateNumber: string; capturedAt: string }[];
      pageInfo: { endCursor: string | null; hasNextPage: boolean };
    };
  },
  { filter?: Record<string, unknown>; first?: number; after?: string | null }
> = gql`
  query Readings($filter: PlateRecognitionFilter, $first: Int, $after: String) {
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

/** @param key an API key; null where anonymous callers are let in */
export function createUrqlClient(url: string, key: string | null = null): Client {
  return new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    fetchOptions: () => ({
      headers: {
        // For uploads, which urql sends as forms, and for queries, which it sends by GET: the server takes both only with a header that
        // pages of other sites can't send.
        "apollo-require-preflight": "true",
        ...(key !== null && { authorization: `Bearer ${key}` }),
      },
    }),
  });
}

/** The `error` of a result, with its code. */
export function plateGraphError(error: CombinedError): PlateGraphError {
  const fault = error.graphQLErrors[0];
  return fault === undefined ? PlateGraphError.network(error) : new PlateGraphError(fault, { cause: error });
}
