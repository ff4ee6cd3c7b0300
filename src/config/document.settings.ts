/** Settings of trusted documents. */
import { z } from "zod";
import type { ValuesOf } from "./setting.values.js";

export interface DocumentConfig {
  /** A file of documents that are asked for by id; `only` refuses all others. */
  readonly trustedDocuments: { file: string; only: boolean } | null;
}

export const DOCUMENT_SETTINGS = {
  TRUSTED_DOCUMENTS: z.string().optional(),
  TRUSTED_DOCUMENTS_ONLY: z.enum(["true", "false"], "must be true or false").default("false"),
};

export function documentConfig(env: ValuesOf<typeof DOCUMENT_SETTINGS>): DocumentConfig {
  const file = env.TRUSTED_DOCUMENTS;
  return { trustedDocuments: file === undefined ? null : { file, only: env.TRUSTED_DOCUMENTS_ONLY === "true" } };
}
