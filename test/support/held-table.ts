/** A table that another session has locked. */
import pg from "pg";

export interface HeldTable {
  release(): Promise<void>;
}

/** Resolves once nobody else can read the table. */
export async function holdTable(url: string, table: string): Promise<HeldTable> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return {
    release: async () => {
      await client.query("ROLLBACK");
      await client.end();
    },
  };
}
