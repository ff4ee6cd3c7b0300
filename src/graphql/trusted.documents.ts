/** Trusted documents: a file of documents that callers ask for by `documentId` (GraphQL over HTTP, appendix on persisted documents). */
import { readFile } from "node:fs/promises";
import { GraphQLError, parse, validate, type GraphQLSchema } from "graphql";
import { z } from "zod";
import { ConfigError } from "../config.js";
import type { OperationLimits } from "../config/operation.settings.js";
import { AppError, quoted } from "../errors.js";
import { documentBytes } from "./limits/document.bytes.js";
import { tooMuch } from "./limits/operation.limits.js";

/** As relay-compiler's persisted queries and graphql-codegen's client preset write it: texts by id. */
const fileSchema = z.record(z.string(), z.string());

export class TrustedDocuments {
  /** @param texts by id; null where the server has no such file */
  private constructor(
    private readonly texts: ReadonlyMap<string, string> | null,
    private readonly only: boolean,
  ) {}

  /**
   * Reads the file and checks each document as it would be checked in a request.
   * @throws ConfigError that names every document with a fault
   */
  static async load(
    settings: { file: string; only: boolean } | null,
    schema: GraphQLSchema,
    limits: OperationLimits,
  ): Promise<TrustedDocuments> {
    if (settings === null) return new TrustedDocuments(null, false);
    const texts = await textsOf(settings.file);
    const faults = [...texts].flatMap(([id, text]) => {
      const fault = faultOf(text, schema, limits);
      return fault === null ? [] : [`TRUSTED_DOCUMENTS: the document ${quoted(id)} is refused: ${fault}`];
    });
    if (faults.length > 0) throw new ConfigError(faults);
    return new TrustedDocuments(texts, settings.only);
  }

  /** The body of a POST with the document's text as its `query`. @throws as `textOf` does */
  inBody(body: unknown): unknown {
    if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
    const { documentId, query } = body as { documentId?: unknown; query?: unknown };
    const text = this.textOf(documentId ?? null, query ?? null);
    return text === null ? body : { ...body, query: text };
  }

  /** The same of the search of a GET's address. */
  inSearch(search: string): string {
    const parameters = new URLSearchParams(search);
    const [documentId = null, second] = parameters.getAll("documentId");
    if (second !== undefined) throw new AppError("BAD_REQUEST", "`documentId` may be given once.");
    const text = this.textOf(documentId, parameters.get("query"));
    if (text === null) return search;
    parameters.set("query", text);
    return `?${parameters.toString()}`;
  }

  /**
   * @returns null where the request names no document by its id
   * @throws AppError FORBIDDEN where only trusted documents run; BAD_REQUEST for an id that is no text, or stands beside a document
   * @throws GraphQLError PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_SUPPORTED
   */
  private textOf(documentId: unknown, query: unknown): string | null {
    if (documentId === null) {
      if (this.only) throw new AppError("FORBIDDEN", "This server runs trusted documents only: send a `documentId`.");
      return null;
    }
    if (typeof documentId !== "string") throw new AppError("BAD_REQUEST", "`documentId` must be a string.");
    if (query !== null) throw new AppError("BAD_REQUEST", "Send `documentId` or `query`, not both.");
    if (this.texts === null)
      throw refusal("PERSISTED_QUERY_NOT_SUPPORTED", "This server has no trusted documents: send a `query`.");
    const text = this.texts.get(documentId);
    if (text !== undefined) return text;
    throw refusal("PERSISTED_QUERY_NOT_FOUND", `There is no trusted document ${quoted(documentId)}.`);
  }
}

/** These codes are Apollo Server's, not ours. */
function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

async function textsOf(file: string): Promise<ReadonlyMap<string, string>> {
  try {
    return new Map(Object.entries(fileSchema.parse(JSON.parse(await readFile(file, "utf8")))));
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? 'it must be an object { "id": "document" } of texts' : (error as Error).message;
    throw new ConfigError([`TRUSTED_DOCUMENTS: ${file} can't be read: ${reason}`]);
  }
}

/** The first fault of a document; null for none. */
function faultOf(text: string, schema: GraphQLSchema, limits: OperationLimits): string | null {
  try {
    const bytes = documentBytes(text);
    if (bytes > limits.documentBytes) throw tooMuch("documentBytes", limits.documentBytes, bytes);
    const [error] = validate(schema, parse(text, { maxLexicalTokens: limits.documentTokens }));
    return error?.message ?? null;
  } catch (error) {
    return (error as Error).message;
  }
}
