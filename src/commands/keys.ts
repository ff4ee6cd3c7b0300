/** `npm run keys -- create|list|revoke|rotate`: the API keys of partners, also while a server runs on the same database. */
import { KeyService } from "../accounts/key.service.js";
import { API_SCOPES, type ApiScope } from "../accounts/scopes.js";
import { AccountStore } from "../accounts/store/account.store.js";
import { withDataSource } from "../database/data-source.js";
import { migrateAt, refuseOtherVersion } from "../database/migrations.js";
import { configOrExit, UsageError } from "./command.fault.js";
import { runCommand } from "./command.runner.js";
import { QUIET, TABLES, withDatabaseUrl } from "./database.access.js";
import { keyTable } from "./key.table.js";

const USAGE = `Usage: npm run keys -- COMMAND

  create --partner NAME [--scopes recognize,read,admin] [--expires 90d|2027-01-31] [--rate-limit 600]
      Makes a key and prints it, once, as the last line. Scopes default to recognize,read.
  list
      Every key with its partner, scopes, state and last use.
  revoke LOOKUP
      Ends a key; LOOKUP is the 12 characters after plg_. Servers refuse it within 5 seconds.
  rotate LOOKUP [--grace 24h] [--expires 90d|2027-01-31]
      Makes a key with the same partner, scopes and limit, and prints it as the last line. It does not expire unless --expires is given. The old one works
      for 24 h more, or as --grace says.`;

/** What each command takes; anything else would be ignored, and a key be other than its maker meant. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  create: ["partner", "scopes", "expires", "rate-limit"],
  list: [],
  revoke: [],
  rotate: ["expires", "grace"],
};
const DEFAULT_SCOPES = "recognize,read";
const DEFAULT_GRACE = "24h";

const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: DAY_MS };
const MAX_PARTNER_NAME = 100;

const OPTIONS = {
  partner: { type: "string" },
  scopes: { type: "string" },
  expires: { type: "string" },
  "rate-limit": { type: "string" },
  grace: { type: "string" },
} as const;
type Flags = { readonly [Name in keyof typeof OPTIONS]?: string | undefined };

await runCommand({
  usage: USAGE,
  options: OPTIONS,
  allowPositionals: true,
  run: (flags, positionals) => withKeys(actionFor(positionals, flags)),
});

/** What was typed, checked before anything connects. */
function actionFor([command, ...rest]: readonly string[], flags: Flags): (keys: KeyService) => Promise<string> {
  const expiresAt = flags.expires === undefined ? null : expiryOf(flags.expires);
  expectFlags(command, flags);
  switch (command) {
    case "create": {
      expectArguments(rest, 0);
      const partner = partnerName(flags.partner);
      const scopes = scopesIn(flags.scopes ?? DEFAULT_SCOPES);
      const rateLimitPerMinute = flags["rate-limit"] === undefined ? null : rateLimitOf(flags["rate-limit"]);
      return (keys) => keys.create({ partner, scopes, expiresAt, rateLimitPerMinute });
    }
    case "list":
      expectArguments(rest, 0);
      return async (keys) => keyTable(await keys.list(), new Date());
    case "revoke": {
      const lookup = lookupIn(rest);
      return async (keys) => {
        await keys.revoke(lookup);
        return `${lookup} is revoked.`;
      };
    }
    case "rotate": {
      const lookup = lookupIn(rest);
      const grace = flags.grace ?? DEFAULT_GRACE;
      const graceMs = durationOf(grace);
      if (graceMs === null) throw new UsageError(`--grace must be like 30m, 24h or 7d, and is ${grace}.`);
      return (keys) => keys.rotate(lookup, { graceMs, expiresAt });
    }
    default:
      throw new UsageError(command === undefined ? "No command was given." : `There is no command ${command}.`);
  }
}

/** Prints what `action` answers at once, before a database is stopped: a new key is shown nowhere else. */
async function withKeys(action: (keys: KeyService) => Promise<string>): Promise<void> {
  await withDatabaseUrl(
    configOrExit().database,
    (url) =>
      withDataSource({ url, poolSize: 2, logger: QUIET, ...TABLES }, async (dataSource) => {
        await refuseOtherVersion(dataSource);
        const answer = await action(new KeyService(new AccountStore(dataSource)));
        process.stdout.write(`${answer}\n`);
      }),
    (url) => migrateAt({ url, logger: QUIET, ...TABLES }),
  );
}

function expectFlags(command: string | undefined, flags: object): void {
  const taken = FLAGS[command ?? ""];
  const other = Object.keys(flags).find((flag) => taken?.includes(flag) === false);
  if (other !== undefined) throw new UsageError(`${command} does not take --${other}.`);
}

function expectArguments(rest: readonly string[], count: number): void {
  if (rest.length !== count) throw new UsageError(`Unexpected argument: ${rest.slice(count).join(" ")}.`);
}

function lookupIn(rest: readonly string[]): string {
  const [given = "", ...more] = rest;
  expectArguments(more, 0);
  // The whole prefix is taken too: it is what a person copies from a log or a scanner.
  const lookup = given.replace(/^plg_/, "");
  if (!/^[0-9A-Za-z]{12}$/.test(lookup)) throw new UsageError("Name the key by the 12 characters after plg_.");
  return lookup;
}

function partnerName(name: string | undefined): string {
  const trimmed = name?.trim() ?? "";
  if (trimmed === "") throw new UsageError("create needs --partner NAME.");
  if (trimmed.length > MAX_PARTNER_NAME || /\p{Cc}/u.test(trimmed)) {
    throw new UsageError(`A partner's name has at most ${MAX_PARTNER_NAME} characters and no control characters.`);
  }
  return trimmed;
}

function scopesIn(text: string): ApiScope[] {
  const scopes = text.split(",").map((scope) => scope.trim().toUpperCase());
  const unknown = scopes.find((scope) => !API_SCOPES.some((known) => known === scope));
  if (unknown !== undefined) {
    throw new UsageError(`There is no scope ${unknown.toLowerCase()}: use recognize, read or admin.`);
  }
  return [...new Set(scopes as ApiScope[])];
}

function expiryOf(text: string): Date {
  const duration = durationOf(text);
  const date = duration === null ? new Date(text) : new Date(Date.now() + duration);
  if (Number.isNaN(date.getTime()) || date <= new Date()) {
    throw new UsageError(`--expires must be like 90d or a date to come, and is ${text}.`);
  }
  return date;
}

function rateLimitOf(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 1_000_000) return limit;
  throw new UsageError(`--rate-limit must be a whole number from 1 to 1000000, and is ${text}.`);
}

function durationOf(text: string): number | null {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  return count === undefined || unit === undefined ? null : Number(count) * (UNIT_MS[unit] ?? 0);
}
