/** The cache of parsed and validated documents, bounded by the length of their texts. */
import { InMemoryLRUCache, type KeyValueCache } from "@apollo/utils.keyvaluecache";
import type { DocumentNode } from "graphql";

/** A parsed document takes some 100 bytes of memory for each character of its text. */
const MAX_CHARACTERS = 512 * 1024;

export function documentStore(): KeyValueCache<DocumentNode> {
  return new InMemoryLRUCache<DocumentNode>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (document) => document.loc?.end ?? MAX_CHARACTERS,
  });
}
