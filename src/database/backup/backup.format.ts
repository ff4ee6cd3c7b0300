/**
 * The form of a backup: a plain-SQL script, as `pg_dump` writes, that `psql` loads into an empty database. Comments mark where each statement begins and,
 * in the last lines, that the script is whole; by these PlateGraph's own restore reads it without understanding SQL.
 */

export const FIRST_LINE = "-- PlateGraph backup, format 1";
/** Followed by JSON on the same line. */
export const FACTS_PREFIX = "-- Facts: ";
/** Followed by the statement's number, from 1, and what it makes. */
export const STEP_PREFIX = "-- Step ";
/** Followed by the SHA-256, in hexadecimal, of everything before this line. */
export const END_PREFIX = "-- Complete, sha256 ";
/** The last line. */
export const COMMIT_LINE = "COMMIT;";
/** Ends the rows of a COPY, on a line of its own. */
export const END_OF_ROWS = "\\.";

export interface BackupFacts {
  /** Of PlateGraph. */
  version: string;
  /** Of the PostgreSQL that it was made on, such as 18.4. */
  postgresql: string;
  madeAt: string;
  /** Names, in the order in which they ran. */
  migrations: readonly string[];
  tables: readonly string[];
}

/** Settings of the session that loads the script. All of them exist in PostgreSQL 15 and newer. */
export const LOAD_SETTINGS = [
  "SET statement_timeout = 0;",
  "SET lock_timeout = 0;",
  "SET idle_in_transaction_session_timeout = 0;",
  "SET client_encoding = 'UTF8';",
  "SET standard_conforming_strings = on;",
  "SET check_function_bodies = false;",
  "SET client_min_messages = warning;",
  "SELECT pg_catalog.set_config('search_path', '', false);",
];

/** A file that is no backup, is cut off or was changed. */
export class BrokenBackupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BrokenBackupError";
  }
}

/** How much was written or loaded. */
export interface BackupSize {
  tables: number;
  rows: number;
}
