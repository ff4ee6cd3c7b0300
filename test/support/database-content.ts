/** What a database holds, so that two can be compared: rows, values of sequences, and every object of its schema. */
import { BUILT_IN_PARTNER } from "./stored-readings.js";
import type { TestDatabase } from "./test-database.js";

type Queryable = Pick<TestDatabase, "query">;

export interface DatabaseContent {
  /** Number and checksum of the rows of each table, whatever their order. */
  rows: Record<string, string>;
  sequences: Record<string, string>;
  /** One line an object: columns, constraints, indexes, triggers, functions, domains. */
  schema: string[];
}

export async function contentOf(database: Queryable): Promise<DatabaseContent> {
  const tables = await database.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
  );
  const rows: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await database.query<{ sum: string }>(
      `SELECT count(*) || ' rows, ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS sum FROM "${name}" t`,
    );
    rows[name] = row?.sum ?? "";
  }
  const sequences: Record<string, string> = {};
  const names = await database.query<{ name: string }>(
    "SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1",
  );
  for (const { name } of names) {
    const [row] = await database.query<{ state: string }>(
      `SELECT last_value || ' ' || is_called || ' ' || coalesce((SELECT attrelid::regclass || '.' || attname FROM pg_depend
        JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
        WHERE objid = $1::regclass AND deptype IN ('a', 'i') AND refclassid = 'pg_class'::regclass), '') AS state FROM "${name}"`,
      [`"${name}"`],
    );
    sequences[name] = row?.state ?? "";
  }
  const schema = await database.query<{ line: string }>(SCHEMA);
  return { rows, sequences, schema: schema.map(({ line }) => line) };
}

const SCHEMA = `
  SELECT 'table ' || relname || ' ' || relpersistence::text || ' ' || coalesce(array_to_string(reloptions, ','), '') AS line
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'column ' || table_name || '.' || column_name || ' ' || rank() OVER (PARTITION BY table_name ORDER BY ordinal_position) || ' ' || coalesce(domain_name, udt_name) || ' '
      || coalesce(datetime_precision::text, character_maximum_length::text, numeric_precision::text, '') || ' ' || is_nullable || ' '
      || coalesce(column_default, '') || ' ' || coalesce(collation_name, '') || ' ' || is_generated || coalesce(generation_expression, '')
      || ' ' || coalesce(identity_generation, '')
    FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT 'constraint ' || conname || ' ' || coalesce(conrelid::regclass::text, contypid::regtype::text) || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT 'trigger ' || tgenabled::text || pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT tgisinternal
  UNION ALL SELECT 'function ' || pg_get_functiondef(p.oid) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
  UNION ALL SELECT 'domain ' || typname || ' ' || format_type(typbasetype, typtypmod) || typnotnull || coalesce(typdefault, '')
    FROM pg_type WHERE typtype = 'd' AND typnamespace = 'public'::regnamespace
  UNION ALL SELECT 'sequence ' || sequencename || ' ' || data_type || ' ' || start_value || ' ' || increment_by || ' ' || cycle || ' ' || cache_size
    FROM pg_sequences WHERE schemaname = 'public'
  UNION ALL SELECT 'statistics ' || pg_get_statisticsobjdef(oid) FROM pg_statistic_ext WHERE stxnamespace = 'public'::regnamespace
  UNION ALL SELECT 'target ' || attrelid::regclass || '.' || attname || ' ' || attstattarget FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attstattarget >= 0
  ORDER BY 1`;

/** Rows in every table that readings do not fill, with texts that an SQL script could garble. */
export async function fillEveryTable(database: Queryable): Promise<void> {
  for (const statement of ROWS) await database.query(statement.replaceAll("PARTNER", `'${BUILT_IN_PARTNER}'`));
}

const HARD_TEXT = String.raw`E'tab\there\nline\\\\. $$ \'quoted\' "double" \\N 车牌 🚗 \u0001 ;-- Step 9: x\n\\.\n'`;
const ROWS = [
  `INSERT INTO recognition_requests (id, partner_id, status, engine, source, image_sha256, image_byte_size, image_format, image_width,
      image_height, duration_ms, created_at, external_reference, raw_answer, error_code, fallback_reason)
    SELECT gen_random_uuid(), PARTNER, 'FAILED', 'JUHE', 'BASE64', sha256('y'), 1, 'PNG', 9, 9, 5, now(), ${HARD_TEXT}, jsonb_build_object('a', ${HARD_TEXT}),
      'RECOGNIZER_UNAVAILABLE', NULL`,
  `INSERT INTO audit_entries SELECT PARTNER, gen_random_uuid(), now(), NULL, 'SEARCH', ${HARD_TEXT}, n FROM generate_series(1, 20) n`,
  `INSERT INTO vendor_calls SELECT PARTNER, gen_random_uuid(), gen_random_uuid(), now(), CASE WHEN n % 2 = 0 THEN now() END, 'BILLED', n, 'order' || n
    FROM generate_series(1, 20) n`,
  `INSERT INTO vendor_days VALUES ('2026-11-24', 20), ('2026-11-25', 0)`,
  `INSERT INTO idempotency_keys SELECT PARTNER, 'key ' || n, '\\x00ff5c2e0a'::bytea, gen_random_uuid(), n % 2 = 0, n, now() FROM generate_series(1, 9) n`,
  `INSERT INTO recognition_reuses SELECT PARTNER, gen_random_uuid(), now() FROM generate_series(1, 9) n`,
  `INSERT INTO rate_limits VALUES ('acme:1', 5, 1764000000000)`,
  `INSERT INTO erased_usage (partner_id, hour, recognitions, no_plate, failed, juhe, local) VALUES (PARTNER, '2026-01-01', 1, 2, 3, 4, 5)`,
  `INSERT INTO plate_corrections SELECT partner_id, gen_random_uuid(), id, now(), NULL, plate_number, '粤B99999' FROM plate_recognitions LIMIT 7`,
];
