/** Our tables as the entities describe them, for peers that use our statements. */
import { MIGRATIONS } from "../../dist/migrations/index.js";
import { withDataSource } from "../../dist/src/database/data-source.js";
import { tablesOf } from "../../dist/src/database/entity.table.js";
import { ENTITIES } from "../../dist/src/entities.js";
import { RecognitionTables } from "../../dist/src/recognitions/store/recognition.tables.js";

/** As our own connections are set: each statement is planned once. */
export const PLAN_ONCE = "SET plan_cache_mode = force_generic_plan";

export function openTables(url) {
  const options = { url, poolSize: 1, logger: console, entities: ENTITIES, migrations: MIGRATIONS };
  return withDataSource(options, async (dataSource) => new RecognitionTables(tablesOf(dataSource)));
}
