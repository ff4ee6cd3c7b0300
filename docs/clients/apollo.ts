/** PlateGraph by Apollo Client 4. */
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import type { TypedDocumentNode } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { print } from "graphql";
import { Observable } from "rxjs";
import { PlateGraphError } from "./errors.js";

export const RECOGNIZE = gql`
  mutation Recognize($image: Upload!, $options: RecognizeOptions) {
    recognizeUpload(image: $image, options: $options) {
      reused
      request {
        id
        status
      }
      recognitions {
        id
        plateNumber
        confidence
      }
    }
  }
` as TypedDocumentNode<
  { recognizeUpload: { reused: boolean; recognitions: { id: string; plateNumber: string; confidence: number }[] } },
  { image: Blob; options?: Record<string, unknown> }
>;

/** With `edges`: Apollo's cache joins the pages of a connection by its edges, not by its `nodes`. */
export const READINGS = gql`
  query Readings($filter: PlateRecognitionFilter, $first: Int, $after: String) {
    plateRecognitions(filter: $filter, first: $first, after: $after) {
      edges {
        node {
          id
          plateNumber
          capturedAt
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
` as TypedDocumentNode<
  {
    plateRecognitions: {
      edges: { node: { id: string; plateNumber: string; capturedAt: string } }[];
      pageInfo: { endCursor: string | null; hasNextPage: boolean };
    };
  },
  { filter?: Record<string, unknown>; first?: number; after?: string | null }
>;

/** @param key an API key; null where anonymous callers are let in */
export function createApolloClient(uri: string, key: string | null = null): ApolloClient {
  const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  const hasPhoto = ({ variables }: ApolloLink.Operation): boolean => variables.image instanceof Blob;
  return new ApolloClient({
    link: ApolloLink.split(hasPhoto, uploadLink(uri, headers), new HttpLink({ uri, headers })),
    cache: new InMemoryCache({
      possibleTypes: { Node: ["Plate", "PlateRecognition", "RecognitionRequest"] },
      typePolicies: {
        Query: {
          fields: {
            plateRecognitions: relayStylePagination(["filter", "orderBy"]),
            recognitionRequests: relayStylePagination(["filter", "orderBy"]),
            plates: relayStylePagination(["filter", "orderBy"]),
          },
        },
        Plate: { fields: { recognitions: relayStylePagination() } },
      },
    }),
  });
}

/** Sends `$image` as the GraphQL multipart request specification says. `HttpLink` would send it as JSON, `{}`. */
function uploadLink(uri: string, headers: Record<string, string>): ApolloLink {
  return new ApolloLink(
    ({ query, operationName, variables }) =>
      new Observable((observer) => {
        const form = new FormData();
        const operation = { query: print(query), operationName, variables: { ...variables, image: null } };
        form.append("operations", JSON.stringify(operation));
        form.append("map", JSON.stringify({ photo: ["variables.image"] }));
        form.append("photo", variables.image as Blob, "photo.jpg");
        const left = new AbortController();
        fetch(uri, {
          method: "POST",
          // A page of another site could send a form, but not this header; without it the server refuses forms.
          headers: { ...headers, "apollo-require-preflight": "true" },
          body: form,
          signal: left.signal,
        })
          .then(async (response) => (await response.json()) as ApolloLink.Result)
          .then(
            (result) => {
              observer.next(result);
              observer.complete();
            },
            (error: unknown) => observer.error(error),
          );
        return () => left.abort();
      }),
  );
}

/** What `client.mutate` and `client.query` reject with, and hooks give as `error`, with its code. */
export function plateGraphError(error: unknown): PlateGraphError {
  const fault = CombinedGraphQLErrors.is(error) ? error.errors[0] : undefined;
  return fault === undefined ? PlateGraphError.network(error) : new PlateGraphError(fault, { cause: error });
}
