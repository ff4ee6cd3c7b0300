/** Settings of the engines: which one reads, the local one's threads, the vendor's account, the images that are accepted. */
import { z } from "zod";
import { MIB, oneOf, urlOf, wholeNumber, type ValuesOf } from "./setting.values.js";

export const RECOGNIZER_MODES = ["local", "juhe", "juhe-then-local", "local-then-juhe"] as const;
export type RecognizerMode = (typeof RECOGNIZER_MODES)[number];

export interface EngineConfig {
  readonly recognizer: { mode: RecognizerMode; localMinConfidence: number };
  readonly local: { threads: number; queueLength: number; timeoutMs: number };
  /** Null when there is no key: the vendor can't be asked. */
  readonly juhe: { key: string; baseUrl: string; timeoutMs: number } | null;
  /** Calls to the vendor in a day of all servers; null is no limit. */
  readonly juheDailyLimit: number | null;
  readonly images: { maxBytes: number; maxPixels: number; maxSide: number };
}

export const ENGINE_SETTINGS = {
  RECOGNIZER: oneOf(RECOGNIZER_MODES).optional(),
  LOCAL_MIN_CONFIDENCE: wholeNumber(0, 100).default(80),
  LOCAL_THREADS: wholeNumber(1, 64).default(2),
  LOCAL_QUEUE: wholeNumber(0, 100_000).default(256),
  LOCAL_TIMEOUT_MS: wholeNumber(100, 600_000).default(20_000),
  JUHE_KEY: z.string().optional(),
  JUHE_BASE_URL: urlOf(["http:", "https:"]).default("http://apis.juhe.cn"),
  JUHE_TIMEOUT_MS: wholeNumber(1, 600_000).default(15_000),
  JUHE_DAILY_LIMIT: wholeNumber(0, 1_000_000_000).optional(),
  MAX_IMAGE_BYTES: wholeNumber(1024, 256 * MIB).default(10 * MIB),
  MAX_IMAGE_PIXELS: wholeNumber(1, 1_000_000_000).default(40_000_000),
  MAX_IMAGE_SIDE: wholeNumber(1, 65_535).default(16_384),
};

export function engineConfig(env: ValuesOf<typeof ENGINE_SETTINGS>): EngineConfig {
  return {
    recognizer: {
      mode: env.RECOGNIZER ?? (env.JUHE_KEY === undefined ? "local" : "juhe"),
      localMinConfidence: env.LOCAL_MIN_CONFIDENCE,
    },
    local: { threads: env.LOCAL_THREADS, queueLength: env.LOCAL_QUEUE, timeoutMs: env.LOCAL_TIMEOUT_MS },
    juhe:
      env.JUHE_KEY === undefined
        ? null
        : { key: env.JUHE_KEY, baseUrl: env.JUHE_BASE_URL, timeoutMs: env.JUHE_TIMEOUT_MS },
    juheDailyLimit: env.JUHE_DAILY_LIMIT ?? null,
    images: { maxBytes: env.MAX_IMAGE_BYTES, maxPixels: env.MAX_IMAGE_PIXELS, maxSide: env.MAX_IMAGE_SIDE },
  };
}
