/** The scopes that a key can have. */
export const API_SCOPES = ["RECOGNIZE", "READ", "ADMIN"] as const;
export type ApiScope = (typeof API_SCOPES)[number];
