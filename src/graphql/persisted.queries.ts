/**
 * Automatic persisted queries: documents that callers send once with their hash and then ask for by it. Each partner asks for its own: a document may name
 * a plate, and whether a hash is known would tell another partner that it was searched.
 */
import type { ApolloServerPlugin } from "@apollo/server";
import type { KeyValueCache } from "@apollo/utils.keyvaluecache";
import { LRUCache } from "lru-cache";
import type { Principal } from "../accounts/principal.js";
import type { GraphQLContext } from "./context.js";

/** Of all texts together, some 16 MB at most; the least recently used are forgotten, and clients send them again. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

type Owner = Pick<Principal, "partnerId">;

export class PersistedQueries {
  private readonly texts = new LRUCache<string, string>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (text, key) => text.length + key.length,
  });

  /** Apollo Server knows the hash and not the partner: it finds nothing, and answers PERSISTED_QUERY_NOT_FOUND where `inBody` found nothing. */
  readonly cache: KeyValueCache = {
    get: async () => undefined,
    set: async () => undefined,
    delete: async () => undefined,
  };

  /** Keeps a text once Apollo Server has compared it with its hash and found it valid. */
  readonly plugin: ApolloServerPlugin<GraphQLContext> = {
    requestDidStart: async ({ metrics }) => ({
      didResolveOperation: async ({ contextValue, queryHash, source }) => {
        if (metrics.persistedQueryRegister === true) this.texts.set(keyOf(contextValue.principal, queryHash), source);
      },
    }),
  };

  /** The body of a POST with the text of its hash as its `query`; unchanged where it has a query, or the hash is not known. */
  inBody(body: unknown, owner: Owner): unknown {
    if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
    const { query, extensions } = body as { query?: unknown; extensions?: unknown };
    const text = (query ?? null) === null ? this.textOf(extensions, owner) : undefined;
    return text === undefined ? body : { ...body, query: text };
  }

  /** The same of the search of a GET's address. */
  inSearch(search: string, owner: Owner): string {
    const parameters = new URLSearchParams(search);
    if (parameters.has("query") || !parameters.has("extensions")) return search;
    const text = this.textOf(parsed(parameters.get("extensions")), owner);
    if (text === undefined) return search;
    parameters.set("query", text);
    return `?${parameters.toString()}`;
  }

  private textOf(extensions: unknown, owner: Owner): string | undefined {
    const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: { sha256Hash?: unknown } | null };
    const hash = persistedQuery?.sha256Hash;
    return typeof hash === "string" ? this.texts.get(keyOf(owner, hash)) : undefined;
  }
}

function keyOf({ partnerId }: Owner, hash: string): string {
  return `${partnerId} ${hash}`;
}

/** Undefined for what is no JSON: Apollo Server refuses it. */
function parsed(json: string | null): unknown {
  try {
    return JSON.parse(json ?? "");
  } catch {
    return undefined;
  }
}
