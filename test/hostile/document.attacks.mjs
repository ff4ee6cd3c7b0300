/** Hostile GraphQL documents: parts B1 to B5, B9 and B11 of the audit. Each entry is as in `http.attacks.mjs`. */
export const DOCUMENT_ATTACKS = [];
