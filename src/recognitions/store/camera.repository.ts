/** Reads of cameras: what is known of them comes from their readings. */
import type { Principal } from "../../accounts/principal.js";
import { columnNames, type ColumnNames, type TableOf } from "../../database/entity.table.js";
import { utc } from "../../database/selection.js";
import { number, text, timestamp, type Reader, type Timestamp } from "../../database/statement.js";
import { CameraCountEntity } from "./camera-count.entity.js";
import type { RecognitionTables } from "./recognition.tables.js";

export interface CameraRow {
  /** As callers named it. */
  id: string;
  firstSeenAt: Timestamp;
  lastSeenAt: Timestamp;
  /** At most 2,147,483,647. */
  recognitionCount: number;
}

export const MAX_CAMERAS = 1000;
const MAX_INT4 = 2 ** 31 - 1;

export class CameraTable {
  /** Columns as statements name them: `c.` */
  readonly c: ColumnNames<CameraCountEntity>;
  readonly from: string;

  constructor(tableOf: TableOf) {
    const table = tableOf(CameraCountEntity);
    this.c = columnNames(table, "c");
    this.from = `${table.name} c`;
  }
}

export class CameraRepository {
  constructor(
    private readonly database: Reader,
    private readonly table: CameraTable,
    private readonly tables: RecognitionTables,
  ) {}

  /** The cameras of the principal's readings in the byte order of their names, at most `MAX_CAMERAS`. */
  async findAll(principal: Principal): Promise<CameraRow[]> {
    const { c, from } = this.table;
    const { p, fromRecognitions } = this.tables;
    const end = (direction: string): string =>
      `(SELECT ${utc(p.capturedAt)} FROM ${fromRecognitions} WHERE ${p.partnerId} = $1 AND ${p.cameraId} = counted.camera
        ORDER BY ${p.capturedAt} ${direction}, ${p.id} ${direction} LIMIT 1)`;
    return this.database.rows({
      // The ends are found in the index by camera; only the counts are stored.
      text: `SELECT counted.camera, ${end("ASC")}, ${end("DESC")}, counted.readings FROM (
          SELECT ${c.cameraId} AS camera, least(sum(${c.readings}), ${MAX_INT4})::int AS readings FROM ${from}
          WHERE ${c.partnerId} = $1 GROUP BY ${c.cameraId} HAVING sum(${c.readings}) > 0
          ORDER BY ${c.cameraId} COLLATE "C" LIMIT ${MAX_CAMERAS}
        ) counted ORDER BY counted.camera COLLATE "C"`,
      values: [principal.partnerId],
      read: ([camera, first, last, readings]) => ({
        id: text(camera),
        firstSeenAt: timestamp(first),
        lastSeenAt: timestamp(last),
        recognitionCount: number(readings),
      }),
    });
  }
}
