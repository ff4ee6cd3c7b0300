/** What a key may be allowed to do. */
export const API_SCOPES = ["RECOGNIZE", "READ", "ADMIN"] as const;
export type ApiScope = (typeof API_SCOPES)[number];
