/** The cache of parsed and validated documents, bounded by the length of their texts. */
import { InMemoryLRUCache, type KeyValueCache } from "@apollo/utils.keyvaluecache";
import type { DocumentNode } from "graphql";

/** A parsed document takes 70 to 110 bytes of memory for each character of its text: at most 60 MB in all. */
const MAX_CHARACTERS = 512 * 1024;

/** @param longest characters of the longest text that is kept; only a text with an image in it is longer */
export function documentStore(longest: number): KeyValueCache<DocumentNode> {
  return new InMemoryLRUCache<DocumentNode>({
    maxSize: MAX_CHARACTERS,
    maxEntrySize: Math.min(longest, MAX_CHARACTERS),
    sizeCalculation: (document) => document.loc?.end ?? MAX_CHARACTERS,
  });
}
