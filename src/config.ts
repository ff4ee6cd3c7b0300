/** One parse of the environment: every setting, its default and its check; the only reader of `process.env`. */
import { isIP } from "node:net";
import { z } from "zod";

export const RECOGNIZER_MODES = ["local", "juhe", "juhe-then-local", "local-then-juhe"] as const;
export type RecognizerMode = (typeof RECOGNIZER_MODES)[number];

export interface Config {
  readonly http: {
    host: string;
    port: number;
    /** Whether `host` is a loopback address. */
    loopback: boolean;
    corsOrigins: readonly string[];
    /** Names that `Host` may hold besides loopback ones. */
    allowedHosts: readonly string[];
    /** Bytes of all request bodies and answers in flight together. */
    maxBytesInFlight: number;
    maxConnections: number;
    /** How long a request body may take to arrive. */
    bodyTimeoutMs: number;
    /** How long a caller may take to read an answer. */
    answerTimeoutMs: number;
    /** Addresses and networks whose `X-Forwarded-For` is believed. */
    trustedProxies: readonly string[];
  };
  /** `url` null means the embedded server, which keeps its files in `dataDir`. */
  readonly database: {
    url: string | null;
    dataDir: string;
    /** Read replicas of the server at `url`. */
    replicaUrls: readonly string[];
    poolSize: number;
    /** Connections for statistics and counts, beside the others. */
    reportPoolSize: number;
    /** How long a statement may wait for a connection. */
    connectTimeoutMs: number;
    /** How long a statement may run; 0 means without end. */
    statementTimeoutMs: number;
  };
  readonly recognizer: { mode: RecognizerMode; localMinConfidence: number };
  readonly local: { threads: number; queueLength: number; timeoutMs: number };
  /** Null when there is no key: the vendor can't be asked. */
  readonly juhe: { key: string; baseUrl: string; timeoutMs: number } | null;
  /** Largest values that are still accepted, for one GraphQL operation. */
  readonly operations: {
    documentBytes: number;
    documentTokens: number;
    variablesBytes: number;
    depth: number;
    aliases: number;
    directives: number;
    fields: number;
    recognitions: number;
    cost: number;
  };
  /** A file of documents that are asked for by id; `only` refuses all others. */
  readonly trustedDocuments: { file: string; only: boolean } | null;
  readonly images: { maxBytes: number; maxPixels: number; maxSide: number };
  readonly allowAnonymous: boolean;
  /** For how long the same photo from the same partner is answered from the store; 0 is not at all. */
  readonly reuseSeconds: number;
  /** Whether plate searches are written to the audit log. */
  readonly auditSearches: boolean;
  /** Older requests are erased; null keeps them. */
  readonly retentionDays: number | null;
  /** Calls to the vendor in a day of all servers; null is no limit. */
  readonly juheDailyLimit: number | null;
  /** Requests a minute; 0 is no limit. */
  readonly rateLimits: { partnerPerMinute: number; anonymousPerMinute: number };
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

/** Thrown with every fault at once, so that a start is mended in one go. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `The settings have ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
    this.name = "ConfigError";
  }
}

const MIB = 1024 * 1024;

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

const urlOf = (protocols: readonly string[]) =>
  z.string().refine(
    (text) => {
      const url = safeUrl(text);
      return url !== null && protocols.includes(url.protocol);
    },
    `must be an address that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
  );

function safeUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

const originList = z
  .string()
  .transform(listOf)
  .refine(
    (origins) => origins.every((origin) => safeUrl(origin)?.origin === origin),
    "must be comma-separated origins such as https://app.example.com, without a path",
  );

const hostList = z
  .string()
  .transform(listOf)
  .refine(
    (hosts) => hosts.every((host) => /^[\w.-]+$/.test(host) || isIP(host) === 6),
    "must be comma-separated host names such as plates.example.com, without scheme and port",
  );

/** Names of networks that Fastify knows. */
const PROXY_NETWORKS = ["loopback", "linklocal", "uniquelocal"];

/** A number of hops is not taken: callers that reach the server without the proxy would choose their address themselves. Fastify trusts nobody then. */
const proxyList = z
  .string()
  .transform(listOf)
  .superRefine((proxies, context) => {
    const wrong = proxies.filter((proxy) => !isNetwork(proxy) && !PROXY_NETWORKS.includes(proxy));
    if (wrong.length === 0) return;
    context.addIssue({
      code: "custom",
      message: `must be comma-separated addresses, networks such as 10.0.0.0/8, or ${PROXY_NETWORKS.join(", ")}; not ${wrong.join(", ")}`,
    });
  });

function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

const environmentSchema = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: wholeNumber(0, 65_535).default(4000),
  CORS_ORIGINS: originList.default([]),
  ALLOWED_HOSTS: hostList.default([]),
  MAX_BODY_BYTES_IN_FLIGHT: wholeNumber(MIB, 1024 * 1024 * MIB).default(256 * MIB),
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000).default(2000),
  BODY_TIMEOUT_MS: wholeNumber(100, 3_600_000).default(60_000),
  ANSWER_TIMEOUT_MS: wholeNumber(100, 3_600_000).default(30_000),
  TRUSTED_PROXIES: proxyList.default([]),
  DATABASE_URL: urlOf(["postgres:", "postgresql:"]).optional(),
  DATABASE_POOL_SIZE: wholeNumber(2, 1000).default(10),
  DATABASE_REPORT_POOL_SIZE: wholeNumber(1, 1000).default(2),
  DATABASE_CONNECT_TIMEOUT_MS: wholeNumber(100, 600_000).default(10_000),
  DATABASE_STATEMENT_TIMEOUT_MS: wholeNumber(0, 3_600_000).default(15_000),
  DATABASE_REPLICA_URLS: z
    .string()
    .transform(listOf)
    .refine(
      (urls) => urls.every((url) => ["postgres:", "postgresql:"].includes(safeUrl(url)?.protocol ?? "")),
      "must be comma-separated addresses that begin with postgres:// or postgresql://",
    )
    .default([]),
  DATA_DIR: z.string().default("./data"),
  RECOGNIZER: z.enum(RECOGNIZER_MODES, `must be one of ${RECOGNIZER_MODES.join(", ")}`).optional(),
  LOCAL_MIN_CONFIDENCE: wholeNumber(0, 100).default(80),
  LOCAL_THREADS: wholeNumber(1, 64).default(2),
  LOCAL_QUEUE: wholeNumber(0, 100_000).default(256),
  LOCAL_TIMEOUT_MS: wholeNumber(100, 600_000).default(20_000),
  JUHE_KEY: z.string().optional(),
  JUHE_BASE_URL: urlOf(["http:", "https:"]).default("http://apis.juhe.cn"),
  JUHE_TIMEOUT_MS: wholeNumber(1, 600_000).default(15_000),
  MAX_IMAGE_BYTES: wholeNumber(1024, 256 * MIB).default(10 * MIB),
  MAX_IMAGE_PIXELS: wholeNumber(1, 1_000_000_000).default(40_000_000),
  MAX_DOCUMENT_BYTES: wholeNumber(1024, 16 * MIB).default(64 * 1024),
  MAX_DOCUMENT_TOKENS: wholeNumber(100, 100_000).default(2_000),
  MAX_VARIABLES_BYTES: wholeNumber(1024, 16 * MIB).default(256 * 1024),
  MAX_OPERATION_DEPTH: wholeNumber(1, 500).default(20),
  MAX_OPERATION_ALIASES: wholeNumber(0, 10_000).default(100),
  MAX_OPERATION_DIRECTIVES: wholeNumber(0, 10_000).default(50),
  MAX_OPERATION_FIELDS: wholeNumber(1, 100_000).default(1_000),
  MAX_RECOGNITIONS_PER_OPERATION: wholeNumber(1, 1_000).default(10),
  MAX_OPERATION_COST: wholeNumber(100, 100_000_000).default(100_000),
  TRUSTED_DOCUMENTS: z.string().optional(),
  TRUSTED_DOCUMENTS_ONLY: z.enum(["true", "false"], "must be true or false").default("false"),
  MAX_IMAGE_SIDE: wholeNumber(1, 65_535).default(16_384),
  ALLOW_ANONYMOUS: z.enum(["true", "false", "everyone"], "must be true, false or everyone").optional(),
  REUSE_SECONDS: wholeNumber(0, 31_536_000).default(0),
  AUDIT_SEARCHES: z.enum(["true", "false"], "must be true or false").default("false"),
  RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
  JUHE_DAILY_LIMIT: wholeNumber(0, 1_000_000_000).optional(),
  RATE_LIMIT_PER_MINUTE: wholeNumber(0, 1_000_000_000).optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("info"),
});

