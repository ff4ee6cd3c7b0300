/** API keys as text: `plg_`, 12 characters by which a key is looked up, 40 characters that are secret. */
import { hash, randomInt, timingSafeEqual } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LOOKUP_LENGTH = 12;
/** 62^40: some 238 bits, too many for a brute-force search of the hash. */
const SECRET_LENGTH = 40;

/** For secret scanners; also in SECURITY.md. */
const API_KEY = /^plg_([0-9A-Za-z]{12})_([0-9A-Za-z]{40})$/;

export interface NewApiKey {
  /** The whole key: printed once, never stored. */
  text: string;
  /** Stored in the clear; unique. */
  lookup: string;
  /** SHA-256 of the whole key, 32 bytes. */
  hash: Buffer;
}

export function createApiKey(): NewApiKey {
  const lookup = randomText(LOOKUP_LENGTH);
  const text = `plg_${lookup}_${randomText(SECRET_LENGTH)}`;
  return { text, lookup, hash: hashOf(text) };
}

/** The part by which the key is looked up; null for a text that is no key. */
export function lookupOf(text: string): string | null {
  return API_KEY.exec(text)?.[1] ?? null;
}

/** Whether a text has the form of a key. */
export function isApiKey(text: string): boolean {
  return API_KEY.test(text);
}

/** Compares in constant time. */
export function matchesHash(text: string, stored: Buffer): boolean {
  return timingSafeEqual(hashOf(text), stored);
}

function hashOf(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join("");
}
