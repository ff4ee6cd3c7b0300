/** The table that `keys list` prints. */
import type { ApiKeyWithPartner } from "../accounts/store/account.store.js";

const HEADINGS = ["KEY", "PARTNER", "SCOPES", "STATE", "RATE LIMIT", "CREATED", "EXPIRES", "LAST USED"] as const;

export function keyTable(keys: readonly ApiKeyWithPartner[], now: Date): string {
  if (keys.length === 0) return "There are no keys yet: `npm run keys -- create --partner NAME` makes one.";
  const rows = [HEADINGS, ...keys.map((key) => cellsOf(key, now))];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cellsOf(key: ApiKeyWithPartner, now: Date): string[] {
  return [
    key.lookup,
    key.partnerName,
    key.scopes.map((scope) => scope.toLowerCase()).join(","),
    stateOf(key, now),
    key.rateLimitPerMinute === null ? "-" : `${key.rateLimitPerMinute}/min`,
    minuteOf(key.createdAt),
    minuteOf(key.expiresAt),
    minuteOf(key.lastUsedAt),
  ];
}

function stateOf({ revokedAt, expiresAt }: ApiKeyWithPartner, now: Date): string {
  if (revokedAt !== null) return "revoked";
  return expiresAt !== null && expiresAt <= now ? "expired" : "active";
}

/** `2026-11-25 08:30` in UTC. */
function minuteOf(date: Date | null): string {
  return date === null ? "-" : date.toISOString().slice(0, 16).replace("T", " ");
}
