/** Reads a backup step by step, and finds out whether it is one, whole and unchanged. */
import { createHash } from "node:crypto";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import {
  BrokenBackupError,
  COMMIT_LINE,
  END_OF_ROWS,
  END_PREFIX,
  FACTS_PREFIX,
  FIRST_LINE,
  STEP_PREFIX,
  type BackupFacts,
} from "./backup.format.js";

/** A statement, or a COPY with its rows, which must be read to their end before the next step. */
export type BackupStep = { sql: string; rows: null } | { sql: string; rows: AsyncIterable<Buffer> };

const CUT_OFF = "The backup is cut off: its end is missing.";
const DAMAGED = "The backup is damaged: its checksum is not that of its content.";
const FOREIGN =
  "This is no backup of PlateGraph. Files of pg_dump are loaded by psql or pg_restore, into an empty database at DATABASE_URL.";
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** Longer than any line outside of rows; a foreign file may have no line breaks at all. */
const MAX_LINE_BYTES = 1_048_576;
/** The last two lines, which the checksum does not cover. */
const END_BYTES = Buffer.byteLength(`${END_PREFIX}${"0".repeat(64)}\n${COMMIT_LINE}\n`);
const NEWLINE = 10;
const ROWS_END = Buffer.from(`${END_OF_ROWS}\n`);
const ROWS_END_INSIDE = Buffer.from(`\n${END_OF_ROWS}\n`);

const factsSchema = z.object({
  version: z.string(),
  postgresql: z.string(),
  madeAt: z.string(),
  migrations: z.array(z.string()),
  tables: z.array(z.string()),
});

export class BackupReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private readonly hash = createHash("sha256");
  /** Read and not consumed. */
  private rest: Buffer = Buffer.alloc(0);

  private constructor(source: AsyncIterable<Buffer>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /**
   * @param source plain, or compressed by gzip
   * @throws BrokenBackupError for a file of another kind
   */
  static async open(source: Readable): Promise<{
    facts: BackupFacts;
    steps: AsyncGenerator<BackupStep>;
    damage: () => Promise<BrokenBackupError | null>;
  }> {
    const reader = new BackupReader(await unpacked(source));
    if ((await reader.line().catch(asForeign)) !== FIRST_LINE) throw new BrokenBackupError(FOREIGN);
    const line = await reader.line();
    const facts = line.startsWith(FACTS_PREFIX) ? factsSchema.safeParse(json(line.slice(FACTS_PREFIX.length))) : null;
    if (facts?.success !== true) throw new BrokenBackupError(FOREIGN);
    return { facts: facts.data, steps: reader.steps(), damage: () => reader.damage() };
  }

  /** Reads to the end after a step that the database refused: whether the content is what was written. */
  private async damage(): Promise<BrokenBackupError | null> {
    try {
      for (;;) {
        const surplus = this.rest.length - END_BYTES;
        if (surplus > 0) this.consume(surplus);
        await this.more();
      }
    } catch (error) {
      if (!(error instanceof BrokenBackupError)) return null;
    }
    this.consume(Math.max(0, this.rest.length - END_BYTES));
    const isWhole = this.rest.toString().startsWith(`${END_PREFIX}${this.hash.digest("hex")}\n`);
    return isWhole ? null : new BrokenBackupError(DAMAGED);
  }

  /** Ends normally only when the backup is whole. */
  private async *steps(): AsyncGenerator<BackupStep> {
    let line = await this.line();
    // The script's own BEGIN and settings, which a restore makes itself.
    while (!isStep(line, 1)) line = await this.line();
    for (let number = 1; !line.startsWith(END_PREFIX); number += 1) {
      line = await this.line();
      if (/^COPY .* FROM stdin;$/.test(line)) {
        yield { sql: line.replace(/;$/, ""), rows: this.rows() };
        line = await this.line();
      } else {
        const lines: string[] = [];
        for (; !isStep(line, number + 1) && !line.startsWith(END_PREFIX); line = await this.line()) lines.push(line);
        yield { sql: lines.join("\n"), rows: null };
      }
    }
    if (this.hash.digest("hex") !== line.slice(END_PREFIX.length)) throw new BrokenBackupError(DAMAGED);
  }

  private async *rows(): AsyncGenerator<Buffer> {
    for (;;) {
      // `rest` begins at the beginning of a line here.
      if (this.rest.subarray(0, ROWS_END.length).equals(ROWS_END)) {
        this.consume(ROWS_END.length);
        return;
      }
      const end = this.rest.indexOf(ROWS_END_INSIDE);
      const whole = (end === -1 ? this.rest.lastIndexOf(NEWLINE) : end) + 1;
      if (whole > 0) yield this.consume(whole);
      else await this.more();
    }
  }

  /** Without its line break. */
  private async line(): Promise<string> {
    for (;;) {
      const end = this.rest.indexOf(NEWLINE);
      if (end === -1) {
        if (this.rest.length > MAX_LINE_BYTES) throw new BrokenBackupError(DAMAGED);
        await this.more();
        continue;
      }
      const text = this.rest.toString("utf8", 0, end);
      // The checksum is of everything before it.
      if (text.startsWith(END_PREFIX)) this.rest = this.rest.subarray(end + 1);
      else this.consume(end + 1);
      return text;
    }
  }

  private consume(length: number): Buffer {
    const bytes = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    this.hash.update(bytes);
    return bytes;
  }

  private async more(): Promise<void> {
    const next = await this.chunks.next().catch(asBroken);
    if (next.done === true) throw new BrokenBackupError(CUT_OFF);
    this.rest = this.rest.length === 0 ? next.value : Buffer.concat([this.rest, next.value]);
  }
}

function isStep(line: string, number: number): boolean {
  return line.startsWith(`${STEP_PREFIX}${number}: `);
}

async function unpacked(source: Readable): Promise<AsyncIterable<Buffer>> {
  const chunks = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const first = await chunks.next();
  const whole = Readable.from(
    (async function* () {
      if (first.done === true) return;
      yield first.value;
      yield* { [Symbol.asyncIterator]: () => chunks };
    })(),
    { objectMode: false },
  );
  if (first.done === true || !first.value.subarray(0, 2).equals(GZIP_MAGIC)) return whole;
  // An error of one ends the other, and shows where the result is read.
  return pipeline(whole, createGunzip(), () => undefined);
}

/** What gzip and the disk say, in words of a backup. */
function asBroken(error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR") throw new BrokenBackupError(CUT_OFF, { cause: error });
  if (code?.startsWith("Z_") === true) throw new BrokenBackupError(DAMAGED, { cause: error });
  throw new Error(`The backup can't be read: ${message}`, { cause: error });
}

/** A short or compressed file of another kind ends, or fails, before its first line. */
function asForeign(error: unknown): never {
  throw error instanceof BrokenBackupError ? new BrokenBackupError(FOREIGN, { cause: error }) : error;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
