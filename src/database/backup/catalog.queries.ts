/** Questions to PostgreSQL's catalogs, version 15 and newer. Each answers with `title` and `sql`, the statement that makes an object of `public` again. */

/** Objects that belong to an extension come with it. */
const own = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM pg_catalog.pg_depend WHERE classid = 'pg_catalog.${catalog}'::regclass AND objid = ${oid} AND deptype = 'e')`;
const IN_PUBLIC = "(SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'public')";

/** Kinds that the other queries do not describe: views, partitions, types other than domains, policies and more. */
export const STRANGERS = `
  SELECT CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' WHEN 'p' THEN 'partitioned table '
      WHEN 'f' THEN 'foreign table ' WHEN 'c' THEN 'type ' ELSE 'special table ' END || c.relname AS title, '' AS sql
    FROM pg_catalog.pg_class c WHERE c.relnamespace = ${IN_PUBLIC} AND ${own("pg_class", "c.oid")}
      AND (c.relkind IN ('v', 'm', 'p', 'f', 'c') OR (c.relkind = 'r' AND (c.relrowsecurity OR c.relhasrules OR c.reloftype <> 0
        OR EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhrelid = c.oid OR inhparent = c.oid))))
  UNION ALL
  SELECT 'type ' || t.typname, '' FROM pg_catalog.pg_type t
    WHERE t.typnamespace = ${IN_PUBLIC} AND t.typtype IN ('e', 'r') AND ${own("pg_type", "t.oid")}
  UNION ALL
  SELECT 'aggregate ' || p.proname, '' FROM pg_catalog.pg_proc p
    WHERE p.pronamespace = ${IN_PUBLIC} AND p.prokind NOT IN ('f', 'p') AND ${own("pg_proc", "p.oid")}
  ORDER BY 1`;

export const EXTENSIONS = `
  SELECT 'EXTENSION ' || e.extname AS title, format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I', e.extname, n.nspname) AS sql
  FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql' ORDER BY 1`;

export const DOMAINS = `
  SELECT 'DOMAIN ' || t.typname AS title, format('CREATE DOMAIN public.%I AS %s', t.typname, format_type(t.typbasetype, t.typtypmod))
    || CASE WHEN t.typcollation <> base.typcollation THEN ' COLLATE ' || t.typcollation::regcollation ELSE '' END
    || coalesce(' DEFAULT ' || t.typdefault, '') || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
    || coalesce((SELECT string_agg(format(' CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)), '' ORDER BY conname)
        FROM pg_catalog.pg_constraint WHERE contypid = t.oid AND contype = 'c'), '') AS sql
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_type base ON base.oid = t.typbasetype
  WHERE t.typtype = 'd' AND t.typnamespace = ${IN_PUBLIC} AND ${own("pg_type", "t.oid")} ORDER BY t.oid`;

export const FUNCTIONS = `
  SELECT 'FUNCTION ' || p.proname AS title, pg_get_functiondef(p.oid) AS sql
  FROM pg_catalog.pg_proc p WHERE p.pronamespace = ${IN_PUBLIC} AND ${own("pg_proc", "p.oid")} ORDER BY p.oid`;

/** Without those of identity columns, which come with their column. */
const IS_IDENTITY = `EXISTS (SELECT FROM pg_catalog.pg_depend WHERE classid = 'pg_catalog.pg_class'::regclass AND objid = c.oid AND deptype = 'i')`;

export const SEQUENCES = `
  SELECT 'SEQUENCE ' || c.relname AS title,
    format('CREATE SEQUENCE public.%I AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s', c.relname,
      format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache, CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END) AS sql
  FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
  WHERE c.relnamespace = ${IN_PUBLIC} AND ${own("pg_class", "c.oid")} AND NOT ${IS_IDENTITY} ORDER BY 1`;

/** Sequences with the columns that own them: the name of each, and statements that tie them together and set the value. */
export const SEQUENCE_STATES = `
  SELECT c.oid::regclass::text AS sequence, ${IS_IDENTITY} AS identity, d.refobjid::regclass::text AS "table", a.attname AS "column"
  FROM pg_catalog.pg_class c
  LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
    AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE c.relkind = 'S' AND c.relnamespace = ${IN_PUBLIC} AND ${own("pg_class", "c.oid")} ORDER BY 1`;

/** With `table` and `columns` besides, for COPY. */
export const TABLES = `
  SELECT 'TABLE ' || c.relname AS title, c.oid::regclass::text AS "table",
    format('CREATE %sTABLE %s (%s)%s', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END, c.oid::regclass,
      (SELECT string_agg(format(E'\\n  %I %s', a.attname, format_type(a.atttypid, a.atttypmod))
        || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END
        || CASE WHEN a.attgenerated = 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid))
             WHEN a.attgenerated = 'v' THEN format(' GENERATED ALWAYS AS (%s) VIRTUAL', pg_get_expr(d.adbin, d.adrelid))
             WHEN a.attidentity = 'a' THEN ' GENERATED ALWAYS AS IDENTITY' WHEN a.attidentity = 'd' THEN ' GENERATED BY DEFAULT AS IDENTITY'
             WHEN d.adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE '' END
        || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, ',' ORDER BY a.attnum)
       FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
       LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
      coalesce(' WITH (' || array_to_string(c.reloptions, ', ') || ')', '')) AS sql,
    (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
  FROM pg_catalog.pg_class c WHERE c.relkind = 'r' AND c.relnamespace = ${IN_PUBLIC} AND ${own("pg_class", "c.oid")} ORDER BY c.relname`;

/** @param kinds of `pg_constraint.contype`, quoted; NOT NULL stands at its column */
export const constraints = (kinds: string): string => `
  SELECT 'CONSTRAINT ' || k.conname AS title,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) AS sql
  FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  WHERE k.contype IN (${kinds}) AND c.relkind = 'r' AND c.relnamespace = ${IN_PUBLIC} AND ${own("pg_class", "c.oid")} ORDER BY c.relname, k.conname`;

/** Without those that constraints bring along, and those whose concurrent build was cut off. */
export const INDEXES = `
  SELECT 'INDEX ' || i.relname AS title, pg_get_indexdef(x.indexrelid) AS sql
  FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
  WHERE x.indisvalid AND c.relkind = 'r' AND c.relnamespace = ${IN_PUBLIC} AND ${own("pg_class", "c.oid")}
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x') AND k.conrelid = c.oid)
  ORDER BY c.relname, i.relname`;

/** Statistics over several columns, and targets of single ones. */
export const STATISTICS = `
  SELECT 'STATISTICS ' || stxname AS title, pg_get_statisticsobjdef(oid) AS sql FROM pg_catalog.pg_statistic_ext WHERE stxnamespace = ${IN_PUBLIC}
  UNION ALL
  SELECT 'STATISTICS of ' || a.attname, format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', c.oid::regclass, a.attname, a.attstattarget)
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  WHERE c.relkind = 'r' AND c.relnamespace = ${IN_PUBLIC} AND a.attnum > 0 AND NOT a.attisdropped AND a.attstattarget >= 0 ORDER BY 1`;

export const TRIGGERS = `
  SELECT 'TRIGGER ' || t.tgname AS title, pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'O' THEN ''
    ELSE format(E';\\nALTER TABLE %s %s TRIGGER %I', c.oid::regclass,
      CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, t.tgname) END AS sql
  FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
  WHERE NOT t.tgisinternal AND c.relkind = 'r' AND c.relnamespace = ${IN_PUBLIC} ORDER BY c.relname, t.tgname`;
