/** Bulk loading by COPY, several times as fast as inserts. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";

/** Rows are arrays in the order of `columns`; null is NULL, everything else its text. */
export interface Copy {
  table: string;
  columns: readonly string[];
  rows: Iterable<readonly (string | number | null)[]>;
}

/** Lines for each write to the socket: a write for each line would cost more than the line. */
const LINES_A_CHUNK = 500;

/** Loads tables in turn on a connection of its own. */
export class Copier {
  private constructor(private readonly client: pg.Client) {}

  static async connect(url: string): Promise<Copier> {
    const client = new pg.Client({ connectionString: url, application_name: "plategraph" });
    await client.connect();
    return new Copier(client);
  }

  /** In one transaction. */
  async load(...copies: readonly Copy[]): Promise<void> {
    await this.client.query("BEGIN");
    try {
      for (const { table, columns, rows } of copies) {
        const copy = this.client.query(copyFrom(`COPY ${table} (${columns.join(", ")}) FROM STDIN`));
        await pipeline(Readable.from(chunks(rows)), copy);
      }
      await this.client.query("COMMIT");
    } catch (error) {
      await this.client.query("ROLLBACK");
      throw error;
    }
  }

  /** Makes statistics and the visibility map, which a database that was filled over a year has. */
  async vacuum(...tables: readonly string[]): Promise<void> {
    await this.client.query(`VACUUM (ANALYZE) ${tables.join(", ")}`);
  }

  async end(): Promise<void> {
    await this.client.end();
  }
}

function* chunks(rows: Copy["rows"]): Generator<string> {
  let lines: string[] = [];
  for (const row of rows) {
    lines.push(row.map(field).join("\t"));
    if (lines.length === LINES_A_CHUNK) {
      yield `${lines.join("\n")}\n`;
      lines = [];
    }
  }
  if (lines.length > 0) yield `${lines.join("\n")}\n`;
}

/** A field in COPY's text format. */
function field(value: string | number | null): string {
  if (value === null) return "\\N";
  if (typeof value === "number") return String(value);
  return value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