/** The name of every setting. */
export const SETTINGS: readonly string[] = Object.keys(environmentSchema.shape);

/** Shorter names resemble too many variables of other programs: HOST and HOME, PORT and PATH. */
const MIN_RESEMBLING_LENGTH = 7;
/** Characters added, left out or replaced in a name that is taken for a misspelt one. */
const MAX_MISSPELLING = 2;

/** Variables that are no setting but resemble one, such as LOCAL_THREAD; `setting` is the one that was probably meant. */
export function misspeltSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): { name: string; setting: string }[] {
  return Object.keys(environment).flatMap((name) => {
    if (SETTINGS.includes(name) || name.length < MIN_RESEMBLING_LENGTH) return [];
    const setting = SETTINGS.find(
      (known) =>
        known.length >= MIN_RESEMBLING_LENGTH &&
        ((name.includes("_") && known.startsWith(`${name}_`)) ||
          editDistance(known, name.toUpperCase()) <= MAX_MISSPELLING),
    );
    return setting === undefined ? [] : [{ name, setting }];
  });
}

/** Levenshtein's distance. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [row, character] of [...left].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...right].entries()) {
      const replaced = (previous[column] ?? 0) + (character === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/** Reads and checks the whole environment; throws a `ConfigError` that lists every fault. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  // An empty value in a .env file means "not set".
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = environmentSchema.safeParse(given);
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  // Checked on the raw text, so that it is reported together with whatever else is wrong.
  if (given.RECOGNIZER?.includes("juhe") && given.JUHE_KEY === undefined) {
    faults.push(`RECOGNIZER ${given.RECOGNIZER} needs a JUHE_KEY`);
  }
  if (given.DATABASE_REPLICA_URLS !== undefined && given.DATABASE_URL === undefined) {
    faults.push("DATABASE_REPLICA_URLS needs a DATABASE_URL, the primary that they follow");
  }
  if (given.TRUSTED_DOCUMENTS_ONLY === "true" && given.TRUSTED_DOCUMENTS === undefined) {
    faults.push("TRUSTED_DOCUMENTS_ONLY needs TRUSTED_DOCUMENTS, the file of those documents");
  }
  if (given.ALLOW_ANONYMOUS === "true" && given.HOST !== undefined && !isLoopback(given.HOST)) {
    faults.push(
      `ALLOW_ANONYMOUS true on HOST ${given.HOST} would let everyone who reaches this machine read and write without a key: make keys with \`npm run keys\` instead, or set ALLOW_ANONYMOUS=everyone if that is meant`,
    );
  }
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const env = parsed.data;
  return {
    http: {
      host: env.HOST,
      port: env.PORT,
      loopback: isLoopback(env.HOST),
      corsOrigins: env.CORS_ORIGINS,
      allowedHosts: env.ALLOWED_HOSTS,
      maxBytesInFlight: env.MAX_BODY_BYTES_IN_FLIGHT,
      maxConnections: env.MAX_CONNECTIONS,
      bodyTimeoutMs: env.BODY_TIMEOUT_MS,
      answerTimeoutMs: env.ANSWER_TIMEOUT_MS,
      trustedProxies: env.TRUSTED_PROXIES,
    },
    database: {
      url: env.DATABASE_URL ?? null,
      dataDir: env.DATA_DIR,
      replicaUrls: env.DATABASE_REPLICA_URLS,
      poolSize: env.DATABASE_POOL_SIZE,
      reportPoolSize: env.DATABASE_REPORT_POOL_SIZE,
      connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT_MS,
      statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
    },
    recognizer: {
      mode: env.RECOGNIZER ?? (env.JUHE_KEY === undefined ? "local" : "juhe"),
      localMinConfidence: env.LOCAL_MIN_CONFIDENCE,
    },
    local: { threads: env.LOCAL_THREADS, queueLength: env.LOCAL_QUEUE, timeoutMs: env.LOCAL_TIMEOUT_MS },
    juhe:
      env.JUHE_KEY === undefined
        ? null
        : { key: env.JUHE_KEY, baseUrl: env.JUHE_BASE_URL, timeoutMs: env.JUHE_TIMEOUT_MS },
    operations: {
      documentBytes: env.MAX_DOCUMENT_BYTES,
      documentTokens: env.MAX_DOCUMENT_TOKENS,
      variablesBytes: env.MAX_VARIABLES_BYTES,
      depth: env.MAX_OPERATION_DEPTH,
      aliases: env.MAX_OPERATION_ALIASES,
      directives: env.MAX_OPERATION_DIRECTIVES,
      fields: env.MAX_OPERATION_FIELDS,
      recognitions: env.MAX_RECOGNITIONS_PER_OPERATION,
      cost: env.MAX_OPERATION_COST,
    },
    trustedDocuments:
      env.TRUSTED_DOCUMENTS === undefined
        ? null
        : { file: env.TRUSTED_DOCUMENTS, only: env.TRUSTED_DOCUMENTS_ONLY === "true" },
    images: { maxBytes: env.MAX_IMAGE_BYTES, maxPixels: env.MAX_IMAGE_PIXELS, maxSide: env.MAX_IMAGE_SIDE },
    allowAnonymous: env.ALLOW_ANONYMOUS === undefined ? isLoopback(env.HOST) : env.ALLOW_ANONYMOUS !== "false",
    reuseSeconds: env.REUSE_SECONDS,
    auditSearches: env.AUDIT_SEARCHES === "true",
    retentionDays: env.RETENTION_DAYS ?? null,
    juheDailyLimit: env.JUHE_DAILY_LIMIT ?? null,
    rateLimits: {
      partnerPerMinute: env.RATE_LIMIT_PER_MINUTE ?? 600,
      // Trials on this machine are not limited unless somebody says so.
      anonymousPerMinute: env.RATE_LIMIT_PER_MINUTE ?? 0,
    },
    logLevel: env.LOG_LEVEL,
  };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
