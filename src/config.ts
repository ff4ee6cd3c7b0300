/** One parse of the environment, which nothing else reads. The settings stand by subject in `config/`, each with its default and its check. */
import { z } from "zod";
import { DOCUMENT_SETTINGS, documentConfig, type DocumentConfig } from "./config/document.settings.js";
import { DATABASE_SETTINGS, databaseConfig, type DatabaseConfig } from "./config/database.settings.js";
import { ENGINE_SETTINGS, engineConfig, type EngineConfig } from "./config/engine.settings.js";
import { HTTP_SETTINGS, httpConfig, type HttpConfig } from "./config/http.settings.js";
import { LOG_SETTINGS, logConfig, type LogConfig } from "./config/log.settings.js";
import { misspelt } from "./config/misspelt.settings.js";
import { OPERATION_SETTINGS, operationLimits, type OperationLimits } from "./config/operation.settings.js";
import { PARTNER_SETTINGS, partnerConfig, type PartnerConfig } from "./config/partner.settings.js";
import { isLoopback } from "./config/setting.values.js";

export interface Config extends EngineConfig, PartnerConfig, DocumentConfig, LogConfig {
  readonly http: HttpConfig;
  readonly database: DatabaseConfig;
  readonly operations: OperationLimits;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Lists every fault, so that all of them can be corrected at once. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `The settings have ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
    this.name = "ConfigError";
  }
}

const environmentSchema = z.object({
  ...HTTP_SETTINGS,
  ...DATABASE_SETTINGS,
  ...ENGINE_SETTINGS,
  ...OPERATION_SETTINGS,
  ...DOCUMENT_SETTINGS,
  ...PARTNER_SETTINGS,
  ...LOG_SETTINGS,
});

/** The name of every setting. */
export const SETTINGS: readonly string[] = Object.keys(environmentSchema.shape);

/** Variables that are no setting but resemble one, such as LOCAL_THREAD; `setting` is the one that was probably meant. */
export function misspeltSettings(environment: Environment = process.env): { name: string; setting: string }[] {
  return misspelt(Object.keys(environment), SETTINGS);
}

/** @throws ConfigError that lists every fault */
export function readConfig(environment: Environment = process.env): Config {
  // An empty value in a .env file means "not set".
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = environmentSchema.safeParse(given);
  const invalid = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  const faults = [...invalid, ...contradictions(given)];
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const env = parsed.data;
  return {
    http: httpConfig(env),
    database: databaseConfig(env),
    operations: operationLimits(env),
    ...engineConfig(env),
    ...partnerConfig(env),
    ...documentConfig(env),
    ...logConfig(env),
  };
}

/** Settings that do not go together. Checked on the raw text, so that they are reported together with invalid values. */
function contradictions(given: Environment): string[] {
  const faults: string[] = [];
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
  return faults;
}
