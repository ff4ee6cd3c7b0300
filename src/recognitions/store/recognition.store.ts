/** Writes of recognition requests and their readings, in a transaction that is given. */
import { insertOf, type Stored } from "../../database/insert.js";
import { Parameters } from "../../database/parameters.js";
import type { Transaction } from "../../database/transaction.js";
import type { PlateRecognitionEntity } from "./plate-recognition.entity.js";
import type { RecognitionRequestEntity } from "./recognition-request.entity.js";
import type { RecognitionTables } from "./recognition.tables.js";

export type NewRequest = Stored<RecognitionRequestEntity>;
export type NewRecognition = Stored<PlateRecognitionEntity>;

/** Readings that are stored by the statement that stores their request. Each number of them is a statement text of its own. */
const MAX_WITH_REQUEST = 8;
/** Rows of the statements that store further readings, largest first; 64 rows have 1,216 of the protocol's 65,535 parameters. */
const BATCHES = [64, 8, 1] as const;

export class RecognitionStore {
  constructor(
    private readonly transaction: Pick<Transaction, "add">,
    private readonly tables: RecognitionTables,
  ) {}

  /**
   * Adds the request and its readings.
   * @param again when an earlier transaction may have stored the same ones: what is there stays as it is
   */
  add(request: NewRequest, recognitions: readonly NewRecognition[], { again = false } = {}): void {
    const onConflict = again ? " ON CONFLICT DO NOTHING" : "";
    const parameters = new Parameters();
    const insertRequest = insertOf(this.tables.requests, [request], parameters) + onConflict;
    const first = recognitions.slice(0, MAX_WITH_REQUEST);
    const text =
      first.length === 0
        ? insertRequest
        : `WITH request AS (${insertRequest}) ${insertOf(this.tables.recognitions, first, parameters)}${onConflict}`;
    this.transaction.add({ text, values: parameters.values });
    for (const batch of batches(recognitions.slice(MAX_WITH_REQUEST))) {
      const further = new Parameters();
      const insert = insertOf(this.tables.recognitions, batch, further) + onConflict;
      this.transaction.add({ text: insert, values: further.values });
    }
  }
}

function* batches<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  let at = 0;
  for (const size of BATCHES) for (; rows.length - at >= size; at += size) yield rows.slice(at, at + size);
}
